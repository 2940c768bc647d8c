#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "cli/host.hpp"
#include "tests/support/test_world.hpp"

namespace mlo::test {

/// What one command printed and how it ended.
struct CommandResult {
  int code = 0;
  std::string out;
  std::string err;
  std::string both;  ///< stdout and stderr in the order they were written
};

/// The words of a command line as a POSIX shell splits them; quotes and backslashes only, no expansion.
std::vector<std::string> shell_words(std::string_view line);

/// A git repository with one commit, in which mlo runs in-process with a clock and entropy of its own. Nothing of the
/// user's environment but PATH is seen.
class TestWorkspace {
 public:
  enum class Begin { initialized, bare_git };
  /// `initialized` has run `mlo init`.
  explicit TestWorkspace(Begin begin = Begin::initialized);

  TestWorkspace& write(std::string_view path, std::string_view text);
  std::string read(std::string_view path) const;
  bool exists(std::string_view path) const;
  /// Runs `git <line>`; Error if it fails. Returns its stdout.
  std::string git(const std::string& line);
  /// Runs a shell command; `mlo` in it is the built binary.
  CommandResult sh(const std::string& script);
  /// Runs `mlo <line>` in-process. `input` is its stdin.
  CommandResult mlo(std::string_view line, std::string_view input = {});
  CommandResult mlo(const std::vector<std::string>& args, std::string_view input = {});

  const fs::path& path() const { return world_.dir.path(); }
  /// What the next commands see; tests may change it (a terminal of 40 columns, another directory).
  cli::Host& host() { return host_; }
  TestClock& clock() { return world_.clock; }

 private:
  TestWorld world_;
  cli::Host host_;
};

}  // namespace mlo::test
