#include "lib/runs/live_dir.hpp"

#include "lib/util/error.hpp"
#include "lib/util/random.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::uint64_t kLinkLimit = 65536;
constexpr const char* kAround = "around";
constexpr std::size_t kDeepest = 64;

/// What `.git` in `dir` leads to, shared by all work trees: a directory, or a file that says `gitdir: PATH`.
std::optional<fs::path> find_common_dir(const fs::path& dir) {
  const fs::path dot_git = dir / ".git";
  const auto stat = find_stat(dot_git);
  if (!stat) return std::nullopt;
  fs::path git_dir = dot_git;
  if (stat->kind == FileKind::file) {
    const std::string text = read_file(dot_git, kLinkLimit);
    if (!text.starts_with("gitdir: ")) return std::nullopt;
    git_dir = absolute_in(dir, fs::path(trim(std::string_view(text).substr(8))));
  }
  const auto common = find_file(git_dir / "commondir", kLinkLimit);
  return common ? absolute_in(git_dir, fs::path(trim(*common))) : git_dir;
}

}  // namespace

fs::path live_run_dir(const Environment& env, const fs::path& cwd) {
  const auto refuse = [](std::string why) -> Error {
    return Error(ErrorKind::usage, std::move(why)).hint("log from inside a run: mlo run -- COMMAND");
  };
  if (const auto dir = find_env(env, "MLO_RUN_DIR"); dir && !dir->empty()) {
    const fs::path path(*dir);
    if (!path.is_absolute() || !is_uuid7(path.filename().string()))
      throw refuse(fmt::format("MLO_RUN_DIR does not name a run: `{}`", printable(*dir)));
    return path;
  }
  const auto run = find_env(env, "MLO_RUN");
  if (!run || run->empty()) throw refuse("not inside a run: MLO_RUN is not set");
  if (!is_uuid7(*run)) throw refuse(fmt::format("MLO_RUN does not name a run: `{}`", printable(*run)));
  for (fs::path dir = cwd;; dir = dir.parent_path()) {
    if (const auto common = find_common_dir(dir)) return *common / "mlo" / "runs" / *run;
    if (dir == dir.parent_path()) throw refuse(fmt::format("not in a git repository: `{}`", cwd.string()));
  }
}

namespace {

std::optional<RunAround> run_around(std::string_view dir, std::string_view stage) {
  const fs::path path(dir);
  if (!path.is_absolute() || !is_uuid7(path.filename().string())) return std::nullopt;
  const bool of_stage = path.parent_path().filename() == "stages";
  return RunAround{of_stage ? path.parent_path().parent_path() : path, std::string(stage)};
}

}  // namespace

std::vector<RunAround> runs_around(const Environment& env) {
  std::vector<RunAround> out;
  auto next = run_around(find_env(env, "MLO_RUN_DIR").value_or(""), find_env(env, "MLO_STAGE").value_or(""));
  while (next && out.size() < kDeepest) {
    out.push_back(std::move(*next));
    const std::string text = find_file(out.back().dir / kAround, kLinkLimit).value_or("");
    const std::size_t end = text.find('\0');
    next = end == std::string::npos
               ? std::nullopt
               : run_around(std::string_view(text).substr(0, end), std::string_view(text).substr(end + 1));
  }
  return out;
}

void note_runs_around(const fs::path& run_dir, const Environment& env) {
  const std::vector<RunAround> around = runs_around(env);
  if (around.empty()) return;
  write_file(run_dir / kAround, around[0].dir.string() + '\0' + around[0].stage, Durability::cache);
}

}  // namespace mlo
