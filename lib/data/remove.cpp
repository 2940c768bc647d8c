#include "lib/data/remove.hpp"

#include "lib/data/datasets.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"
#include "lib/workspace/git_ignore.hpp"

namespace mlo {

RemoveReport remove_dataset(const Workspace& workspace, const std::string& name, Files files, Overwrite overwrite,
                            Execution execution) {
  RemoveReport report{.manifest = load_dataset(workspace, name), .files_removed = 0};
  const DatasetManifest& manifest = report.manifest;
  if (files == Files::remove) {
    const auto history = dataset_history(workspace, name);
    const bool committed = std::any_of(history.begin(), history.end(), [&](const DatasetVersion& version) {
      return version.manifest && version.manifest->tree == manifest.tree;
    });
    if (overwrite == Overwrite::saved_only && !committed) {
      throw Error(ErrorKind::conflict,
                  fmt::format("the version of `{}` is in no commit, so nothing could bring it back", name))
          .hint(fmt::format("commit {} first, or use --keep-files or --force", dataset_file(name)));
    }
    report.files_removed = remove_data(workspace, manifest, overwrite, execution).removed;
  }
  if (execution == Execution::dry_run) return report;
  const LockFile lock = workspace.lock_manifests("mlo version-data remove");
  remove_ignored(workspace.root(), {manifest.path});
  // The manifest goes last: while it is there, the command can be repeated.
  workspace.work_tree().stage({ignore_file(manifest.path)});
  workspace.work_tree().untrack({dataset_file(name)});
  const fs::path file = workspace.root() / dataset_file(name);
  mlo::remove_file(file);
  fsync_dir(file.parent_path());
  return report;
}

}  // namespace mlo
