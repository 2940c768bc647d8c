#include "lib/codec/merge_conflict.hpp"

#include "lib/util/text.hpp"

namespace mlo {

std::optional<int> find_merge_conflict(std::string_view text) {
  std::optional<int> first;
  int number = 0;
  for (const std::string_view line : split_lines(text)) {
    ++number;
    if (!first && line.starts_with("<<<<<<< ")) first = number;
    if (first && line.starts_with(">>>>>>> ")) return first;
  }
  return std::nullopt;
}

}  // namespace mlo
