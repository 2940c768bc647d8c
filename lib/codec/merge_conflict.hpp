#pragma once
#include <optional>
#include <string_view>

namespace mlo {

/// The line, counted from 1, of the first conflict marker that a merge left in `text`: `<<<<<<<` with a `>>>>>>>` after
/// it.
std::optional<int> find_merge_conflict(std::string_view text);

}  // namespace mlo
