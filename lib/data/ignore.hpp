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
  struct Line {
    std::string text;     ///< as written
    std::string pattern;  ///< without its signs
    bool negated = false, directories_only = false, anchored = false;
    std::size_t number = 0;  ///< in the file, from 1
  };
  /// The line that decides about `path`, null if none speaks of it. As below.
  const Line* find_line(std::string_view path, bool is_directory) const;
  /// `path`: relative to the file's directory, with `/`. True: ignored; false: re-included; nothing: no line speaks of
  /// it.
  std::optional<bool> match(std::string_view path, bool is_directory) const;
  bool empty() const { return lines_.empty(); }

 private:
  std::vector<Line> lines_;
};

/// What decides about one path.
struct IgnoreRule {
  std::string directory;  ///< where its `.mloignore` lies, relative to the top
  std::size_t line = 0;   ///< from 1; 0: no file says so, mlo always does
  std::string pattern;    ///< the line as written
  bool ignores = true;
};

/// The rules of a directory on top of those of the directories around it; the deepest that speaks decides.
class IgnoreScope {
 public:
  IgnoreScope() = default;
  /// `directory`: where the rules' file lies, relative to the top, "" for the top.
  IgnoreScope enter(std::string_view directory, IgnoreRules rules) const;
  /// `path`: relative to the top. `.git`, `.mlo` and mlo's own temporary files are always ignored.
  bool ignores(std::string_view path, bool is_directory) const;
  /// Why; nothing if no line speaks of it.
  std::optional<IgnoreRule> find_rule(std::string_view path, bool is_directory) const;

 private:
  struct Level {
    std::string directory;
    IgnoreRules rules;
    std::shared_ptr<const Level> outer;  // shared: thousands of directories look through the same levels
  };
  /// The line that decides, and the level that it is of; nulls if there is none.
  std::pair<const IgnoreRules::Line*, const Level*> find_line(std::string_view path, bool is_directory) const;
  std::shared_ptr<const Level> innermost_;
};

/// gitignore's glob: as described above, with `**/`, `/**/` and a final `/**` standing for any number of directories.
bool ignore_match(std::string_view pattern, std::string_view path);

}  // namespace mlo
