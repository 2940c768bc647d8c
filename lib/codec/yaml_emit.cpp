#include "lib/codec/yaml.hpp"
#include "lib/codec/yaml_scalar.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

void append_key(std::string& out, const std::string& key) {
  constexpr std::size_t kLongest = 1000;  // YAML readers look at most 1024 characters ahead for the colon
  const std::size_t start = out.size();
  if (is_plain(key))
    out += key;
  else
    out += double_quoted(key);
  if (out.size() - start > kLongest) {
    throw Error(ErrorKind::invalid,
                fmt::format("the key `{}..` is longer than {} bytes", printable(key.substr(0, 40)), kLongest));
  }
  out += ':';
}

void append_block(std::string& out, const Value& value, std::size_t indent);

void append_text(std::string& out, const std::string& text, std::size_t indent) {
  if (is_plain(text)) {
    out += text;
  } else if (is_literal(text)) {
    out += text.ends_with('\n') ? "|" : "|-";
    for (const std::string_view line : split_lines(text)) {
      out += '\n';
      if (!line.empty()) out.append(indent, ' ').append(line);
    }
  } else {
    out += double_quoted(text);
  }
}

/// What stands on the line of its key or dash; nothing for a non-empty array or object.
bool append_inline(std::string& out, const Value& value, std::size_t indent) {
  switch (value.type()) {
    case Value::Type::null:
      out += "null";
      return true;
    case Value::Type::boolean:
      out += value.as_bool() ? "true" : "false";
      return true;
    case Value::Type::integer:
      out += std::to_string(value.as_int());
      return true;
    case Value::Type::real:
      out += real_text(value.as_number());
      return true;
    case Value::Type::string:
      append_text(out, value.as_string(), indent);
      return true;
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
  if (append_inline(out, value, 2))
    out += '\n';
  else
    append_block(out, value, 0);
  return out;
}

}  // namespace mlo
