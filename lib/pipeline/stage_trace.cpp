#include "lib/pipeline/stage_trace.hpp"

#include "lib/trace/traced_process.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

/// Of /dev, what a stage may write to: nothing that holds anything, and what computes.
constexpr const char* kDevices[] = {"null",
                                    "zero",
                                    "full",
                                    "random",
                                    "urandom",
                                    "tty",
                                    "ptmx",
                                    "pts",
                                    "shm",
                                    "dri",
                                    "kfd",
                                    "nvidiactl",
                                    "nvidia0",
                                    "nvidia1",
                                    "nvidia2",
                                    "nvidia3",
                                    "nvidia4",
                                    "nvidia5",
                                    "nvidia6",
                                    "nvidia7",
                                    "nvidia-uvm",
                                    "nvidia-caps",
                                    "nvidia-uvm-tools",
                                    "nvidia-modeset"};
constexpr std::size_t kMostRecorded = 1000, kMostNamed = 3;

/// The path relative to the root that `path` leads to; itself if that is elsewhere.
std::string target_of(const fs::path& root, const std::string& path) {
  const std::string at = (root / path).string();
  const auto found = find_file_at(at);
  const auto target = found ? std::optional(found->path) : place_at(at);
  const auto relative = target ? relative_to(root, *target) : std::nullopt;
  return relative && !relative->empty() ? *relative : path;
}

void add(PathSet& to, const fs::path& root, const std::string& path) {
  to.insert(path);
  to.insert(target_of(root, path));
}

}  // namespace

StageWatch watch_of(const Config& config, const RunRequest& request, const Stage& stage) {
  StageWatch watch;
  watch.trace = request.trace && stage.trace.value_or(config.trace);
  watch.strict = request.strict || stage.strict || config.strict;
  watch.sandbox = request.sandbox || stage.sandbox;
  if (!watch.trace)
    watch.off = !request.trace ? "--no-trace"
                : stage.trace  ? "the stage says `trace: off`"
                               : "the configuration says `trace: false`";
  return watch;
}

bool is_nobodys(std::string_view path) {
  if (lies_in(path, ".git") || lies_in(path, ".dvc") || path.ends_with(".pyc")) return true;
  if (lies_in(path, ".mlo")) return !lies_in(path, ".mlo/features") && !lies_in(path, ".mlo/gates");
  const std::size_t slash = path.rfind('/');
  const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  for (const std::string_view own :
       {".gitignore", ".gitattributes", ".gitmodules", ".mloignore", ".dvcignore", "mlo.lock", "dvc.lock"}) {
    if (name == own) return true;
  }
  return path.starts_with("__pycache__/") || path.find("/__pycache__/") != std::string_view::npos;
}

bool Environments::is_one(const std::string& directory) {
  const auto known = known_.find(directory);
  if (known != known_.end()) return known->second;
  const fs::path at = root_ / directory;
  const bool found = at.filename() == "node_modules" || find_stat(at / "pyvenv.cfg") || find_stat(at / "conda-meta") ||
                     find_stat(at / "CACHEDIR.TAG");
  known_.emplace(directory, found);
  return found;
}

bool Environments::hold(std::string_view path) {
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
    if (is_one(std::string(path.substr(0, slash)))) return true;
  }
  return false;
}

StageTrace::StageTrace(const Pipeline& pipeline, const Stage& stage, StageWatch watch)
    : pipeline_(pipeline),
      stage_(stage),
      watch_(std::move(watch)),
      root_(fs::canonical(pipeline.workspace().root())),
      environments_(root_) {
  if (watch_.trace) tracer_ = std::make_unique<Tracer>(spec());
}

