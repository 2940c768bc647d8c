#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace mlo::net {

/// The parts of an absolute http or https URL.
struct Url {
  std::string scheme;  ///< lower case
  std::string host;    ///< with the port, if the URL names one that is not the scheme's own
  std::string path;    ///< as written, begins with `/` unless empty
  std::string str() const { return scheme + "://" + host + path; }
};

/// Nothing for what is no such URL, or has a user, a query, a fragment, blanks or control characters.
std::optional<Url> parse_url(std::string_view text);

enum class Slash { keep, encode };
/// RFC 3986: all but letters, digits, `-`, `.`, `_` and `~` as %XX.
std::string percent_encode(std::string_view text, Slash slash);

}  // namespace mlo::net
