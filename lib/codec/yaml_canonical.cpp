#include "lib/codec/yaml_canonical.hpp"

#include <unordered_set>

#include "lib/codec/yaml_scalar.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::size_t kMaxIndent = 180;  // below 100 levels
constexpr std::size_t kMaxNodes = 1'000'000;

/// Thrown nowhere else: the text is not canonical.
struct NotCanonical {};

[[noreturn]] void give_up() { throw NotCanonical(); }

bool has_duplicate(const Value::Object& members) {
  if (members.size() <= 16) {
    for (std::size_t i = 1; i < members.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (members[i].first == members[j].first) return true;
      }
    }
    return false;
  }
  std::unordered_set<std::string_view> seen;
  return !std::all_of(members.begin(), members.end(),
                      [&](const auto& member) { return seen.insert(member.first).second; });
}

/// Undoes `double_quoted`; what it would not have written makes another text when it is quoted again.
std::string unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') give_up();
  const std::string_view inside = text.substr(1, text.size() - 2);
  std::string out;
  for (std::size_t i = 0; i < inside.size(); ++i) {
    if (inside[i] != '\\') {
      out += inside[i];
      continue;
    }
    const std::string_view rest = inside.substr(++i);
    if (rest.empty()) give_up();
    switch (rest[0]) {
      case '"':
      case '\\':
        out += rest[0];
        break;
      case 'n':
        out += '\n';
        break;
      case 't':
        out += '\t';
        break;
      case 'x': {
        std::byte byte{};
        if (!from_hex(rest.substr(1, 2), std::span(&byte, 1)) || byte == std::byte{0}) give_up();
        if (byte == std::byte{0x85}) out += '\xC2';
        out += std::to_integer<char>(byte);
        i += 2;
        break;
      }
      case 'u': {
        const std::string_view code = rest.substr(1, 4);
        if (code == "2028")
          out += "\xE2\x80\xA8";
        else if (code == "2029")
          out += "\xE2\x80\xA9";
        else if (code == "feff")
          out += "\xEF\xBB\xBF";
        else
          give_up();
        i += 4;
        break;
      }
      default:
        give_up();
    }
  }
  if (!is_utf8(out) || double_quoted(out) != text) give_up();
  return out;
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Value read() {
    if (text_.empty() || text_.back() != '\n' || text_.front() == ' ') give_up();
    next_line();
    Value root = is_block_start() ? block(0) : inline_value(line_, 2);
    if (has_line_) give_up();
    return root;
  }

 private:
  /// Takes the next line into line_, its spaces counted off.
  void next_line() {
    if ((has_line_ = at_ < text_.size())) {
      const std::size_t end = text_.find('\n', at_);
      line_ = text_.substr(at_, end - at_);
      at_ = end + 1;
      ++number_;
      const std::size_t first = line_.find_first_not_of(' ');
      if (first == std::string_view::npos || first > kMaxIndent) give_up();
      indent_ = column_ = first;
      line_.remove_prefix(first);
    }
  }

  void enter(std::size_t used) {
    line_.remove_prefix(used);
    column_ += used;
  }

  bool is_dash() const { return line_ == "-" || line_.starts_with("- "); }
  bool is_block_start() const { return is_dash() || key_size() > 0; }

  /// Length of the key at the start of the line, or 0.
  std::size_t key_size() const {
    std::size_t end = 0;
    if (line_.starts_with('"')) {
      for (end = 1; end < line_.size() && line_[end] != '"'; ++end) {
        if (line_[end] == '\\') ++end;
      }
      ++end;
    } else {
      end = line_.find(": ");
      if (end == std::string_view::npos) end = line_.ends_with(':') ? line_.size() - 1 : line_.size();
    }
    const bool found = end < line_.size() && line_[end] == ':' && (end + 1 == line_.size() || line_[end + 1] == ' ');
    return found && end <= 1000 ? end : 0;
  }

  Value block(std::size_t indent) {
    Value out = is_dash() ? Value::array() : Value::object();
    out.set_mark({number_, static_cast<int>(column_) + 1});
    if (out.is(Value::Type::array)) {
      while (has_line_ && indent_ == indent && is_dash()) out.items().push_back(item(indent));
    } else {
      // A mapping in a list starts behind the dash; its other keys stand on lines of their own.
      while (has_line_ && column_ == indent && !is_dash()) member(out, indent);
      if (has_duplicate(out.members())) give_up();
    }
    if (has_line_ && indent_ >= indent) give_up();
    return out;
  }

  Value item(std::size_t indent) {
    if (line_ == "-") {
      next_line();
      if (!has_line_ || indent_ != indent + 2 || !is_dash()) give_up();
      return block(indent + 2);
    }
    enter(2);
    if (is_dash()) give_up();
    if (key_size() > 0) {
      indent_ = column_;
      return block(indent + 2);
    }
    return inline_value(line_, indent + 2);
  }

  void member(Value& out, std::size_t indent) {
    const std::size_t size = key_size();
    if (size == 0) give_up();
    const std::string_view written = line_.substr(0, size);
    std::string key = written.front() == '"' ? unquoted(written) : std::string(written);
    if (is_plain(key) != (written.front() != '"')) give_up();
    if (size + 1 == line_.size()) {
      next_line();
      if (!has_line_ || indent_ != indent + 2) give_up();
      out.members().emplace_back(std::move(key), block(indent + 2));
    } else {
      enter(size + 2);
      out.members().emplace_back(std::move(key), inline_value(line_, indent + 2));
    }
  }

  /// The scalar or empty container that ends the line, and the lines of a literal; moves on to the next line.
  Value inline_value(std::string_view text, std::size_t indent) {
    if (++nodes_ > kMaxNodes || text.empty()) give_up();
    const Mark mark{number_, static_cast<int>(column_) + 1};
    Value value;
    if (text == "[]")
      value = Value::array();
    else if (text == "{}")
      value = Value::object();
    else if (text == "|" || text == "|-")
      value = literal(text == "|", indent);
    else if (text.front() == '"')
      value = string(unquoted(text));
    else if (text == "true" || text == "false")
      value = Value(text == "true");
    else if (is_plain(text))
      value = Value(text);
    else if (text != "null")
      value = number(text);
    value.set_mark(mark);
    next_line();
    return value;
  }

  static Value string(std::string text) {
    if (is_plain(text) || is_literal(text)) give_up();
    return Value(std::move(text));
  }

  static Value number(std::string_view text) {
    Value value = resolve_plain(text);
    if (!value.is_number() ||
        text != (value.is(Value::Type::integer) ? std::to_string(value.as_int()) : real_text(value.as_number())))
      give_up();
    return value;
  }

  Value literal(bool newline_at_end, std::size_t indent) {
    std::string out;
    for (bool first = true; at_ < text_.size(); first = false) {
      const std::size_t end = text_.find('\n', at_);
      std::string_view line = text_.substr(at_, end - at_);
      if (!line.empty()) {
        if (line.find_first_not_of(' ') < indent) break;
        if (line.size() <= indent) give_up();
        line.remove_prefix(indent);
      }
      if (!first) out += '\n';
      out.append(line);
      at_ = end + 1;
      ++number_;
    }
    if (newline_at_end) out += '\n';
    if (!is_literal(out) || is_plain(out) || out.ends_with('\n') != newline_at_end) give_up();
    return Value(std::move(out));
  }

  std::string_view text_, line_;
  std::size_t at_ = 0, indent_ = 0, column_ = 0, nodes_ = 0;
  int number_ = 0;
  bool has_line_ = false;
};

}  // namespace

std::optional<Value> parse_canonical(std::string_view text) {
  try {
    return Reader(text).read();
  } catch (const NotCanonical&) {
    return std::nullopt;
  }
}

}  // namespace mlo
