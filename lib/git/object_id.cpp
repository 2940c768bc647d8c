#include "lib/git/object_id.hpp"

namespace mlo::git {

std::optional<ObjectId> ObjectId::parse(std::string_view hex) {
  std::array<std::byte, 20> raw{};
  if (!from_hex(hex, raw)) return std::nullopt;
  return ObjectId(raw);
}

std::optional<ObjectId> ObjectId::parse_tagged(std::string_view text) {
  constexpr std::string_view kTag = "git-sha1:";
  if (!text.starts_with(kTag)) return std::nullopt;
  return parse(text.substr(kTag.size()));
}

}  // namespace mlo::git
