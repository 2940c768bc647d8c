#include "lib/runs/live_dir.hpp"

#include "lib/util/error.hpp"
#include "lib/util/random.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::uint64_t kLinkLimit = 65536;

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

}  // namespace mlo
