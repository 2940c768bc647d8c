#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/data/checkout.hpp"
#include "lib/data/table_source.hpp"
#include "lib/drift/options.hpp"
#include "lib/workspace/workspace.hpp"

namespace mlo::drift {

/// `.mlo/baselines/<model>.yaml`, kind `drift-baseline/1`: the data a model's inputs are compared with, by content, and
/// how. Exact p-values need the rows themselves, so the manifest names them instead of summing them up.
struct Baseline {
  std::string model = {};
  std::string source = {};  ///< as the user named the data
  Digest tree = {};         ///< its content: an object, or a tree of objects, in the store
  bool directory = false;
  std::string file_name = {};  ///< of a single file: tells the format
  DriftOptions options = {};
};

std::string emit_baseline(const Baseline& baseline);
/// Error{invalid} with file:line:column; a newer version says which mlo to use.
Baseline parse_baseline(std::string_view text, std::string_view source);

/// Stores the data if the store does not have it, then writes and stages the manifest; replaces an older one. The same
/// again changes nothing: git knows when. Data outside the store must be one file. Error{usage} for a name that is
/// none.
Baseline save_baseline(Workspace& workspace, const std::string& model, const DataSource& source,
                       const DriftOptions& options);
std::optional<Baseline> find_baseline(const Workspace& workspace, const std::string& model);
/// Error{not_found} with the way to make one.
Baseline load_baseline(const Workspace& workspace, const std::string& model);
/// By name.
std::vector<Baseline> list_baselines(const Workspace& workspace);
/// Removes the manifest, tracked or not, and stages that; the data stays in the store. A dry run changes nothing.
/// Error{not_found} with the way to make one.
void remove_baseline(Workspace& workspace, const std::string& model, Execution execution);

/// The baseline's rows, from the store.
DataSource baseline_source(const Workspace& workspace, const Baseline& baseline);

}  // namespace mlo::drift
