#pragma once
#include <optional>
#include <string>
#include <vector>

#include "lib/data/checkout.hpp"
#include "lib/data/get.hpp"
#include "lib/manifest/dataset.hpp"
#include "lib/workspace/workspace.hpp"

// Data of elsewhere as datasets of this repository that know their origin.
namespace mlo {

/// What is imported: `spec` of `repo`, or what `url` shows.
struct ImportRequest {
  std::string url = {};  ///< empty: `spec` and `repo` say it
  DataSpec spec = {};
  std::string repo = {};                    ///< URL, or path of a repository
  std::optional<std::string> path = {};     ///< in this repository; default: the last name of what is imported
  bool into = false;                        ///< `path` is a directory that it goes into, under its last name
  std::optional<std::string> name = {};     ///< of the dataset; default: made from the path
  std::optional<Digest> expected = {};      ///< what the bytes of a URL must be
  std::optional<std::string> message = {};  ///< of the commit
  bool commit = false;
  Overwrite overwrite = Overwrite::saved_only;
};

struct ImportedDataset {
  DatasetManifest manifest;
  std::optional<DatasetManifest> previous;
  bool changed() const { return !previous || previous->tree != manifest.tree; }
  /// The origin is at another revision, or says another ETag, than was recorded.
  bool moved() const { return !previous || previous->origin != manifest.origin; }
};

struct ImportReport {
  std::vector<ImportedDataset> datasets;
  std::optional<std::string> commit = {};  ///< the git commit made, if one was
};

/// Brings content into the store, then to its place in the work tree, then writes manifest and `.gitignore` line and
/// stages both, as `add` does; whatever fails before, the work tree is as it was. Error{conflict} if something else is
/// at the place or git tracks it, Error{invalid} for a path inside another dataset. Otherwise as get_data and
/// fetch_url.
ImportReport import_dataset(Workspace& workspace, const ImportRequest& request);

struct UpdateRequest {
  std::vector<std::string> names = {};       ///< of datasets; none: all that were imported
  std::optional<std::string> revision = {};  ///< to follow from now on, of the one repository it came from
  std::optional<std::string> message = {};
  bool commit = false;
  Overwrite overwrite = Overwrite::saved_only;
};

/// Asks each origin for its newest version and takes over those that changed; content is loaded only then. Everything
/// is loaded before the first dataset changes. Error{invalid} for a named dataset without an origin.
ImportReport update_datasets(Workspace& workspace, const UpdateRequest& request);

}  // namespace mlo
