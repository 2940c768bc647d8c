#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/codec/value.hpp"
#include "lib/crypto/digest.hpp"
#include "lib/util/fs.hpp"

namespace mlo {

/// Parameter and variable files of one repository, each read and parsed once. Not thread-safe.
class ParamFiles {
 public:
  explicit ParamFiles(fs::path root) : root_(std::move(root)) {}

  /// The parsed file (an object; an empty file is an empty one), or null pointer if it does not exist. Borrowed, stable until forget().
  /// Error{invalid} for YAML or JSON errors, for a file that is not a mapping, and for kinds that mlo does not read (.toml, .py).
  const Value* find(const std::string& repo_path);
  /// As find, but Error{not_found} naming who wants it.
  const Value& load(const std::string& repo_path, std::string_view wanted_by);
  /// Reads the file anew at its next use: a stage has written it.
  void forget(const std::string& repo_path) { files_.erase(repo_path); }

  /// Every file asked for so far.
  std::vector<std::string> asked() const;

 private:
  fs::path root_;
  std::map<std::string, std::optional<Value>> files_;
};

/// One `-P` of a command line.
struct ParamOverride {
  std::string file;  ///< relative to the repository root
  std::string key;   ///< dotted
  Value value;
  std::string text;  ///< as typed, for messages
};

/// Reads `key=value` or `file:key=value`; the value is YAML. `default_file` is used where none is named. Error{usage} otherwise.
ParamOverride parse_override(std::string_view typed, std::string_view default_file);

/// `text` (a YAML or JSON file) with the value at `key` replaced and every other byte kept. The key must exist already and hold a
/// scalar or a one-line `[..]` or `{..}`. Throws Error{invalid} if it does not, with near keys; never returns a
/// text that reads back as anything but the old values with that one changed.
std::string set_param(std::string_view text, std::string_view file, std::string_view key, const Value& value);

/// Writes overrides into their files, each file once and atomically; files whose values are equal already are not touched.
/// Returns the files that changed. A failure of any override changes no file.
std::vector<std::string> apply_overrides(const fs::path& root, const std::vector<ParamOverride>& overrides);

}  // namespace mlo
