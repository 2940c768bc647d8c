#include "lib/registry/get_model.hpp"

#include <unistd.h>

#include "lib/data/scan.hpp"
#include "lib/registry/run_facts.hpp"
#include "lib/remote/transfer.hpp"
#include "lib/store/staging.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

/// Fetches what resolving needs from a repository elsewhere into a new one: for a version its tag alone, for a stage
/// the model's tags and the history that says which policies were in force, without large files.
void fetch_tags(const World& world, const std::string& url, const std::string& spec, const fs::path& into) {
  make_dirs(into);
  const git::WorkTree git(into, world.env);
  git.run({"init", "-q", "-b", "main"});
  const std::size_t at = spec.find('@');
  const std::string name = spec.substr(0, at), wanted = at == std::string::npos ? "latest" : spec.substr(at + 1);
  require_model_name(name);
  const auto version = SemVer::parse(wanted.starts_with('v') ? std::string_view(wanted).substr(1) : wanted);
  std::vector<std::string> fetch = {"fetch", "-q", "--no-tags", "--no-write-fetch-head"};
  fetch.emplace_back(version ? "--depth=1" : "--filter=blob:limit=1m");
  fetch.insert(fetch.end(), {"--", url, "+HEAD:refs/remotes/origin/HEAD"});
  const auto add = [&](const std::string& tags) { fetch.push_back(fmt::format("+refs/tags/{0}:refs/tags/{0}", tags)); };
  if (version) {
    add(version_tag(name, *version));
  } else {
    add(name + "@*");
    add(name + "#*");
  }
  try {
    git.run(fetch);
  } catch (Error& error) {
    error.prefix(fmt::format("cannot get `{}`", printable(spec)));
    throw error.hint(fmt::format("look with: git ls-remote --tags {}", shell_quote(url)));
  }
}

/// Makes the fetched repository a workspace that has the configuration of its origin's HEAD.
void adopt_config(const World& world, const fs::path& repo) {
  const auto opened = git::Repository::discover(repo, world.env);
  const auto head = opened->find_commit("refs/remotes/origin/HEAD");
  const auto entry = head ? opened->find_entry(opened->load_commit(*head).tree, ".mlo/config.yaml") : std::nullopt;
  if (!entry || entry->kind != git::EntryKind::file)
    throw Error(ErrorKind::config, "the repository has no `.mlo/config.yaml`: it does not say where content is");
  write_file(repo / ".mlo/config.yaml", opened->load_blob(entry->id), Durability::cache);
}

/// The directory that a repository is at, if it is one of this machine; of one with a work tree, that.
std::optional<fs::path> find_directory(const World& world, std::string_view repo) {
  constexpr std::string_view kFile = "file://";
  if (repo.starts_with(kFile)) repo.remove_prefix(kFile.size());
  const fs::path path = absolute_in(world.cwd, repo).lexically_normal();
  if (!find_stat(path)) return std::nullopt;
  const fs::path whole = path.has_filename() ? path : path.parent_path();
  return whole.filename() == ".git" ? whole.parent_path() : whole;
}

bool is_local_workspace(const World& world, const std::string& repo) {
  return find_stat(absolute_in(world.cwd, repo) / ".mlo").has_value();
}

/// Everything below one object, trees level by level, into a store of its own.
void download_all(const World& world, ObjectStore& store, Remote& remote, const ModelManifest& m) {
  const std::string owner = fmt::format("`{}@v{}`", m.name, m.version);
  const auto fetch = [&](const std::vector<ObjectRef>& objects) {
    const TransferReport report = download(world, store, remote, objects, Mode::real);
    if (report.absent.empty()) return;
    throw Error(ErrorKind::remote, fmt::format("cannot get {}: remote `{}` has no object `{}`", owner, remote.name(),
                                               report.absent.front().id.brief()))
        .hint("ask who registered it to run `mlo push`");
  };
  fetch({{m.model.id, m.model.directory ? 0 : m.model.bytes, owner}});
  std::vector<Digest> level;
  if (m.model.directory) level.push_back(m.model.id);
  std::vector<ObjectRef> files;
  while (!level.empty()) {
    std::vector<ObjectRef> trees;
    for (const Digest& id : level) {
      for (const TreeEntry& entry : store.get_tree(id)) {
        const bool tree = entry.kind == TreeEntryKind::directory;
        (tree ? trees : files).push_back({entry.id, tree ? 0 : entry.size, owner});
      }
    }
    fetch(trees);
    level.clear();
    for (const ObjectRef& tree : trees) level.push_back(tree.id);
  }
  fetch(files);
}

