#include "lib/net/url.hpp"

#include "lib/util/text.hpp"

namespace mlo::net {

std::optional<Url> parse_url(std::string_view text) {
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  Url url{.scheme = to_lower(text.substr(0, colon)), .host = {}, .path = {}};
  if (url.scheme != "http" && url.scheme != "https") return std::nullopt;
  text.remove_prefix(colon + 3);
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F || c == '?' || c == '#' || c == '\\') return std::nullopt;
  }
  const std::size_t slash = std::min(text.find('/'), text.size());
  url.host = to_lower(text.substr(0, slash));
  url.path = text.substr(slash);
  if (url.host.empty() || url.host.find('@') != std::string::npos) return std::nullopt;
  const std::string_view own_port = url.scheme == "https" ? ":443" : ":80";
  if (url.host.ends_with(own_port)) url.host = url.host.substr(0, url.host.size() - own_port.size());
  return url;
}

std::string percent_encode(std::string_view text, Slash slash) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~' || (c == '/' && slash == Slash::keep);
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
  }
  return out;
}

}  // namespace mlo::net
