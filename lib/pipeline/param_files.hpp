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

/// One `-P` of a command line.
struct ParamOverride {
  std::string file;  ///< relative to the repository root
  std::string key;   ///< dotted
  Value value;
  std::string text;  ///< as typed, for messages
};

/// Parameter and variable files of one repository, each read and parsed once. Not thread-safe.
class ParamFiles {
 public:
  /// The values of `overrides` count as if the files had them; find() throws Error{not_found} where there is nothing to
  /// replace.
  explicit ParamFiles(fs::path root, std::vector<ParamOverride> overrides = {})
      : root_(std::move(root)), overrides_(std::move(overrides)) {}

  /// The parsed file (an object; an empty file is an empty one), or null pointer if it does not exist. Borrowed, stable
  /// until forget(). Error{invalid} for YAML or JSON errors, for a file that is not a mapping, and for kinds that mlo
  /// does not read (.toml, .py).
  const Value* find(const std::string& repo_path);
  /// As find, but Error{not_found} naming who wants it.
  const Value& load(const std::string& repo_path, std::string_view wanted_by);
  /// Reads the file anew at its next use: a stage has written it.
  void forget(const std::string& repo_path) { files_.erase(repo_path); }

  /// True if the file has not been touched since it was read.
  bool is_fresh(const std::string& repo_path) const;

  /// Every file asked for so far.
  std::vector<std::string> asked() const;

 private:
  struct File {
    std::optional<FileStat> stat;  ///< from before it was read
    std::optional<Value> value;
  };
  fs::path root_;
  std::vector<ParamOverride> overrides_;
  std::map<std::string, File> files_;
};

/// Reads `key=value` or `file:key=value`; the value is YAML. `default_file` is used where none is named. Error{usage}
/// otherwise.
ParamOverride parse_override(std::string_view typed, std::string_view default_file);

/// `text` (a YAML or JSON file) with the value at `key` replaced and every other byte kept. The key must exist already
/// and hold a scalar or a one-line `[..]` or `{..}`. Throws Error{invalid} if it does not, with near keys; never
/// returns a text that reads back as anything but the old values with that one changed.
std::string set_param(std::string_view text, std::string_view file, std::string_view key, const Value& value);

/// Writes overrides into their files, each file once and atomically; files whose values are equal already are not
/// touched. Returns the files that changed with the text they had. A failure of any override changes no file.
std::map<std::string, std::string> apply_overrides(const fs::path& root, const std::vector<ParamOverride>& overrides);
/// Gives a parameter file, or the file that it is a link to, another text and its old mode.
void write_params(const fs::path& root, const std::string& file, std::string_view text);

}  // namespace mlo
