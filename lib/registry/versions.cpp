#include "lib/registry/versions.hpp"

#include <set>

#include "lib/codec/reader.hpp"
#include "lib/crypto/sha256.hpp"
#include "lib/git/shallow.hpp"
#include "lib/registry/registry_message.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::string_view kTags = "refs/tags/";
constexpr std::string_view kModels = ".mlo/models";

/// What makes a version tag one of mlo's; throws Error with the reason if it is not.
ModelVersion load_version(const Workspace& workspace, const FoundTag& found) {
  const git::Repository& repo = workspace.repo();
  const auto no = [](std::string why) -> Error { return Error(ErrorKind::verdict, std::move(why)); };
  const auto tag = repo.find_tag(found.id);
  if (!tag) throw no("a tag without annotation, not made by `mlo register`");
  if (tag->name != found.name) throw no(fmt::format("the tag object calls itself `{}`", printable(tag->name)));
  const auto commit = repo.find_commit(found.id.hex());
  if (commit != tag->target) throw no("it does not point at a commit");
  const std::string file = model_file(found.parsed.model, *found.parsed.version);
  const auto entry = repo.find_entry(repo.load_commit(*commit).tree, file);
  if (!entry || entry->kind != git::EntryKind::file)
    throw no(fmt::format("its commit has no `{}`: it was not made by `mlo register`", file));
  const std::string text = repo.load_blob(entry->id);
  const auto digest = find_trailer(tag->message, "Mlo-Manifest");
  if (!digest) throw no("its message names no manifest: it was not made by `mlo register`");
  if (*digest != sha256(text).str()) throw no(fmt::format("`{}` is not the manifest that was registered", file));
  ModelVersion version{parse_model(text, file), *commit, found.id};
  if (version.manifest.name != found.parsed.model || version.manifest.version != found.parsed.version->str())
    throw no(fmt::format("`{}` speaks of another model or version", file));
  return version;
}

/// The line that brings tags into a clone that came without; empty if tags are not what is missing.
std::string fetch_hint(const Workspace& workspace) {
  if (git::is_shallow(workspace.repo())) return std::string(git::kUnshallow);
  const bool remote = workspace.repo().config("remote.origin.url").has_value();
  return remote && workspace.repo().list_refs(kTags).empty() ? "git fetch --tags" : "";
}

/// True if HEAD's tree has manifests of the model.
bool has_manifests(const Workspace& workspace, std::string_view name) {
  const auto head = workspace.repo().head();
  if (!head) return false;
  return workspace.repo()
      .find_entry(workspace.repo().load_commit(*head).tree, fmt::format("{}/{}", kModels, name))
      .has_value();
}

[[noreturn]] void throw_unknown(const Workspace& workspace, std::string_view name) {
  Error error(ErrorKind::not_found, fmt::format("no model named `{}`", printable(name)));
  const std::string fetch = fetch_hint(workspace);
  const bool known = is_safe_relative(name) && has_manifests(workspace, name);
  if (known) error = Error(ErrorKind::config, fmt::format("the tags of model `{}` are not here", printable(name)));
  const std::vector<std::string> names = model_names(workspace);
  const std::string near = nearest(name, names);
  if (!fetch.empty() || known)
    error.hint(fetch.empty() ? "git fetch --tags" : fetch);
  else if (!near.empty())
    error.hint(fmt::format("did you mean `{}`?", near));
  else
    error.hint(names.empty() ? "register one with `mlo register NAME --run RUN --model PATH`"
                             : "list them with `mlo register list`");
  throw error;
}

ModelVersion resolve_stage(const Workspace& workspace, const std::string& name, const std::string& stage) {
  const std::vector<Assignment> all = assignments(workspace, name);
  const Assignment* unverified = nullptr;
  bool known = false;
  for (const Assignment& a : all) {
    if (a.stage != stage) continue;
    known = true;
    if (!a.verified) unverified = &a;
  }
  if (const Assignment* holder = known_holder(all, stage)) {
    if (unverified != nullptr && unverified->counter > holder->counter)
      workspace.world().log.warn(
          fmt::format("`{}` is unverified and does not count: {}", unverified->name, unverified->problem));
    return *holder->version;
  }
  if (unverified != nullptr) {
    throw Error(ErrorKind::verdict, fmt::format("`{}` is unverified: {}", unverified->name, unverified->problem))
        .hint(fmt::format("promote a version: mlo promote {}@VERSION --to {}", name, stage));
  }
  Error error(ErrorKind::not_found,
              known ? fmt::format("no version of `{}` holds `{}` now", name, stage)
                    : fmt::format("model `{}` has no version and no stage `{}`", name, printable(stage)));
  const std::string fetch = fetch_hint(workspace);
  throw error.hint(fetch.empty() ? fmt::format("list them with `mlo register list {}`", name) : fetch);
}

}  // namespace

