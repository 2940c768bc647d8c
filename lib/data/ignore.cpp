#include "lib/data/ignore.hpp"

#include "lib/store/staging.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

/// Matches one `[..]` at the start of `pattern` against `c`; moves `pattern` behind it. Nothing if it never closes.
std::optional<bool> match_class(std::string_view& pattern, char c) {
  std::size_t i = 1;
  const bool negated = i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^');
  if (negated) ++i;
  bool found = false;
  for (bool first = true; i < pattern.size() && (first || pattern[i] != ']'); first = false) {
    if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
    const auto low = static_cast<unsigned char>(pattern[i++]);
    auto high = low;
    if (i + 1 < pattern.size() && pattern[i] == '-' && pattern[i + 1] != ']') {
      ++i;
      if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
      high = static_cast<unsigned char>(pattern[i++]);
    }
    const auto byte = static_cast<unsigned char>(c);
    found = found || (low <= byte && byte <= high);
  }
  if (i >= pattern.size()) return std::nullopt;
  pattern.remove_prefix(i + 1);
  return found != negated;
}

/// Matches one unit of the pattern (not a star) against the first byte of `path`; moves both on.
bool match_one(std::string_view& pattern, std::string_view& path) {
  if (path.empty()) return false;
  const char c = path.front();
  if (pattern.front() == '[' && c != '/') {
    std::string_view rest = pattern;
    const auto in_class = match_class(rest, c);
    if (!in_class || !*in_class) return false;
    pattern = rest;
  } else if (pattern.front() == '?') {
    if (c == '/') return false;
    pattern.remove_prefix(1);
  } else {
    if (pattern.front() == '\\' && pattern.size() > 1) pattern.remove_prefix(1);
    if (pattern.front() != c) return false;
    pattern.remove_prefix(1);
  }
  path.remove_prefix(1);
  return true;
}

bool match(std::string_view pattern, std::string_view path, bool& exhausted);

/// A whole segment `**` stood before `rest`: tries it at every directory border. Sets `exhausted` if none fits: no
/// later start has a border that was not tried, so an earlier star need not move on, and no pattern takes exponential
/// time.
bool match_directories(std::string_view rest, std::string_view path, bool& exhausted) {
  if (rest.empty()) return !path.empty();  // final `/**`: everything inside
  rest.remove_prefix(1);                   // the `/`
  while (!exhausted) {
    if (match(rest, path, exhausted)) return true;
    const std::size_t slash = path.find('/');
    if (slash == std::string_view::npos)
      exhausted = true;
    else
      path.remove_prefix(slash + 1);
  }
  return false;
}

bool match(std::string_view pattern, std::string_view path, bool& exhausted) {
  // One place to come back to is enough inside a segment: the latest star can take over all that an earlier one could.
  std::optional<std::pair<std::string_view, std::string_view>> retry;
  for (bool at_segment = true;;) {
    if (at_segment && pattern.starts_with("**") && (pattern.size() == 2 || pattern[2] == '/')) {
      if (match_directories(pattern.substr(2), path, exhausted)) return true;
      if (exhausted) return false;
    } else if (!pattern.empty() && pattern.front() == '*') {
      while (!pattern.empty() && pattern.front() == '*') pattern.remove_prefix(1);
      retry.emplace(pattern, path);
      at_segment = false;
      continue;
    } else if (pattern.empty() && path.empty()) {
      return true;
    } else if (!pattern.empty()) {
      at_segment = pattern.front() == '/';
      if (match_one(pattern, path)) continue;
    }
    if (!retry || retry->second.empty() || retry->second.front() == '/') return false;
    retry->second.remove_prefix(1);
    std::tie(pattern, path) = *retry;
    at_segment = false;
  }
}

bool is_always_ignored(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return name == ".mlo" || StagingDir::owns(name) || (name.size() == 4 && to_lower(name) == ".git");
}

}  // namespace

bool ignore_match(std::string_view pattern, std::string_view path) {
  bool exhausted = false;
  return match(pattern, path, exhausted);
}

IgnoreRules IgnoreRules::parse(std::string_view text) {
  IgnoreRules rules;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  std::size_t number = 0;
  for (std::string_view line : split_lines(text)) {
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    while (line.ends_with(' ') && !line.ends_with("\\ ")) line.remove_suffix(1);
    if (line.empty() || line.front() == '#') continue;
    Line rule;
    rule.number = number;
    rule.text = line;
    rule.negated = line.front() == '!';
    if (rule.negated) line.remove_prefix(1);
    rule.directories_only = line.ends_with('/');
    if (rule.directories_only) line.remove_suffix(1);
    rule.anchored = line.find('/') != std::string_view::npos;
    if (line.starts_with('/')) line.remove_prefix(1);
    if (line.empty()) continue;
    rule.pattern = line;
    rules.lines_.push_back(std::move(rule));
  }
  return rules;
}

const IgnoreRules::Line* IgnoreRules::find_line(std::string_view path, bool is_directory) const {
  const std::string_view name = path.substr(path.rfind('/') + 1);  // npos + 1 is 0
  for (auto line = lines_.rbegin(); line != lines_.rend(); ++line) {
    if (line->directories_only && !is_directory) continue;
    if (ignore_match(line->pattern, line->anchored ? path : name)) return &*line;
  }
  return nullptr;
}

std::optional<bool> IgnoreRules::match(std::string_view path, bool is_directory) const {
  const Line* const line = find_line(path, is_directory);
  return line == nullptr ? std::nullopt : std::optional(!line->negated);
}

IgnoreScope IgnoreScope::enter(std::string_view directory, IgnoreRules rules) const {
  if (rules.empty()) return *this;
  IgnoreScope scope;
  scope.innermost_ = std::make_shared<const Level>(Level{std::string(directory), std::move(rules), innermost_});
  return scope;
}

std::pair<const IgnoreRules::Line*, const IgnoreScope::Level*> IgnoreScope::find_line(std::string_view path,
                                                                                      bool is_directory) const {
  for (const Level* level = innermost_.get(); level != nullptr; level = level->outer.get()) {
    const std::string_view inside = level->directory.empty() ? path : path.substr(level->directory.size() + 1);
    if (const auto* const line = level->rules.find_line(inside, is_directory)) return {line, level};
  }
  return {nullptr, nullptr};
}

bool IgnoreScope::ignores(std::string_view path, bool is_directory) const {
  if (is_always_ignored(path)) return true;
  const auto* const line = find_line(path, is_directory).first;
  return line != nullptr && !line->negated;
}

std::optional<IgnoreRule> IgnoreScope::find_rule(std::string_view path, bool is_directory) const {
  if (is_always_ignored(path)) return IgnoreRule{};
  const auto [line, level] = find_line(path, is_directory);
  if (line == nullptr) return std::nullopt;
  return IgnoreRule{level->directory, line->number, line->text, !line->negated};
}

}  // namespace mlo
