#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/crypto/digest.hpp"
#include "lib/table/table_file.hpp"
#include "lib/workspace/workspace.hpp"

namespace mlo {

/// Where the rows of one side come from: files of one format that make one table.
struct DataSource {
  std::string label = {};            ///< as people should read it
  std::optional<Digest> tree = {};   ///< of a dataset version: its content id
  bool directory = false;            ///< whether `tree` names a tree
  std::string file_name = {};        ///< of a single file; tells the format
  std::vector<fs::path> files = {};  ///< absolute; for a dataset version, objects of the store
  table::FileFormat format = table::FileFormat::csv;
};

/// `typed` is a file (.csv, .tsv, .parquet, .jsonl, .ndjson, text also .gz), a directory of such files, or a dataset
/// `NAME[@REV]`, looked for in this order; a dataset's rows come from the store. `workspace` may be null: then only
/// paths are found. Error{not_found} for anything else, Error{invalid} for what holds no table or several formats.
DataSource resolve_source(const fs::path& cwd, const Workspace* workspace, const std::string& typed);

/// The files of a dataset version (or of a baseline's data) in the store. Error{not_found} naming what to pull if one
/// is missing.
DataSource stored_source(const Workspace& workspace, std::string label, const Digest& tree, bool directory,
                         const std::string& file_name);

}  // namespace mlo