std::string model_file(std::string_view name, const SemVer& version) {
  return fmt::format("{}/{}/{}.yaml", kModels, name, version.str());
}

std::vector<FoundTag> registry_tags(const Workspace& workspace, std::optional<std::string_view> model) {
  std::vector<FoundTag> out;
  const std::string prefix = fmt::format("{}{}", kTags, model.value_or(""));
  for (const git::Ref& ref : workspace.repo().list_refs(prefix)) {
    const std::string name = ref.name.substr(kTags.size());
    auto parsed = parse_registry_tag(name);
    if (parsed && (!model || parsed->model == *model)) out.push_back({std::move(*parsed), name, ref.id});
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const FoundTag& a, const FoundTag& b) { return a.parsed.model < b.parsed.model; });
  return out;
}

std::vector<std::string> model_names(const Workspace& workspace) {
  std::set<std::string> names;
  for (const FoundTag& tag : registry_tags(workspace)) names.insert(tag.parsed.model);
  return {names.begin(), names.end()};
}

std::vector<VersionTag> version_tags(const Workspace& workspace, std::string_view name) {
  std::vector<VersionTag> out;
  std::set<std::string> removed;
  for (const FoundTag& tag : registry_tags(workspace, name)) {
    if (!tag.parsed.version) continue;
    if (tag.parsed.removed) {
      removed.insert(tag.parsed.version->str());
      continue;
    }
    VersionTag version{tag.name, *tag.parsed.version, std::nullopt, "", false};
    try {
      if (tag.parsed.counter != 0) throw Error(ErrorKind::verdict, "a version tag has no counter");
      version.registered = load_version(workspace, tag);
    } catch (const Error& error) {
      version.problem = error.message();
    }
    out.push_back(std::move(version));
  }
  for (VersionTag& version : out) version.removed = removed.contains(version.version.str());
  std::sort(out.begin(), out.end(), [](const VersionTag& a, const VersionTag& b) {
    return std::tie(a.version, a.name) < std::tie(b.version, b.name);
  });
  return out;
}

std::vector<ModelVersion> model_versions(const Workspace& workspace, std::string_view name) {
  std::vector<ModelVersion> out;
  const std::vector<VersionTag> tags = version_tags(workspace, name);
  if (tags.empty()) throw_unknown(workspace, name);
  for (const VersionTag& tag : tags) {
    if (tag.registered && !tag.removed) out.push_back(*tag.registered);
  }
  return out;
}

ModelVersion resolve_model(const Workspace& workspace, std::string_view spec) {
  const std::size_t at = spec.find('@');
  const std::string_view name = spec.substr(0, at);
  const std::string wanted(at == std::string_view::npos ? "latest" : spec.substr(at + 1));
  const std::vector<VersionTag> tags = version_tags(workspace, name);
  if (tags.empty()) throw_unknown(workspace, name);
  const auto semver = SemVer::parse(wanted.starts_with('v') ? wanted.substr(1) : wanted);
  const VersionTag* best = nullptr;
  for (const VersionTag& tag : tags) {
    if (semver ? tag.version == *semver && (best == nullptr || tag.registered)
               : wanted == "latest" && tag.registered && !tag.removed)
      best = &tag;
  }
  if (best == nullptr && wanted == "latest") best = &tags.back();
  if (best == nullptr && semver) {
    throw Error(ErrorKind::not_found, fmt::format("model `{}` has no version {}", name, semver->str()))
        .hint(fetch_hint(workspace).empty() ? fmt::format("list them with `mlo register list {}`", name)
                                            : fetch_hint(workspace));
  }
  if (best != nullptr) {
    if (best->removed) {
      throw Error(ErrorKind::verdict, fmt::format("`{}` was taken back by the tag `{}!`", best->name, best->name));
    }
    if (best->registered) return *best->registered;
    throw Error(ErrorKind::verdict, fmt::format("`{}` is unverified: {}", best->name, best->problem))
        .hint(fmt::format("if nobody needs the tag: git tag -d {}", shell_quote(best->name)));
  }
  return resolve_stage(workspace, std::string(name), wanted);
}

}  // namespace mlo
