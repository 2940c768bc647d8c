#pragma once
#include <string>
#include <vector>

#include "lib/manifest/dataset.hpp"
#include "lib/store/object_store.hpp"

namespace mlo {

struct ListedEntry {
  std::string path;  ///< relative to the dataset; a dataset of one file: its path in the repository
  TreeEntry entry;
};

enum class Depth { one, all };

/// What a version has at `path` ("" is its top): the entries of a directory, or the one file. Error{not_found} if it
/// has no such path or the store lacks a tree.
std::vector<ListedEntry> list_version(const ObjectStore& store, const DatasetManifest& version, const std::string& path,
                                      Depth depth);

}  // namespace mlo
