#include "lib/manifest/names.hpp"

#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

/// `[a-z0-9]+([<separators>][a-z0-9]+)*`: separators never first, last or doubled.
bool is_segment(std::string_view text, std::string_view separators) {
  bool after_word = false;
  for (const char c : text) {
    const bool word = is_word(c);
    if (!word && (!after_word || separators.find(c) == std::string_view::npos)) return false;
    after_word = word;
  }
  return after_word;
}

bool all_segments(std::string_view text, std::string_view separators) {
  if (text.size() > 200) return false;
  for (const std::string_view segment : split(text, '/')) {
    if (!is_segment(segment, separators)) return false;
  }
  return true;
}

}  // namespace

bool is_name(std::string_view text) { return all_segments(text, "_-"); }
bool is_dataset_name(std::string_view text) { return all_segments(text, "_-."); }

void require_dataset_name(std::string_view text) {
  if (is_dataset_name(text)) return;
  Error error(
      ErrorKind::invalid,
      fmt::format(
          "`{}` is not a dataset name: use lower-case letters and digits, with single `_ - .` between and `/` to nest",
          printable(text)));
  const std::string better = dataset_name_from_path(text);
  if (is_dataset_name(better)) error.hint(fmt::format("for example `--name {}`", better));
  throw error;
}

std::string dataset_name_from_path(std::string_view path) {
  std::string out;
  for (const std::string_view segment : split(path, '/')) {
    std::string name;
    for (const char c : to_lower(segment)) {
      const bool separator = c == '_' || c == '-' || c == '.';
      if (is_word(c))
        name += c;
      else if (!name.empty() && is_word(name.back()))
        name += separator ? c : '-';
      else if (!name.empty() && separator)
        name.back() = c;
    }
    while (!name.empty() && !is_word(name.back())) name.pop_back();
    if (name.empty()) continue;
    if (!out.empty()) out += '/';
    out += name;
  }
  return out;
}

bool is_metric_key(std::string_view text) {
  if (text.empty() || text.size() > 250 || text[0] == '/' || text.back() == '/') return false;
  const std::size_t slice = text.find('[');
  std::string_view name = text.substr(0, slice);
  // One or more `[slice=value]` at the end; a value may hold anything printable but brackets.
  for (std::string_view rest = slice == std::string_view::npos ? "" : text.substr(slice); !rest.empty();) {
    const std::size_t end = rest.find(']');
    if (rest[0] != '[' || end == std::string_view::npos) return false;
    const std::string_view inside = rest.substr(1, end - 1);
    const std::size_t equals = inside.find('=');
    if (equals == 0 || equals == std::string_view::npos || inside.find('[') != std::string_view::npos ||
        printable(inside) != inside)
      return false;
    rest.remove_prefix(end + 1);
  }
  if (name.empty()) return false;
  for (const std::string_view segment : split(name, '/')) {
    if (segment.empty() || segment == "." || segment == "..") return false;
  }
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-.:/ ").find(c) != std::string_view::npos;
  });
}

}  // namespace mlo
