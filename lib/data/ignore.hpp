#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlo {

/// The lines of one `.mloignore`, in gitignore's grammar: `#` comments, `!` re-includes, a final `/` means directories
/// only, a
/// `/` elsewhere anchors, `*`, `?`, `[..]` stop at `/`, `**` does not, `\` quotes, the last matching line wins.
class IgnoreRules {
 public:
  static IgnoreRules parse(std::string_view text);
  /// `path`: relative to the file's directory, with `/`. True: ignored; false: re-included; nothing: no line speaks of
  /// it.
  std::optional<bool> match(std::string_view path, bool is_directory) const;
  bool empty() const { return lines_.empty(); }

 private:
  struct Line {
    std::string pattern;
    bool negated = false, directories_only = false, anchored = false;
  };
  std::vector<Line> lines_;
};

/// The rules of a directory on top of those of the directories around it; the deepest that speaks decides.
class IgnoreScope {
 public:
  IgnoreScope() = default;
  /// `directory`: where the rules' file lies, relative to the top, "" for the top.
  IgnoreScope enter(std::string_view directory, IgnoreRules rules) const;
  /// `path`: relative to the top. `.git`, `.mlo` and mlo's own temporary files are always ignored.
  bool ignores(std::string_view path, bool is_directory) const;

 private:
  struct Level {
    std::string directory;
    IgnoreRules rules;
    std::shared_ptr<const Level> outer;  // shared: thousands of directories look through the same levels
  };
  std::shared_ptr<const Level> innermost_;
};

/// gitignore's glob: as described above, with `**/`, `/**/` and a final `/**` standing for any number of directories.
bool ignore_match(std::string_view pattern, std::string_view path);

}  // namespace mlo
