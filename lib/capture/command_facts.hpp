#pragma once
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "lib/capture/environment.hpp"
#include "lib/workspace/workspace.hpp"

namespace mlo {

/// What commands are computed with: the programs they start, by content, and what is installed where these look.
///
/// - `program.NAME`: `sha256:<64 hex> <real path>` of each program that a line starts and the repository does not hold
/// - `interpreter.python`, `interpreter.R`: `cpython 3.11.2`, `R 4.2.2`, of the first of each among them
/// - `packages.python`, `packages.conda`, `packages.R`: id of the list of what these find installed, which is in the
///   store
/// - `container.runs`: images that `docker run` or `podman run` are given
///
/// One object for one invocation: a program is looked at once, a Python asked at most once, and digests of programs are
/// remembered by stat in `.mlo/local/stat/programs.idx`. Nothing happens before the first question. From any thread.
class CommandFacts {
 public:
  explicit CommandFacts(Workspace& workspace);
  /// Of lines for a shell, started in `cwd` with `env`. What cannot be found out is left out.
  FactMap facts_of(const std::vector<std::string>& lines, const fs::path& cwd, const Environment& env);
  /// The same of one command that no shell reads.
  FactMap facts_of_program(const std::vector<std::string>& words, const fs::path& cwd, const Environment& env);

 private:
  struct Place {
    const fs::path& cwd;
    const Environment& env;
  };
  const FactMap& known(const std::string& program, const Place& place);
  FactMap look(const std::string& program, const Place& place);
  void look_at(const std::string& name, const fs::path& file, const Place& place, unsigned depth, FactMap& facts);
  void add_python(const std::string& name, const fs::path& file, const Place& place, FactMap& facts);
  void add_r(const Place& place, FactMap& facts);
  void add_packages(std::string_view kind, const std::string& text, FactMap& facts);
  std::string digest_of(const fs::path& real);

  Workspace& workspace_;
  std::mutex mutex_;
  std::optional<StatCache> digests_;
  std::map<std::string, FactMap> known_;  ///< by program and what decides which one that is
};

/// Ids of package lists that facts name, by kind: "python".
std::map<std::string, Digest> package_lists(const EnvironmentFacts& environment);

}  // namespace mlo
