#include "lib/sync/push.hpp"

#include "lib/sync/commit_roots.hpp"
#include "lib/sync/git_remote.hpp"
#include "lib/sync/models.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

/// Files that nobody has stop the push before a tree that names them is sent.
void require_complete(const UploadPlan& plan) {
  if (plan.absent.empty()) return;
  const ObjectRef& first = plan.absent.front();
  throw Error(ErrorKind::not_found, fmt::format("cannot push {}: object `{}` is neither here nor on the remote",
                                                first.owner.text(), first.id.brief()))
      .hint("`mlo version-data status` shows what is missing; another remote or clone may have it");
}

/// Datasets and models of these names, or all there are.
std::vector<Root> named_roots(const Workspace& workspace, const std::vector<std::string>& names) {
  const SyncNames kinds = split_names(workspace, names);
  std::vector<Root> roots;
  if (names.empty() || !kinds.datasets.empty()) roots = manifest_roots(workspace, kinds.datasets);
  if (names.empty() || !kinds.models.empty()) add_roots(roots, model_roots(workspace, kinds.models));
  return roots;
}

}  // namespace

void SyncReport::add(const std::string& remote, const MovedRefs& moved) {
  git_remote = remote;
  runs_moved = moved.runs;
  tags_moved = moved.tags;
}

void warn_incomplete(const World& world, const TransferReport& report) {
  if (report.absent.empty()) return;
  world.log.warn(fmt::format("{} neither here nor on the remote, the first of {}",
                             count_of(report.absent.size(), "object is", "objects are"),
                             report.absent.front().owner.text()));
}

SyncReport push(Workspace& workspace, Remote& remote, const std::vector<std::string>& names, Mode mode,
                Versions versions) {
  if (mode == Mode::dry_run && remote.is_read_only())
    throw Error(ErrorKind::remote, fmt::format("remote `{}`: what a web server shows can only be read", remote.name()))
        .hint("push to the place itself, by another remote");
  const World& world = workspace.world();
  ObjectStore& store = workspace.store();
  SyncReport report;
  UploadPlanner planner(store, remote);
  std::vector<Root> others = names.empty() ? run_roots(workspace) : std::vector<Root>();
  if (versions == Versions::all) add_roots(others, roots_of_history(workspace));
  ObjectSet data = objects_below(store, named_roots(workspace, names));
  ObjectSet rest = others.empty() ? ObjectSet() : objects_below(store, others, ids_of(data));
  UploadPlan files = planner.plan(std::move(data.files), Order::any);
  UploadPlan trees = planner.plan(std::move(data.trees), Order::as_given);
  require_complete(files);
  require_complete(trees);
  for (UploadPlan* plan : {&files, &trees}) report.transfer += upload(world, store, remote, std::move(*plan), mode);
  for (const auto& [objects, order] : {std::pair(&rest.files, Order::any), std::pair(&rest.trees, Order::as_given)}) {
    const TransferReport sent = upload(world, store, remote, planner.plan(std::move(*objects), order), mode);
    warn_incomplete(world, sent);
    report.transfer += sent;
  }
  if (!names.empty() || mode == Mode::dry_run) return report;
  if (const auto git_remote = find_git_remote(workspace, Towards::push))
    report.add(*git_remote, push_refs(workspace, *git_remote));
  return report;
}

}  // namespace mlo