void StageTrace::enclose(const fs::path& run_dir, Environment& env) {
  if (!watch_.sandbox || !tracer_) return;
  Landlock& sandbox = sandbox_.emplace();
  sandbox.allow_around(root_);
  for (const char* const own : {".git", ".mlo"}) sandbox.allow(root_ / own, Landlock::Right::read);
  sandbox.allow(root_ / pipeline_.file(), Landlock::Right::read);
  for (const DirEntry& entry : list_dir(root_)) {
    if (entry.kind == FileKind::directory && environments_.hold(entry.name + "/"))
      sandbox.allow(root_ / entry.name, Landlock::Right::read);
  }
  for (const std::string& dep : stage_.deps) sandbox.allow(root_ / dep, Landlock::Right::read);
  for (const ParamRef& param : stage_.params) sandbox.allow(root_ / param.file, Landlock::Right::read);
  // An output is yet to be made, maybe under another name first: that takes its directory, in which the tracer keeps
  // the stage from what is not its own.
  for (const Output& output : stage_.outputs) {
    sandbox.allow((root_ / output.path).parent_path(), Landlock::Right::write);
    sandbox.allow(root_ / output.path, Landlock::Right::write);
  }
  sandbox.allow(run_dir, Landlock::Right::write);
  for (const char* const device : kDevices) sandbox.allow(fs::path("/dev") / device, Landlock::Right::write);
  const std::string temporary = find_env(env, "TMPDIR").value_or("/tmp");
  if (relative_to(temporary, root_)) {
    make_dirs(run_dir / "tmp");
    env["TMPDIR"] = (run_dir / "tmp").string();
  }
  for (const std::string& dir : {temporary, std::string("/tmp"), std::string("/var/tmp")}) {
    if (!relative_to(dir, root_)) sandbox.allow(dir, Landlock::Right::write);
  }
  tracer_->enclose(sandbox.fd());
}

bool StageTrace::is_denied(const FileUse& use) {
  if (use.made || environments_.hold(use.path)) return false;
  if (!use.writes || use.exists) return true;
  // A new name beside an output: tools write there, then rename.
  const fs::path directory = fs::path(use.path).parent_path();
  return std::none_of(stage_.outputs.begin(), stage_.outputs.end(), [&](const Output& output) {
    return fs::path(output.path).parent_path() == directory ||
           fs::path(target_of(root_, output.path)).parent_path() == directory;
  });
}

TraceSpec StageTrace::spec() {
  TraceSpec out;
  out.root = root_;
  out.is_elsewhere = [file = pipeline_.file()](std::string_view path) { return path == file || is_nobodys(path); };
  for (const std::string& dep : stage_.deps) add(out.unread, root_, dep);
  for (const ParamRef& param : stage_.params) add(out.unread, root_, param.file);
  for (const Output& output : stage_.outputs) add(out.untouched, root_, output.path);
  if (watch_.sandbox) out.denies = [this](const FileUse& use) { return is_denied(use); };
  return out;
}

std::vector<std::string> StageTrace::undeclared(const std::set<std::string>& paths, std::uint64_t& more) {
  std::vector<std::string> out;
  for (const std::string& path : paths) {
    const auto stat = find_stat(root_ / path);
    if (!stat || stat->kind == FileKind::directory || environments_.hold(path)) continue;
    if (out.size() < kMostRecorded) {
      out.push_back(printable(path));
    } else {
      ++more;
    }
  }
  return out;
}

TraceRecord StageTrace::record() {
  TraceRecord out;
  out.method = tracer_ ? tracer_->method() : "none";
  out.reason = tracer_ ? tracer_->incomplete() : watch_.off;
  if (!tracer_) return out;
  out.reads = undeclared(tracer_->files().reads(), out.more);
  out.writes = undeclared(tracer_->files().writes(), out.more);
  return out;
}

std::optional<std::string> StageTrace::privileged() const {
  if (!tracer_) return std::nullopt;
  for (const std::string& program : tracer_->programs()) {
    const std::string name = fs::path(program).filename().string();
    for (const std::string_view gaining : {"sudo", "su", "doas", "pkexec"}) {
      if (name == gaining) return name;
    }
  }
  return std::nullopt;
}

std::string name_first(const std::vector<std::string>& paths) {
  std::string out;
  for (std::size_t i = 0; i < std::min(paths.size(), kMostNamed); ++i)
    out += fmt::format("{}`{}`", i == 0 ? "" : ", ", printable(paths[i]));
  if (paths.size() > kMostNamed) out += fmt::format(" and {} more", paths.size() - kMostNamed);
  return out;
}

std::string describe_undeclared(const TraceRecord& trace) {
  const std::vector<std::string>& paths = trace.reads.empty() ? trace.writes : trace.reads;
  return fmt::format("{} {} that it does not declare: {}", trace.reads.empty() ? "wrote" : "read",
                     count_of(paths.size(), "file"), name_first(paths));
}

}  // namespace mlo
