#pragma once
#include <optional>
#include <string>
#include <vector>

#include "lib/features/definitions.hpp"
#include "lib/features/inputs.hpp"
#include "lib/features/online_store.hpp"

namespace mlo::features {

enum class ViewAction {
  none,     ///< the store holds what the inputs say
  merge,    ///< only some files are read
  rebuild,  ///< everything is read
};
std::string_view to_string(ViewAction action);

/// What materializing a view would do, and why.
struct ViewPlan {
  const ViewManifest* view = nullptr;
  ViewAction action = ViewAction::none;
  std::vector<std::string> reasons;  ///< none for `none`
  std::vector<InputTable> inputs;    ///< with digests
  std::vector<std::size_t> read;     ///< of a merge: files of the one table, in order
  std::vector<std::string> retired;  ///< of a merge: labels of changed and removed files
  std::optional<ViewState> state;    ///< what the store holds now

  std::vector<const InputFile*> files_to_read() const;
};

/// Plans for these views (all if none is named). Decided by content: the digests of the inputs, the definition, and
/// rows that were in the future and are not any more. `store` may be null: nothing was materialized. Reads no rows.
std::vector<ViewPlan> plan_views(const Workspace& workspace, const Definitions& definitions,
                                 const std::vector<std::string>& names, OnlineStore* store);
/// Views that the store holds and nobody defines any more.
std::vector<std::string> orphans(const Definitions& definitions, OnlineStore* store);

/// What was done for one view.
struct ViewResult {
  std::string view;
  ViewAction action = ViewAction::none;
  std::vector<std::string> reasons;
  std::uint64_t rows_read = 0;
  std::uint64_t rows_skipped = 0;  ///< without key or event time
  std::uint64_t rows_future = 0;   ///< not known yet
  ViewState state;
};
struct MaterializeReport {
  std::vector<ViewResult> views;
  std::vector<std::string> removed;
};

/// Brings the store up to date: afterwards it holds, for each key of each view, the latest row known now, exactly as if
/// all inputs had been read afresh. Views change one by one, each whole or not at all. Without names, views that nobody
/// defines any more are removed. Waits for another process that does the same.
MaterializeReport materialize(Workspace& workspace, const Definitions& definitions,
                              const std::vector<std::string>& names);

/// The store of this repository; null if nothing was materialized and `create` is false.
std::unique_ptr<OnlineStore> open_online_store(const Workspace& workspace, bool create);

/// Of all in a view's definition that decides its rows: keys, features, times, query. Not of its ttl.
Digest definition_of(const Definitions& definitions, const ViewManifest& view);

}  // namespace mlo::features
