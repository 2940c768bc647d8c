#include "lib/sync/pre_push.hpp"

#include "lib/sync/commit_roots.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

bool is_zero(std::string_view id) { return id.find_first_not_of('0') == std::string_view::npos; }

}  // namespace

std::vector<PushedRef> parse_pushed_refs(std::string_view lines) {
  std::vector<PushedRef> refs;
  for (const std::string_view line : split_lines(lines)) {
    const auto words = split(trim(line), ' ');
    const auto local = words.size() == 4 ? git::ObjectId::parse(words[1]) : std::nullopt;
    const auto remote = words.size() == 4 ? git::ObjectId::parse(words[3]) : std::nullopt;
    if (!local || !remote)
      throw Error(ErrorKind::usage, fmt::format("`{}` is not what git tells a pre-push hook", printable(line)));
    if (is_zero(words[1])) continue;
    refs.push_back({std::string(words[2]), *local, is_zero(words[3]) ? std::nullopt : remote});
  }
  return refs;
}

std::vector<Root> pushed_roots(const Workspace& workspace, const std::string& git_remote,
                               const std::vector<PushedRef>& refs) {
  if (refs.empty()) return {};
  std::vector<std::string> revisions;
  for (const PushedRef& ref : refs) revisions.push_back(ref.local.hex());
  revisions.emplace_back("--not");
  for (const PushedRef& ref : refs) {
    if (ref.remote && workspace.repo().has_object(*ref.remote)) revisions.push_back(ref.remote->hex());
  }
  // What was seen there before. A URL has no such refs.
  if (!git_remote.empty() && git_remote.find_first_of(":*?[\\ ") == std::string::npos)
    revisions.push_back("--remotes=" + git_remote);
  return roots_of_commits(workspace, revisions);
}

TransferReport push_roots(Workspace& workspace, Remote& remote, const std::vector<Root>& roots) {
  const World& world = workspace.world();
  ObjectStore& store = workspace.store();
  ObjectSet set = objects_below(store, roots);
  UploadPlanner planner(store, remote);
  UploadPlan files = planner.plan(std::move(set.files), Order::any);
  UploadPlan trees = planner.plan(std::move(set.trees), Order::as_given);
  if (!files.absent.empty() || !trees.absent.empty()) {
    const ObjectRef& first = files.absent.empty() ? trees.absent.front() : files.absent.front();
    throw Error(ErrorKind::not_found,
                fmt::format("object `{}` of {} is neither here nor on the remote `{}`: what is pushed would name what "
                            "nobody has",
                            first.id.brief(), first.owner.text(), remote.name()))
        .hint("another clone may have it: `mlo push` there; to push all the same: git push --no-verify");
  }
  TransferReport report;
  for (UploadPlan* plan : {&files, &trees}) report += upload(world, store, remote, std::move(*plan), Mode::real);
  return report;
}

}  // namespace mlo
