#include "lib/sync/models.hpp"

#include <map>

#include "lib/data/datasets.hpp"
#include "lib/registry/versions.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::string_view kTags = "refs/tags/";

/// Tags of the remote by name, as they are there.
std::map<std::string, std::string> remote_tags(const git::WorkTree& git, const std::string& remote) {
  std::map<std::string, std::string> out;
  const std::string listed = git.run({"ls-remote", "-q", "--tags", "--refs", remote});
  for (const std::string_view line : split_lines(listed)) {
    const std::size_t tab = line.find('\t');
    if (tab != std::string_view::npos && line.substr(tab + 1).starts_with(kTags))
      out.emplace(line.substr(tab + 1 + kTags.size()), line.substr(0, tab));
  }
  return out;
}

[[noreturn]] void throw_differs(const std::string& tag, const std::string& remote) {
  throw Error(ErrorKind::conflict, fmt::format("the tag `{}` of `{}` is another one than here", printable(tag), remote))
      .hint(fmt::format("if theirs is right: git tag -d {0} && git fetch {1} tag {0}", shell_quote(tag),
                        shell_quote(remote)));
}

}  // namespace

SyncNames split_names(const Workspace& workspace, const std::vector<std::string>& names) {
  SyncNames out;
  for (const std::string& name : names) {
    const std::string bare = split_dataset_spec(name).first;
    const bool model = !find_dataset(workspace, bare) && !version_tags(workspace, bare).empty();
    (model ? out.models : out.datasets).push_back(name);
  }
  return out;
}

std::vector<Root> model_roots(const Workspace& workspace, const std::vector<std::string>& specs) {
  std::vector<Root> roots;
  const auto add = [&](const ModelManifest& m) {
    roots.push_back({fmt::format("model `{}@v{}`", m.name, m.version), m.model.id, m.model.directory, m.model.bytes});
  };
  for (const std::string& spec : specs) add(resolve_model(workspace, spec).manifest);
  if (!specs.empty()) return roots;
  for (const std::string& name : model_names(workspace)) {
    for (const VersionTag& tag : version_tags(workspace, name)) {
      if (tag.registered && !tag.removed) add(tag.registered->manifest);
    }
  }
  return roots;
}

std::size_t push_tags(const Workspace& workspace, const std::string& git_remote) {
  const std::vector<FoundTag> ours = registry_tags(workspace);
  if (ours.empty()) return 0;
  const git::WorkTree git = workspace.work_tree();
  const auto theirs = remote_tags(git, git_remote);
  std::vector<std::string> push = {"push", "-q", "--atomic", git_remote};
  for (const FoundTag& tag : ours) {
    const auto there = theirs.find(tag.name);
    if (there == theirs.end())
      push.push_back(fmt::format("{0}{1}:{0}{1}", kTags, tag.name));
    else if (there->second != tag.id.hex())
      throw_differs(tag.name, git_remote);
  }
  const std::size_t count = push.size() - 4;
  if (count != 0) git.run(push);
  return count;
}

bool fetch_tags(const Workspace& workspace, const std::string& git_remote) {
  const git::WorkTree git = workspace.work_tree();
  bool moved = false;
  std::vector<std::string> fetch = {"fetch", "-q", "--no-tags", "--no-write-fetch-head", git_remote};
  for (const auto& [name, id] : remote_tags(git, git_remote)) {
    if (!parse_registry_tag(name)) continue;
    const auto here = workspace.repo().find_ref(std::string(kTags) + name);
    if (here && here->hex() != id) throw_differs(name, git_remote);
    if (!here) fetch.push_back(fmt::format("{0}{1}:{0}{1}", kTags, name));
    moved = moved || !here;
  }
  if (moved) git.run(fetch);
  return moved;
}

}  // namespace mlo
