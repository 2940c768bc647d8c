#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/store/cut.hpp"
#include "lib/store/pack.hpp"

// Objects that lie in parts: which objects, one after the other, are the content (schemas/README.md).
namespace mlo {

/// An object that is a part of another.
struct Part {
  Digest id;
  std::uint32_t size = 0;
  bool operator==(const Part&) const = default;
};
using Parts = std::vector<Part>;

/// `depth` 0: the parts give the content. Otherwise they give the list of parts of a recipe with one depth less.
struct Recipe {
  std::uint64_t size = 0;
  unsigned depth = 0;
  Parts parts;
};

/// The bytes of a list of parts.
std::string encode_parts(const Parts& parts);
/// Nothing unless it is a list of parts, each of 1 to kMaxPacked bytes.
std::optional<Parts> decode_parts(std::string_view list);

/// Cuts a list until what is left fits a record. `store` gets its pages.
Recipe shorten(std::uint64_t size, Parts parts, const std::function<void(const Digest&, std::string_view)>& store);

/// The bytes of a recipe's record, for append_record.
std::string encode_recipe(const Digest& id, const Recipe& recipe);
/// Nothing unless it is what encode_recipe wrote for that id.
std::optional<Recipe> decode_recipe(const Digest& id, const Record& record);

/// No list of parts is longer: a few bytes of recipe may promise any number of them. That of a file of up to kMaxCut
/// bytes never is.
inline constexpr std::size_t kMaxPartList = std::size_t{1} << 28U;
inline constexpr std::uint64_t kMaxCut = std::uint64_t{1} << 38U;

/// The parts of the content. `read` appends the bytes of a page of a list, verified; nothing if it cannot, or if they
/// are no such list.
std::optional<Parts> expand(Recipe recipe, const std::function<bool(const Part& page, std::string& list)>& read);

/// Whether the parts have together as many bytes as the content, or no more than its list of parts can have.
bool fits(const Recipe& recipe);

}  // namespace mlo
