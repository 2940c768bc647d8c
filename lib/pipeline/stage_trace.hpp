#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/manifest/run_record.hpp"
#include "lib/pipeline/pipeline.hpp"
#include "lib/pipeline/runner.hpp"
#include "lib/trace/landlock.hpp"
#include "lib/trace/tracer.hpp"

namespace mlo {

/// How one stage is watched.
struct StageWatch {
  bool trace = false;    ///< what it touches is noted
  bool strict = false;   ///< it fails if it reads what it does not declare
  bool sandbox = false;  ///< it cannot read or write what it does not declare
  std::string off;       ///< why it is not traced, if it is not
};
StageWatch watch_of(const Config& config, const RunRequest& request, const Stage& stage);

/// What counts as no input and no output of anybody, by its path relative to the root: git's, mlo's and DVC's own
/// files, compiled Python. What features and gates say counts.
bool is_nobodys(std::string_view path);

/// Whether the file is in a directory of installed packages or a cache that says so (`pyvenv.cfg`, `conda-meta`,
/// `CACHEDIR.TAG`, node_modules): the environment, not an input. Remembers directories.
class Environments {
 public:
  explicit Environments(fs::path root) : root_(std::move(root)) {}
  bool hold(std::string_view path);

 private:
  bool is_one(const std::string& directory);
  fs::path root_;
  std::map<std::string, bool, std::less<>> known_;
};

/// Notes what the commands of one stage touch, and tells what of it the stage does not declare.
class StageTrace {
 public:
  StageTrace(const Pipeline& pipeline, const Stage& stage, StageWatch watch);

  /// Closes the sandbox, if it is to be in one, around what is there now. `run_dir`: the stage's own directory, to
  /// which it may write; `env` is the environment of its commands, whose TMPDIR moves there if it would be inside the
  /// sandbox.
  void enclose(const fs::path& run_dir, Environment& env);

  /// Null: it is not to be traced. Owned by this object.
  Tracer* tracer() { return tracer_.get(); }
  const StageWatch& watch() const { return watch_; }
  /// Once the commands are over: what is still there and was not declared.
  TraceRecord record();
  /// What it was kept from, relative to the root.
  const std::set<std::string>& denied() const { return tracer_->denied(); }
  /// The program with which it hoped to gain rights, which nothing that is traced can.
  std::optional<std::string> privileged() const;

 private:
  TraceSpec spec();
  bool is_denied(const FileUse& use);
  std::vector<std::string> undeclared(const std::set<std::string>& paths, std::uint64_t& more);

  const Pipeline& pipeline_;
  const Stage& stage_;
  StageWatch watch_;
  fs::path root_;
  Environments environments_;
  std::optional<Landlock> sandbox_;
  std::unique_ptr<Tracer> tracer_;
};

/// "`a`, `b` and 3 more"
std::string name_first(const std::vector<std::string>& paths);

/// "read 2 files that it does not declare: `a.csv`, `b.py`"; of many the first three.
std::string describe_undeclared(const TraceRecord& trace);

}  // namespace mlo
