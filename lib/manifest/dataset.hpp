#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/codec/value.hpp"
#include "lib/crypto/digest.hpp"

namespace mlo {

struct SchemaColumn {
  std::string name;
  std::string type;  ///< boolean | integer | real | string | date | timestamp | other
  bool operator==(const SchemaColumn&) const = default;
};

/// Where imported data came from, and what it was there: of another repository, or of a URL.
struct DataOrigin {
  std::string repo = {};                     ///< URL or absolute path; empty: `url` is it
  std::string dataset = {};                  ///< its name there
  std::string path = {};                     ///< below it; empty: all of it
  std::optional<std::string> revision = {};  ///< as asked for; nothing: HEAD
  std::string commit = {};                   ///< 40 hex digits: what that was
  std::string url = {};                      ///< http://, https:// or s3://
  std::string etag = {};                     ///< as the server said it, quotes included; empty: it said none
  std::string last_modified = {};            ///< likewise
  bool operator==(const DataOrigin&) const = default;
};

/// `.mlo/data/<name>.yaml`, kind `dataset/1`: one version of one dataset. Its history is the file's git history.
struct DatasetManifest {
  std::string name;
  std::string path;         ///< relative to the repository root
  bool directory = false;   ///< `tree` is a tree id if so, else the id of the one file
  bool executable = false;  ///< only for a single file
  Digest tree;
  std::uint64_t bytes = 0;
  std::uint64_t files = 0;
  std::vector<SchemaColumn> schema;   ///< of a table file; empty if unknown
  std::optional<std::string> source;  ///< where it came from, as the user said
  std::optional<DataOrigin> origin;   ///< of what was imported and not changed since
  std::optional<std::string> suite;   ///< path in the repository: what its data must be like
  std::optional<std::string> description;
  Value::Object extras;  ///< members `x-..`, kept as they were read
};

/// The file's text. Byte-stable: equal manifests give equal bytes.
std::string emit_dataset(const DatasetManifest& manifest);
/// Error{invalid} with file:line:column; a newer version says which mlo to use.
DatasetManifest parse_dataset(std::string_view text, std::string_view source);

}  // namespace mlo
