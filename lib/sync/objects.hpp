#pragma once
#include <string>
#include <vector>

#include "lib/crypto/digest_set.hpp"
#include "lib/manifest/dataset.hpp"
#include "lib/remote/transfer.hpp"
#include "lib/workspace/workspace.hpp"

// What a push or pull is about, as objects.
namespace mlo {

/// The top of something that is pushed: a dataset, a drift baseline, an output of a run.
struct Root {
  std::string owner;  ///< "dataset `raw`", "baseline `delay`", "run brave-otter"
  Digest id;
  bool directory = false;
  std::uint64_t size = 0;
};

/// What manifests in the work tree name: these datasets, or all of them and the models' drift baselines if `names` is
/// empty.
std::vector<Root> manifest_roots(const Workspace& workspace, const std::vector<std::string>& names);
/// Outputs, artifacts, metric series and logs that the records of all runs name and whose bytes were stored.
std::vector<Root> run_roots(Workspace& workspace);

inline void add_roots(std::vector<Root>& roots, std::vector<Root> more) {
  std::move(more.begin(), more.end(), std::back_inserter(roots));
}

/// All objects below the roots, as far as the store has their trees, without `except` and what is only below that.
/// Files before trees, children's trees before parents': in this order nothing is ever named before it is there.
struct ObjectSet {
  std::vector<ObjectRef> files;
  std::vector<ObjectRef> trees;
};
ObjectSet objects_below(const ObjectStore& store, const std::vector<Root>& roots, const DigestSet& except = {});
/// The ids of all of it.
DigestSet ids_of(const ObjectSet& set);
/// Whether the store has all of it.
bool are_here(const ObjectStore& store, const std::vector<Root>& roots);

}  // namespace mlo
