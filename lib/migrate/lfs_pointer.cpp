#include "lib/migrate/lfs_pointer.hpp"

#include "lib/util/text.hpp"

namespace mlo {

std::optional<LfsPointer> parse_lfs_pointer(std::string_view text) {
  constexpr std::string_view kVersions[] = {"version https://git-lfs.github.com/spec/v1",
                                            "version https://hawser.github.com/spec/v1"};
  if (text.size() >= kMaxLfsPointer) return std::nullopt;
  const auto lines = split_lines(text);
  if (lines.empty() || (lines[0] != kVersions[0] && lines[0] != kVersions[1])) return std::nullopt;
  std::optional<Digest> id;
  std::optional<std::uint64_t> size;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::string_view line = lines[i];
    if (line.starts_with("ext-")) return std::nullopt;  // its content is what a program makes of the object
    if (line.starts_with("oid ") && !id) id = Digest::parse(std::string(line.substr(4)));
    if (line.starts_with("size ") && !size) size = parse_u64(line.substr(5));
  }
  if (!id || !size || *size > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
  return LfsPointer{*id, *size};
}

}  // namespace mlo
