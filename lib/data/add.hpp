#pragma once
#include <optional>
#include <string>
#include <vector>

#include "lib/data/links.hpp"
#include "lib/manifest/dataset.hpp"
#include "lib/validate/report.hpp"
#include "lib/workspace/workspace.hpp"

namespace mlo {

struct AddRequest {
  std::vector<std::string> paths;      ///< relative to the repository root
  std::optional<std::string> name;     ///< for a single path; otherwise made from the path
  std::optional<std::string> source;   ///< where the data came from
  std::optional<std::string> message;  ///< of the commit
  bool commit = false;
  std::optional<std::string> suite = {};  ///< path in the repository, for the record
  bool validate = false;                  ///< what breaks its suite becomes no version
};

struct AddedDataset {
  DatasetManifest manifest;
  std::optional<Digest> previous;      ///< the version before; nothing for a new dataset
  std::vector<std::string> untracked;  ///< files taken out of git's index
  LinkReport links = {};               ///< files that became links of what was stored
  bool changed() const { return previous != manifest.tree; }
};

struct AddReport {
  std::vector<AddedDataset> datasets;                        ///< by name
  std::optional<std::string> commit;                         ///< the git commit made, if one was
  std::vector<validate::ValidationReport> validations = {};  ///< by name; one that failed: no manifest was written

  bool refused() const;
};

/// Stores the data, then writes its manifests, then the `.gitignore` lines, then stages both; the commit comes last.
/// With `validate`, the stored bytes are judged by each dataset's suite before any manifest is written.
/// With `link: hardlink` files become links of what was stored, last of all.
/// Adding unchanged data again changes nothing. Error{invalid} for a path inside another dataset or around one;
/// Error{conflict} for a name that another path has; Error{not_found} for a suite that
/// is not there or, with `validate`, not named.
AddReport add_datasets(Workspace& workspace, const AddRequest& request);

/// "data: add flights" with a `Mlo-Data: NAME ID` trailer per dataset, as every commit of mlo that changes data
/// carries.
std::string data_commit_message(const std::optional<std::string>& message, std::string_view fallback,
                                const std::vector<DatasetManifest>& datasets);
/// Commits these paths if they differ from HEAD; nothing if they do not.
std::optional<std::string> commit_if_changed(const Workspace& workspace, const std::vector<std::string>& paths,
                                             const std::string& message);

}  // namespace mlo
