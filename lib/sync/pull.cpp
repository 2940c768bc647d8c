#include "lib/sync/pull.hpp"

#include "lib/data/checkout.hpp"
#include "lib/data/datasets.hpp"
#include "lib/sync/commit_roots.hpp"
#include "lib/sync/git_remote.hpp"
#include "lib/sync/models.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

void require_fetched(const TransferReport& report) {
  if (report.absent.empty()) return;
  const ObjectRef& first = report.absent.front();
  throw Error(ErrorKind::remote,
              fmt::format("cannot pull {}: the remote has no object `{}`", first.owner.text(), first.id.brief()))
      .hint("ask who committed that version to run `mlo push`");
}

/// Fetches trees level by level, as each names the next, then the files. It looks once what there is: whatever is
/// named here was there before the name was.
TransferReport fetch_below(const World& world, ObjectStore& store, Remote& remote, const std::vector<Root>& roots,
                           bool must, Mode mode, Look look, const DigestSet& except = {}) {
  TransferReport report;
  for (std::size_t known = 0;;) {
    const ObjectSet set = objects_below(store, roots, except);
    const TransferReport trees = download(world, store, remote, set.trees, mode, look);
    if (must) require_fetched(trees);
    report.absent.clear();  // asked for again
    report += trees;
    if (report.was_asked()) look = Look::as_before;
    const bool deeper = set.trees.size() > known && trees.objects > 0 && mode == Mode::real;
    known = set.trees.size();
    if (deeper) continue;
    const TransferReport files = download(world, store, remote, set.files, mode, look);
    if (must) require_fetched(files);
    return report += files;
  }
}

}  // namespace

TransferReport fetch_objects(Workspace& workspace, Remote& remote, const std::vector<Root>& roots) {
  return fetch_below(workspace.world(), workspace.store(), remote, roots, /*must=*/true, Mode::real, Look::now);
}

SyncReport pull(Workspace& workspace, Remote& remote, const std::vector<std::string>& names, RunObjects run_objects,
                Mode mode, Versions versions) {
  const World& world = workspace.world();
  ObjectStore& store = workspace.store();
  SyncReport report;
  if (names.empty() && mode == Mode::real) {
    if (const auto git_remote = find_git_remote(workspace, Towards::fetch))
      report.add(*git_remote, fetch_refs(workspace, *git_remote));
  }
  const SyncNames kinds = split_names(workspace, names);
  const bool data = names.empty() || !kinds.datasets.empty();
  std::vector<Root> roots;
  if (data) roots = manifest_roots(workspace, kinds.datasets);
  if (!kinds.models.empty()) add_roots(roots, model_roots(workspace, kinds.models));
  report.transfer = fetch_below(world, store, remote, roots, /*must=*/true, mode, Look::now);
  const Look look = report.transfer.was_asked() ? Look::as_before : Look::now;
  // The current data first: nothing of others keeps it from being there.
  if (mode == Mode::real && data) {
    for (const DatasetManifest& dataset : select_datasets(workspace, kinds.datasets)) {
      try {
        if (check_out_dataset(workspace, dataset, Overwrite::saved_only, Execution::real).changed())
          report.checked_out.push_back(dataset);
      } catch (const Error& error) {
        if (error.kind() != ErrorKind::conflict) throw;
        world.log.warn(error.message());
        report.left_alone.push_back(dataset.name);
      }
    }
  }
  std::vector<Root> others;
  if (run_objects == RunObjects::fetch)
    others = run_roots(workspace);
  else if (report.runs_moved)
    report.results_left = !are_here(store, run_roots(workspace));
  if (versions == Versions::all) add_roots(others, roots_of_history(workspace));
  if (!others.empty()) {
    const DigestSet fetched_before = ids_of(objects_below(store, roots));
    const TransferReport fetched =
        fetch_below(world, store, remote, others, /*must=*/false, mode, look, fetched_before);
    warn_incomplete(world, fetched);
    report.transfer += fetched;
  }
  return report;
}

}  // namespace mlo
