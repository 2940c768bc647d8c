#include "lib/registry/register_model.hpp"

#include "lib/registry/registry_message.hpp"
#include "lib/registry/run_facts.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

[[noreturn]] void throw_exists(const std::string& tag) {
  throw Error(ErrorKind::conflict, fmt::format("there is a tag `{}` already", tag))
      .hint("a version is registered once; leave --version out, or choose another");
}

SemVer choose_version(const Workspace& workspace, const RegisterRequest& request) {
  const std::vector<VersionTag> tags = version_tags(workspace, request.name);
  const SemVer version = request.version ? *request.version
                         : tags.empty()  ? bump(SemVer{}, request.bump)
                                         : bump(tags.back().version, request.bump);
  const std::string name = version_tag(request.name, version);
  if (version.str().ends_with(".lock"))
    throw Error(ErrorKind::usage, fmt::format("git allows no tag `{}`: it ends with `.lock`", name));
  if (workspace.repo().find_ref("refs/tags/" + name)) throw_exists(name);
  return version;
}

/// The manifest of this version in HEAD: an earlier call made its commit and never came to the tag.
std::optional<ModelManifest> find_committed(const Workspace& workspace, const std::string& file) {
  const git::Repository& repo = workspace.repo();
  const auto head = repo.head();
  const auto entry = head ? repo.find_entry(repo.load_commit(*head).tree, file) : std::nullopt;
  if (!entry || entry->kind != git::EntryKind::file) return std::nullopt;
  return parse_model(repo.load_blob(entry->id), file);
}

/// The commit that brought the manifest as HEAD has it.
git::ObjectId find_origin(const Workspace& workspace, const std::string& file) {
  const git::Repository& repo = workspace.repo();
  const auto blob = [&](const git::Commit& commit) { return repo.find_entry(commit.tree, file); };
  std::optional<git::ObjectId> origin;
  const auto wanted = blob(repo.load_commit(*repo.head()))->id;
  repo.walk(*repo.head(), [&](const git::Commit& commit) {
    const auto entry = blob(commit);
    if (entry && entry->id == wanted) origin = commit.id;
    return true;
  });
  return *origin;
}

/// The facts as the next version, or as the one that an earlier call committed.
Registration place(Workspace& workspace, const RegisterRequest& request, ModelManifest facts) {
  const SemVer version = choose_version(workspace, request);
  Registration out{std::move(facts), version_tag(request.name, version), std::nullopt, false};
  ModelManifest& m = out.manifest;
  m.name = request.name;
  m.version = version.str();
  m.author = workspace.repo().identity(workspace.world().env, m.created).email;
  const std::string file = model_file(m.name, version);
  if (auto committed = find_committed(workspace, file)) {
    ModelManifest same = m;
    same.author = committed->author;
    if (emit_model(same) != emit_model(*committed)) {
      throw Error(ErrorKind::conflict,
                  fmt::format("`{}` is committed with other content, and has no tag `{}`", file, out.tag))
          .hint("if its tag was not fetched: git fetch --tags; else choose another with --version");
    }
    m = std::move(*committed);
    out.finished = true;
  }
  return out;
}

git::ObjectId commit_manifest(Workspace& workspace, const ModelManifest& m, const std::string& file) {
  const git::WorkTree tree = workspace.work_tree();
  write_file(workspace.root() / file, emit_model(m));
  tree.stage({file});
  return tree.commit_only({file}, register_commit_message(m));
}

}  // namespace

Registration plan_registration(Workspace& workspace, const RegisterRequest& request) {
  require_model_name(request.name);
  static_cast<void>(choose_version(workspace, request));  // before the bytes of the model are hashed
  return place(workspace, request, gather_facts(workspace, request));
}

Registration register_model(Workspace& workspace, const RegisterRequest& request) {
  workspace.work_tree().require_quiet();
  const ModelManifest facts = plan_registration(workspace, request).manifest;
  const LockFile lock = workspace.lock_manifests("mlo register");
  Registration out = place(workspace, request, facts);
  const std::string file = model_file(out.manifest.name, *SemVer::parse(out.manifest.version));
  out.commit = out.finished ? find_origin(workspace, file) : commit_manifest(workspace, out.manifest, file);
  workspace.work_tree().tag(out.tag, *out.commit, register_tag_message(out.manifest));
  return out;
}

}  // namespace mlo
