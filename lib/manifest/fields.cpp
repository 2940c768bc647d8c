#include "lib/manifest/fields.hpp"

#include "lib/util/fs.hpp"
#include "lib/util/text.hpp"

namespace mlo {

void require_kind(ObjectReader& reader, std::string_view kind) {
  const std::string found = reader.string("mlo");
  const std::string wanted = fmt::format("{}/1", kind);
  if (found == wanted) return;
  const std::string_view version = std::string_view(found).substr(std::min(kind.size() + 1, found.size()));
  if (found.starts_with(fmt::format("{}/", kind)) && parse_u64(version).value_or(0) > 1) {
    try {
      reader.fail("mlo", fmt::format("`{}` is newer than this mlo, which reads `{}`", printable(found), wanted));
    } catch (Error& error) {
      throw Error(ErrorKind::config, error.message()).hint("use a newer mlo");
    }
  }
  reader.fail("mlo", fmt::format("expected `{}`, not `{}`", wanted, printable(found)));
}

Digest read_digest(ObjectReader& reader, std::string_view key) {
  const std::string text = reader.string(key);
  const auto digest = Digest::parse(text);
  if (!digest)
    reader.fail(key, fmt::format("`{}` is not a digest: expected sha256: and 64 hex digits", printable(text)));
  return *digest;
}

std::uint64_t read_count(ObjectReader& reader, std::string_view key) {
  const std::int64_t value = reader.integer(key);
  if (value < 0) reader.fail(key, fmt::format("`{}` must not be negative", key));
  return static_cast<std::uint64_t>(value);
}

UtcTime read_time(ObjectReader& reader, std::string_view key) {
  const std::string text = reader.string(key);
  const auto time = parse_utc(text);
  if (!time) reader.fail(key, fmt::format("`{}` is not a time like 2001-02-03T04:05:06.000000Z", printable(text)));
  return *time;
}

std::string read_path(ObjectReader& reader, std::string_view key) {
  const std::string path = reader.string(key);
  if (!is_safe_relative(path))
    reader.fail(key, fmt::format("`{}` is not a path below the repository", printable(path)));
  return path;
}

}  // namespace mlo