void write_link(const ObjectStore& store, const TreeEntry& entry, const std::string& path, const fs::path& target) {
  const std::string text = store.get(entry.id);
  if (!is_inner_link(path, text))
    throw Error(ErrorKind::corrupt, fmt::format("the model has a symlink `{}` that leads out of it", printable(path)))
        .hint("do not trust where this version came from");
  if (::symlink(text.c_str(), target.c_str()) != 0) throw_errno("make symlink", target.string());
}

/// The model's files below `into`, which exists; all of it on disk when this returns.
void write_out(const World& world, const ObjectStore& store, const ModelManifest& m, const fs::path& into,
               GotModel& got) {
  const auto put = [&](const TreeEntry& entry, const std::string& path) {
    check_stop(world);
    const fs::path target = into / path;
    if (entry.kind == TreeEntryKind::directory) return make_dirs(target);
    if (entry.kind == TreeEntryKind::symlink) return write_link(store, entry, path, target);
    store.check_out(entry.id, target, entry.kind == TreeEntryKind::executable, LinkType::copy);
    ++got.files;
    got.bytes += entry.size;
  };
  if (m.model.directory) {
    walk_tree(store, m.model.id, [&](const std::string& path, const TreeEntry& entry) { put(entry, path); });
  } else {
    put({TreeEntryKind::file, m.model.bytes, m.model.id, ""}, fs::path(m.model.path).filename().string());
  }
  sync_file_system(open_read(into).get(), into);
}

void require_room(const fs::path& target, Existing existing) {
  const auto stat = find_stat(target);
  if (!stat || existing == Existing::replace) return;
  if (stat->kind == FileKind::directory && list_dir(target).empty()) return;
  throw Error(ErrorKind::conflict, fmt::format("`{}` is there and not empty", printable(target.string())))
      .hint("name another directory, or replace it with --force");
}

}  // namespace

GotModel get_model(World& world, const GetRequest& request) {
  const fs::path target = absolute_in(world.cwd, request.output);
  require_room(target, request.existing);
  make_dirs(target.parent_path());
  const StagingDir staging(target.parent_path());
  World inner = world;
  std::optional<fs::path> origin;
  const bool elsewhere = request.repo && !is_local_workspace(world, *request.repo);
  if (elsewhere) {
    origin = find_directory(world, *request.repo);
    const bool is_path = find_stat(absolute_in(world.cwd, *request.repo)).has_value();
    inner.cwd = staging.path() / "repo";
    fetch_tags(world, is_path ? absolute_in(world.cwd, *request.repo).string() : *request.repo, request.spec,
               inner.cwd);
    adopt_config(world, inner.cwd);
  } else if (request.repo) {
    inner.cwd = absolute_in(world.cwd, *request.repo);
  }
  const Workspace workspace = Workspace::open(inner);
  const ModelVersion version = resolve_model(workspace, request.spec);
  const ModelManifest& m = version.manifest;
  GotModel got{m, version.commit, target, 0, 0};
  ObjectStore fetched(staging.path() / "objects");
  const bool here = find_damage(workspace.store(), m.model.id, m.model.directory).empty();
  if (!here) {
    const RemoteConfig& config = choose_remote(workspace.config(), "");
    const bool relative = !config.url.starts_with('/') && config.url.find("://") == std::string::npos;
    if (elsewhere && relative && !origin)
      throw Error(ErrorKind::config,
                  fmt::format("cannot get `{}`: its remote `{}` is the directory `{}` beside the repository",
                              printable(request.spec), config.name, printable(config.url)))
          .hint("clone the repository to where that directory is, and give --repo the path of the clone");
    download_all(world, fetched, *open_remote(world, config, origin.value_or(workspace.root())), m);
  }
  const fs::path whole = staging.path() / "model";
  make_dirs(whole);
  write_out(world, here ? workspace.store() : fetched, m, whole, got);
  if (find_stat(target)) rename_path(target, staging.path() / "old");
  rename_path(whole, target);
  fsync_dir(target.parent_path());
  return got;
}

}  // namespace mlo
