#include "lib/remote/xml.hpp"

#include <charconv>

namespace mlo {
namespace {

/// UTF-8 of one code point; nothing if there is no such.
std::optional<std::string> utf8_of(std::uint32_t point) {
  if (point == 0 || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return std::nullopt;
  std::string out;
  const auto tail = [&](unsigned shift) { out += static_cast<char>(0x80U | (point >> shift & 0x3FU)); };
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xC0U | point >> 6U);
    tail(0);
  } else if (point < 0x10000) {
    out += static_cast<char>(0xE0U | point >> 12U);
    tail(6), tail(0);
  } else {
    out += static_cast<char>(0xF0U | point >> 18U);
    tail(12), tail(6), tail(0);
  }
  return out;
}

std::optional<std::string> entity(std::string_view name) {
  if (name == "lt") return "<";
  if (name == "gt") return ">";
  if (name == "amp") return "&";
  if (name == "quot") return "\"";
  if (name == "apos") return "'";
  if (!name.starts_with('#') || name.size() < 2) return std::nullopt;
  const bool hex = name[1] == 'x';
  name.remove_prefix(hex ? 2 : 1);
  std::uint32_t point = 0;
  const auto [end, code] = std::from_chars(name.data(), name.data() + name.size(), point, hex ? 16 : 10);
  if (code != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return utf8_of(point);
}

}  // namespace

std::vector<std::string_view> xml_elements(std::string_view xml, std::string_view tag) {
  std::vector<std::string_view> out;
  const std::string open = "<" + std::string(tag), close = "</" + std::string(tag) + ">";
  for (std::size_t at = 0; (at = xml.find(open, at)) != std::string_view::npos;) {
    at += open.size();
    if (at >= xml.size() || (xml[at] != '>' && xml[at] != ' ')) continue;  // a longer name, or empty: `<tag/>`
    const std::size_t begin = xml.find('>', at);
    if (begin == std::string_view::npos) break;
    const std::size_t end = xml.find(close, begin);
    if (end == std::string_view::npos) break;
    if (xml[begin - 1] != '/') out.push_back(xml.substr(begin + 1, end - begin - 1));
    at = end + close.size();
  }
  return out;
}

std::string xml_text(std::string_view xml, std::string_view tag) {
  const auto found = xml_elements(xml, tag);
  if (found.empty()) return {};
  std::string out;
  for (std::string_view rest = found.front(); !rest.empty();) {
    const std::size_t amp = std::min(rest.find('&'), rest.size());
    out += rest.substr(0, amp);
    rest.remove_prefix(amp);
    if (rest.empty()) break;
    const std::size_t end = rest.find(';');
    const auto text = end == std::string_view::npos ? std::nullopt : entity(rest.substr(1, end - 1));
    out += text ? *text : "&";
    rest.remove_prefix(text ? end + 1 : 1);
  }
  return out;
}

}  // namespace mlo
