#include "lib/workspace/workspace.hpp"

#include <unistd.h>

#include "lib/util/error.hpp"
#include "lib/util/text.hpp"
#include "lib/workspace/shared_cache.hpp"

namespace mlo {
namespace {

constexpr std::string_view kTempLink = ".mlo-tmp-link-";
constexpr std::string_view kIgnore = "/local\n.mlo-tmp-*\n";
constexpr std::uint64_t kConfigLimit = 1 << 20;

git::Repository open_repository(const World& world) {
  auto repo = git::Repository::discover(world.cwd, world.env);
  if (repo) return std::move(*repo);
  throw Error(ErrorKind::not_found, fmt::format("not in a git repository: `{}`", world.cwd.string()))
      .hint("make one with `git init`, then type `mlo init`");
}

/// `.mlo/local` points into git's own directory, so that all work trees share it and `git clean` spares it. It is for
/// people: mlo itself goes to $GIT_COMMON_DIR/mlo, so a link that cannot be made here does no harm.
void ensure_local(const fs::path& mlo_dir, const fs::path& local) {
  if (!find_stat(local)) make_dirs(local);
  const fs::path link = mlo_dir / "local";
  const auto stat = find_stat(link);
  const std::string target = local.lexically_relative(mlo_dir).string();
  if (stat && stat->kind == FileKind::symlink && read_link(link) == target) return;
  if (stat && stat->kind != FileKind::symlink) {
    throw Error(ErrorKind::config, fmt::format("cannot use `{}`: it is not the link that mlo makes", link.string()))
        .hint(fmt::format("move it away: mv {0} {0}.old", shell_quote(link.string())));
  }
  for (const DirEntry& entry : list_dir(mlo_dir)) {
    if (entry.name.starts_with(kTempLink)) remove_file(mlo_dir / entry.name);  // of an init that was killed
  }
  const fs::path temp = mlo_dir / fmt::format("{}{}", kTempLink, ::getpid());
  if (::symlink(target.c_str(), temp.c_str()) == 0) static_cast<void>(::rename(temp.c_str(), link.c_str()));
}

/// The directory around `objects` and `packs`: the repository's own, or a cache that others use too.
fs::path open_cache(World& world, const git::Repository& repo, const fs::path& local, const Config& config) {
  if (config.cache_dir.empty()) return local;
  const fs::path cache = absolute_in(repo.work_dir(), config.cache_dir);
  const auto stat = find_stat(cache / ".");
  if (!stat) {
    throw Error(ErrorKind::config, fmt::format("the cache `{}` is not there", cache.string()))
        .hint(fmt::format("mount its disk, or make it: mkdir -p {}", shell_quote(cache.string())));
  }
  register_cache_user(cache, {repo.common_dir(), repo.work_dir()});
  if (find_stat(local / "objects")) {
    world.log.warn(fmt::format("what lies in `{}` is not used: the cache is `{}`", local.string(), cache.string()));
    world.log.hint("move it there: mlo version-data cache " + shell_quote(cache.string()));
  }
  return cache;
}

void refuse_symlinks(const fs::path& mlo_dir) {
  const auto refuse = [](const fs::path& path) {
    throw Error(ErrorKind::config, fmt::format("cannot use `{}`: it is a symlink", path.string()))
        .hint("mlo writes there; replace the link by a directory");
  };
  if (find_stat(mlo_dir)->kind == FileKind::symlink) refuse(mlo_dir);
  for (const DirEntry& entry : list_dir(mlo_dir)) {
    if (entry.kind == FileKind::symlink && entry.name != "local" && !entry.name.starts_with(kTempLink))
      refuse(mlo_dir / entry.name);
  }
}

/// `path` with its directories resolved as the kernel would; the last name stays as it is.
fs::path resolve(const fs::path& path) {
  const auto canonical = [](const fs::path& p) {
    std::error_code code;
    fs::path out = fs::weakly_canonical(p, code);
    if (code) throw Error(ErrorKind::usage, fmt::format("cannot resolve `{}`: {}", p.string(), code.message()));
    return absolute_in("/", out);
  };
  const std::string name = path.filename().string();
  if (name.empty() || name == "." || name == "..") return canonical(path);
  return canonical(path.parent_path()) / name;
}

}  // namespace

struct Workspace::State {
  World& world;
  git::Repository repo;
  fs::path root, local;
  ObjectStore store;
  Config config;
};

Workspace::Workspace(std::unique_ptr<State> state) : state_(std::move(state)) {}
Workspace::Workspace(Workspace&&) noexcept = default;
Workspace::~Workspace() = default;

Workspace Workspace::open(World& world) {
  git::Repository repo = open_repository(world);
  const fs::path root = repo.work_dir(), local = repo.common_dir() / "mlo", mlo_dir = root / ".mlo";
  if (!find_stat(mlo_dir)) {
    throw Error(ErrorKind::not_found, fmt::format("no `.mlo` in `{}`", root.string())).hint("type `mlo init`");
  }
  refuse_symlinks(mlo_dir);
  Config config;
  if (const auto text = find_file(mlo_dir / "config.yaml", kConfigLimit))
    read_config(*text, ".mlo/config.yaml", config);
  if (const auto text = find_file(local / "config.yaml", kConfigLimit))
    read_config(*text, ".mlo/local/config.yaml", config, ConfigLayer::local);
  ensure_local(mlo_dir, local);
  const fs::path cache = open_cache(world, repo, local, config);
  StoreRules rules = config.store;
  rules.threads = world.threads;
  return Workspace(std::unique_ptr<State>(new State{
      world, std::move(repo), root, local, ObjectStore(cache / "objects", std::move(rules)), std::move(config)}));
}

bool Workspace::init(World& world) {
  const git::Repository repo = open_repository(world);
  const fs::path mlo_dir = repo.work_dir() / ".mlo";
  if (const auto stat = find_stat(mlo_dir); stat && stat->kind == FileKind::file) {
    throw Error(ErrorKind::config, fmt::format("cannot make `{}`: a file has that name", mlo_dir.string()));
  }
  make_dirs(mlo_dir);
  refuse_symlinks(mlo_dir);
  bool made = false;
  const auto ensure = [&](std::string_view name, const std::string& bytes) {
    if (find_stat(mlo_dir / name)) return;
    write_file(mlo_dir / name, bytes);
    made = true;
  };
  ensure(".gitignore", std::string(kIgnore));
  ensure("config.yaml", change_config({}, {}, {}));
  ensure_local(mlo_dir, repo.common_dir() / "mlo");
  const git::WorkTree tree(repo.work_dir(), world.env);
  if (tree.tracked(".mlo/config.yaml").empty() || tree.tracked(".mlo/.gitignore").empty()) {
    tree.stage({".mlo/.gitignore", ".mlo/config.yaml"});
  }
  return made;
}

World& Workspace::world() const { return state_->world; }
const fs::path& Workspace::root() const { return state_->root; }
fs::path Workspace::mlo_dir() const { return state_->root / ".mlo"; }
const fs::path& Workspace::local() const { return state_->local; }
git::Repository& Workspace::repo() const { return state_->repo; }
git::WorkTree Workspace::work_tree() const { return {state_->root, state_->world.env}; }
ObjectStore& Workspace::store() const { return state_->store; }
const Config& Workspace::config() const { return state_->config; }

void Workspace::save_config(const Config& config) {
  const LockFile lock = lock_manifests("changing the configuration");
  const fs::path path = mlo_dir() / "config.yaml";
  Config ignored;
  const auto now = find_file(path, kConfigLimit);
  const std::string text =
      change_config(now ? read_config(*now, ".mlo/config.yaml", ignored) : Value(), state_->config, config);
  read_config(text, ".mlo/config.yaml", ignored);  // what would not read back is never written
  write_file(path, text);
  state_->config = config;
}

void Workspace::save_cache_dir(const std::string& dir) {
  const LockFile lock = lock_manifests("changing the configuration");
  const fs::path path = local() / "config.yaml";
  const auto stat = find_stat(path);
  const auto text = find_file(path, kConfigLimit);
  Config before = state_->config;
  const Value file = text ? read_config(*text, ".mlo/local/config.yaml", before, ConfigLayer::local) : Value();
  Config after = before;
  after.cache_dir = dir;
  constexpr std::uint32_t kMode = 0644, kPermissions = 0777;  // there may be secrets in it
  write_file(path, change_config(file, before, after), Durability::durable, stat ? stat->mode & kPermissions : kMode);
  state_->config.cache_dir = dir;
}

StatCache Workspace::stat_cache() const {
  const bool main = state_->repo.git_dir() == state_->repo.common_dir();
  const std::string name = main ? "main" : "worktree-" + state_->repo.git_dir().filename().string();
  return StatCache(state_->local / "stat" / (name + ".idx"));
}

LockFile Workspace::lock_manifests(std::string_view owner, std::chrono::milliseconds wait) const {
  return LockFile::acquire(state_->local / "locks" / "manifests", owner, wait, state_->world);
}

std::string Workspace::to_repo_path(std::string_view typed) const {
  const auto refuse = [&](std::string_view why) {
    throw Error(ErrorKind::usage, fmt::format("cannot use `{}`: it {}", printable(typed), why));
  };
  if (typed.empty() || typed.find('\0') != std::string_view::npos || !is_utf8(typed)) refuse("is not a path in UTF-8");
  const fs::path path = resolve(state_->world.cwd / fs::path(typed));
  const auto relative = relative_to(state_->root, path);
  if (!relative) refuse(fmt::format("is outside the repository `{}`", state_->root.string()));
  for (const std::string_view segment : split(*relative, '/')) {
    if (to_lower(segment) == ".git") refuse("is inside `.git`");
  }
  if (*relative == ".mlo" || relative->starts_with(".mlo/")) refuse("is inside `.mlo`");
  if (const auto stat = find_stat(path); stat && stat->kind == FileKind::symlink) {
    std::error_code code;
    const fs::path target = fs::weakly_canonical(path, code);
    if (code || !relative_to(state_->root, absolute_in("/", target))) refuse("is a symlink that leaves the repository");
  }
  return *relative;
}

}  // namespace mlo
