#include "lib/registry/get_model.hpp"

#include "lib/data/bring.hpp"
#include "lib/data/safe_place.hpp"
#include "lib/registry/run_facts.hpp"
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

}  // namespace

GotModel get_model(World& world, const GetRequest& request) {
  const fs::path target = absolute_in(world.cwd, request.output);
  require_replaceable(world, target);
  require_room(target, request.existing);
  make_dirs(target.parent_path());
  const StagingDir staging(target.parent_path());
  OtherRepository other(
      world, request.repo, staging.path() / "repo",
      [&](const std::string& url, const fs::path& into) { fetch_tags(world, url, request.spec, into); });
  const Workspace& workspace = other.workspace();
  const ModelVersion version = resolve_model(workspace, request.spec);
  const ModelManifest& m = version.manifest;
  const TreeEntry content{m.model.directory ? TreeEntryKind::directory : TreeEntryKind::file, m.model.bytes, m.model.id,
                          ""};
  ObjectStore fetched(staging.path() / "objects");
  const bool here = find_damage(workspace.store(), m.model.id, m.model.directory).empty();
  if (!here) ContentSource(world, other, fetched, fmt::format("{}@v{}", m.name, m.version)).bring(content);
  const fs::path whole = staging.path() / "model";
  if (!m.model.directory) make_dirs(whole);
  const WrittenContent written = write_content(world, here ? workspace.store() : fetched, content,
                                               m.model.directory ? whole : whole / fs::path(m.model.path).filename());
  put_in_place(whole, target, staging.path() / "old");
  return {m, version.commit, target, written.files, written.bytes};
}

}  // namespace mlo
