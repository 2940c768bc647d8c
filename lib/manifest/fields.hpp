#pragma once
#include <string>
#include <string_view>

#include "lib/codec/reader.hpp"
#include "lib/crypto/digest.hpp"
#include "lib/util/utc_time.hpp"

// The fields that every kind of manifest is made of, read strictly.
namespace mlo {

/// Reads `mlo: <kind>/1`. Error{config} for a newer version, with the way out; Error{invalid} for another kind.
void require_kind(ObjectReader& reader, std::string_view kind);

Digest read_digest(ObjectReader& reader, std::string_view key);        ///< sha256:<64 hex>
std::uint64_t read_count(ObjectReader& reader, std::string_view key);  ///< a whole number, not negative
UtcTime read_time(ObjectReader& reader, std::string_view key);         ///< as format_utc writes it
/// A path below the repository root; Error{invalid} for one that could leave it.
std::string read_path(ObjectReader& reader, std::string_view key);

}  // namespace mlo
