#pragma once
#include <optional>
#include <string>
#include <vector>

#include "lib/crypto/digest.hpp"
#include "lib/manifest/features.hpp"
#include "lib/table/table_file.hpp"
#include "lib/workspace/workspace.hpp"

namespace mlo::features {

/// One file that a view is made from.
struct InputFile {
  std::string label;  ///< repository path, or `dataset/path` of a dataset
  fs::path path;      ///< where its bytes are, absolute
  std::uint64_t bytes = 0;
  std::optional<FileStat> stat;  ///< of a file of the work tree
  std::optional<Digest> digest;  ///< known for a dataset's files; else see digest_inputs
};

/// The files of one table, ascending by label.
struct InputTable {
  std::string name;  ///< that a query gives it; empty if the view has no query
  std::vector<InputFile> files;
  table::FileFormat format = table::FileFormat::csv;
  std::vector<std::string> nulls;
};

/// What a view reads now. Paths and globs are looked for in the work tree, nothing through a symlink; a dataset's rows
/// come from the store, in the version that its manifest names. Error{not_found} for a pattern without files, an
/// unknown dataset, or one that is not in the store (the hint says to pull); Error{invalid} for files of several
/// formats or of none.
std::vector<InputTable> resolve_inputs(const Workspace& workspace, const ViewManifest& view);

/// Fills in every digest, by the stat cache where that knows. Error{conflict} if a file changes meanwhile.
void digest_inputs(const Workspace& workspace, StatCache& cache, std::vector<InputTable>& tables);

/// Error{conflict} if a file of the work tree is not what it was when the inputs were resolved.
void require_unchanged(const std::vector<InputTable>& tables);

std::vector<fs::path> paths_of(const InputTable& table);

}  // namespace mlo::features
