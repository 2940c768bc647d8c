#include "lib/sync/git_remote.hpp"

#include <algorithm>

#include "lib/util/text.hpp"

namespace mlo {

std::optional<std::string> find_git_remote(const Workspace& workspace, Towards towards) {
  const git::Repository& repo = workspace.repo();
  std::vector<std::string> names;
  const std::string listed = workspace.work_tree().run({"remote"});
  for (const std::string_view name : split_lines(listed)) {
    if (repo.config(fmt::format("remote.{}.url", name))) names.emplace_back(name);
  }
  if (names.empty()) return std::nullopt;
  std::vector<std::string> keys;
  const auto branch = repo.head_branch();
  if (towards == Towards::push) {
    if (branch) keys.push_back(fmt::format("branch.{}.pushRemote", *branch));
    keys.emplace_back("remote.pushDefault");
  }
  if (branch) keys.push_back(fmt::format("branch.{}.remote", *branch));
  // A branch may also follow one of this repository, `.`, or a URL without a name.
  const auto is_known = [&](const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  for (const std::string& key : keys) {
    if (const auto name = repo.config(key); name && is_known(*name)) return name;
  }
  if (names.size() == 1) return names.front();
  if (is_known("origin")) return "origin";
  const World& world = workspace.world();
  world.log.warn("git has several remotes and follows none: run history and tags of models stay here");
  world.log.hint(
      fmt::format("say which one: git config remote.pushDefault {0}; git branch --set-upstream-to={0}/BRANCH",
                  shell_quote(names.front())));
  return std::nullopt;
}

}  // namespace mlo
