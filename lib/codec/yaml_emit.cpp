#include <cmath>

#include "lib/codec/yaml.hpp"
#include "lib/codec/yaml_scalar.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

/// True if every reader takes the unquoted text for the same string, wherever in a block it stands.
bool is_plain(const std::string& text) {
  static constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  if (text.empty() || text.size() > 500) return false;
  if (kLetters.find(text[0]) == std::string_view::npos && text[0] != '_' && text[0] != '/') return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool word = kLetters.find(c) != std::string_view::npos || (c >= '0' && c <= '9') || std::string_view("_./+@%=,-").find(c) != std::string_view::npos;
    const bool inner = (c == ':' || c == ' ') && i + 1 < text.size() && text[i + 1] != ' ';
    if (!word && !inner) return false;
  }
  return resolve_plain(text).is(Value::Type::string) && !is_ambiguous(text);
}

/// Characters that a reader may take for something else than itself, beyond ASCII: NEL, line and paragraph separator, BOM.
std::size_t special_length(std::string_view rest) {
  for (const std::string_view special : {"\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9", "\xEF\xBB\xBF"}) {
    if (rest.starts_with(special)) return special.size();
  }
  return 0;
}

/// A block literal keeps the text's lines readable; only texts whose lines survive it exactly.
bool is_literal(const std::string& text) {
  const std::size_t end = text.find_last_not_of('\n');
  if (end == std::string::npos || text.find('\n') == std::string::npos || text.size() - end > 2) return false;
  if (text[0] == ' ' || text[0] == '\n' || text[0] == '\t') return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7F || special_length(std::string_view(text).substr(i)) > 0) return false;
    if (c == '\n' && i > 0 && text[i - 1] == ' ') return false;  // spaces at a line's end do not survive editors
    if (c == '\t' && (i == 0 || text[i - 1] == '\n')) return false;
  }
  return true;
}

void append_quoted(std::string& out, const std::string& text) {
  if (!is_utf8(text)) throw Error(ErrorKind::invalid, fmt::format("`{}` is not valid UTF-8", printable(text)));
  if (text.find('\0') != std::string::npos) throw Error(ErrorKind::invalid, fmt::format("a NUL character is not allowed in `{}`", printable(text)));
  out += '"';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += text[i];
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c < 0x20 || c == 0x7F) {
      out += fmt::format("\\x{:02x}", c);
    } else if (const std::size_t size = special_length(std::string_view(text).substr(i)); size > 0) {
      out += size == 2 ? "\\x85" : text[i] == '\xEF' ? "\\ufeff" : text[i + 2] == '\xA8' ? "\\u2028" : "\\u2029";
      i += size - 1;
    } else {
      out += text[i];
    }
  }
  out += '"';
}

std::string real_text(double value) {
  if (std::isnan(value)) return ".nan";
  if (std::isinf(value)) return value > 0 ? ".inf" : "-.inf";
  std::string text = format_double(value);
  const std::size_t exponent = text.find('e');
  // YAML 1.1 readers want a point in the mantissa.
  if (text.find('.') == std::string::npos) text.insert(exponent == std::string::npos ? text.size() : exponent, ".0");
  return text;
}

void append_key(std::string& out, const std::string& key) {
  constexpr std::size_t kLongest = 1000;  // YAML readers look at most 1024 characters ahead for the colon
  const std::size_t start = out.size();
  if (is_plain(key)) out += key;
  else append_quoted(out, key);
  if (out.size() - start > kLongest) {
    throw Error(ErrorKind::invalid, fmt::format("the key `{}..` is longer than {} bytes", printable(key.substr(0, 40)), kLongest));
  }
  out += ':';
}

void append_block(std::string& out, const Value& value, std::size_t indent);

void append_text(std::string& out, const std::string& text, std::size_t indent) {
  if (is_plain(text)) {
    out += text;
  } else if (is_utf8(text) && is_literal(text)) {
    out += text.ends_with('\n') ? "|" : "|-";
    for (const std::string_view line : split_lines(text)) {
      out += '\n';
      if (!line.empty()) out.append(indent, ' ').append(line);
    }
  } else {
    append_quoted(out, text);
  }
}

/// What stands on the line of its key or dash; nothing for a non-empty array or object.
bool append_inline(std::string& out, const Value& value, std::size_t indent) {
  switch (value.type()) {
    case Value::Type::null: out += "null"; return true;
    case Value::Type::boolean: out += value.as_bool() ? "true" : "false"; return true;
    case Value::Type::integer: out += std::to_string(value.as_int()); return true;
    case Value::Type::real: out += real_text(value.as_number()); return true;
    case Value::Type::string: append_text(out, value.as_string(), indent); return true;
    case Value::Type::array:
      if (value.items().empty()) out += "[]";
      return value.items().empty();
    case Value::Type::object:
      if (value.members().empty()) out += "{}";
      return value.members().empty();
  }
  return true;
}

/// `key: ` or `- ` has been written up to its sign; adds the value on this line, or below it.
void append_after(std::string& out, const Value& value, std::size_t indent) {
  std::string same_line;
  if (append_inline(same_line, value, indent + 2)) {
    out.append(" ").append(same_line).append("\n");
  } else {
    out += '\n';
    append_block(out, value, indent + 2);
  }
}

void append_members(std::string& out, const Value& value, std::size_t indent, bool first_is_placed) {
  for (const auto& [key, member] : value.members()) {
    if (!std::exchange(first_is_placed, false)) out.append(indent, ' ');
    append_key(out, key);
    append_after(out, member, indent);
  }
}

void append_block(std::string& out, const Value& value, std::size_t indent) {
  if (value.is(Value::Type::object)) {
    append_members(out, value, indent, false);
    return;
  }
  for (const Value& item : value.items()) {
    out.append(indent, ' ').append("-");
    if (item.is(Value::Type::object) && !item.members().empty()) {
      out += ' ';
      append_members(out, item, indent + 2, true);
    } else {
      append_after(out, item, indent);
    }
  }
}

}  // namespace

std::string emit_yaml(const Value& value) {
  std::string out;
  if (append_inline(out, value, 2)) out += '\n';
  else append_block(out, value, 0);
  return out;
}

}  // namespace mlo
