#include "lib/store/recipe.hpp"

#include "lib/crypto/sha256.hpp"
#include "lib/util/error.hpp"

namespace mlo {
namespace {

constexpr std::size_t kEntry = 36;
constexpr std::size_t kMaxList = 64U << 10U;  ///< in a record; a longer one lies in pages
constexpr unsigned kMaxDepth = 3;             ///< enough for 2^60 bytes

/// Over all that a recipe says: a flipped bit is told without its parts.
Digest seal_of(const Digest& id, std::uint64_t size, std::string_view depth_and_list) {
  ByteWriter said;
  said.raw(id.raw());
  said.u64(size);
  said.raw(depth_and_list);
  return sha256(said.str());
}

}  // namespace

std::string encode_parts(const Parts& parts) {
  ByteWriter out;
  for (const Part& part : parts) {
    out.u32(part.size);
    out.raw(part.id.raw());
  }
  return std::move(out).str();
}

std::optional<Parts> decode_parts(std::string_view list) {
  if (list.size() % kEntry != 0) return std::nullopt;
  Parts parts(list.size() / kEntry);
  ByteReader in(list);
  for (Part& part : parts) {
    part.size = in.u32();
    std::array<std::byte, 32> id{};
    std::memcpy(id.data(), in.raw(id.size()).data(), id.size());
    part.id = Digest(id);
    if (part.size == 0 || part.size > kMaxPacked) return std::nullopt;
  }
  return parts;
}

Recipe shorten(std::uint64_t size, Parts parts, const std::function<void(const Digest&, std::string_view)>& store) {
  Recipe recipe{.size = size, .depth = 0, .parts = std::move(parts)};
  while (recipe.parts.size() * kEntry > kMaxList) {
    const std::string list = encode_parts(recipe.parts);
    recipe.parts.clear();
    for (std::string_view rest = list; !rest.empty();) {
      const std::string_view page = rest.substr(0, cut(rest, kPageSizes));
      recipe.parts.push_back({sha256(page), static_cast<std::uint32_t>(page.size())});
      store(recipe.parts.back().id, page);
      rest.remove_prefix(page.size());
    }
    ++recipe.depth;
  }
  MLO_ASSERT(recipe.depth <= kMaxDepth);
  return recipe;
}

std::string encode_recipe(const Digest& id, const Recipe& recipe) {
  std::string out(1, static_cast<char>(recipe.depth));
  out += encode_parts(recipe.parts);
  out += text_of(seal_of(id, recipe.size, out).raw());
  return out;
}

std::optional<Recipe> decode_recipe(const Digest& id, const Record& record) {
  const auto body = body_of(record);
  if (!body || record.form != Form::recipe || body->size() < 33) return std::nullopt;
  const std::string_view said = body->substr(0, body->size() - 32), list = said.substr(1);
  if (text_of(seal_of(id, record.size, said).raw()) != body->substr(said.size())) return std::nullopt;
  Recipe recipe{.size = record.size, .depth = static_cast<unsigned char>(said.front()), .parts = {}};
  auto parts = decode_parts(list);
  if (!parts || recipe.depth > kMaxDepth || list.size() > kMaxList) return std::nullopt;
  recipe.parts = std::move(*parts);
  return fits(recipe) ? std::optional(std::move(recipe)) : std::nullopt;
}

bool fits(const Recipe& recipe) {
  std::uint64_t bytes = 0;
  for (const Part& part : recipe.parts) bytes += part.size;
  if (recipe.depth == 0) return bytes == recipe.size;
  // No part but the last is smaller than the smallest page.
  std::uint64_t most = recipe.size;
  for (unsigned depth = 0; depth < recipe.depth; ++depth) most = (most / kPageSizes.least + 1) * kEntry;
  return bytes % kEntry == 0 && bytes <= most;
}

std::optional<Parts> expand(Recipe recipe, const std::function<bool(const Part& page, std::string& list)>& read) {
  for (; recipe.depth > 0; --recipe.depth) {
    std::string list;
    for (const Part& page : recipe.parts) {
      const std::size_t before = list.size();
      if (before + page.size > kMaxPartList || !read(page, list) || list.size() != before + page.size)
        return std::nullopt;
    }
    auto parts = decode_parts(list);
    if (!parts) return std::nullopt;
    recipe.parts = std::move(*parts);
    if (!fits({recipe.size, recipe.depth - 1, recipe.parts})) return std::nullopt;
  }
  return std::move(recipe.parts);
}

}  // namespace mlo
