#include "lib/codec/yaml_quick.hpp"

#include <unordered_set>

#include "lib/codec/yaml_scalar.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr int kMaxDepth = 90;

/// Thrown nowhere else: the text is not for us.
struct NotForUs {};

[[noreturn]] void give_up() { throw NotForUs(); }

bool is_ascii(char c) { return c >= ' ' && c <= '~'; }

/// A line that says nothing; what could end the line for some parser is left to the parser.
bool is_remark(std::string_view line) {
  if (!line.starts_with('#')) return false;
  const auto harmless = [](char c) { return is_ascii(c) || c == '\t'; };
  if (!std::all_of(line.begin(), line.end(), harmless) && printable(line) != line) give_up();
  return true;
}

std::string unquoted_single(std::string_view text) {
  if (text.size() < 2 || text.back() != '\'' || !std::all_of(text.begin(), text.end(), is_ascii)) give_up();
  const std::string_view inside = text.substr(1, text.size() - 2);
  std::string out;
  for (std::size_t i = 0; i < inside.size(); ++i) {
    if (inside[i] == '\'' && (++i == inside.size() || inside[i] != '\'')) give_up();
    out += inside[i];
  }
  return out;
}

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
    if (text_.empty() || text_.back() != '\n') give_up();
    next_line();
    if (!has_line_ || indent_ > 0) give_up();
    Value root = is_block_start() ? block(0) : inline_value(line_, 2);
    if (has_line_) give_up();
    return root;
  }

 private:
  /// Takes the next line into line_, its spaces counted off.
  void next_line() {
    while ((has_line_ = at_ < text_.size())) {
      const std::size_t end = text_.find('\n', at_);
      line_ = text_.substr(at_, end - at_);
      at_ = end + 1;
      ++number_;
      indent_ = column_ = std::min(line_.find_first_not_of(' '), line_.size());
      line_.remove_prefix(indent_);
      if (!line_.empty() && !is_remark(line_)) return;
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

  /// `compact`: a list that stands no deeper than the key it belongs to.
  Value block(std::size_t indent, bool compact = false) {
    if (++depth_ > kMaxDepth || ++nodes_ > kMaxYamlNodes) give_up();
    Value out = is_dash() ? Value::array() : Value::object();
    out.set_mark({number_, static_cast<int>(column_) + 1});
    if (out.is(Value::Type::array)) {
      while (has_line_ && indent_ == indent && is_dash()) out.items().push_back(item(indent));
    } else {
      // A mapping in a list starts behind the dash; its other keys stand on lines of their own.
      while (has_line_ && column_ == indent && !is_dash()) member(out, indent);
      if (has_duplicate(out.members())) give_up();
    }
    if (has_line_ && (compact ? indent_ > indent : indent_ >= indent)) give_up();
    --depth_;
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
    if (key == "<<" || (written.front() != '"' && !is_plain(key))) give_up();
    if (size + 1 == line_.size()) {
      next_line();
      const bool compact = has_line_ && indent_ == indent && is_dash();
      if (!has_line_ || (!compact && indent_ <= indent)) give_up();
      out.members().emplace_back(std::move(key), block(indent_, compact));
    } else {
      enter(size + 2);
      out.members().emplace_back(std::move(key), inline_value(line_, indent + 2));
    }
  }

  /// What ends the line, and the lines of a literal; moves on to the next line.
  Value inline_value(std::string_view text, std::size_t indent) {
    if (++nodes_ > kMaxYamlNodes || text.empty()) give_up();
    const Mark mark{number_, static_cast<int>(column_) + 1};
    Value value;
    if (text == "[]")
      value = Value::array();
    else if (text == "{}")
      value = Value::object();
    else if (text == "|" || text == "|-")
      value = literal(text == "|", indent);
    else if (text.front() == '"')
      value = Value(unquoted(text));
    else if (text.front() == '\'')
      value = Value(unquoted_single(text));
    else if (text.front() == '[')
      value = words(text);
    else if (is_plain_line(text))
      value = Value(text);
    else
      value = word(text);
    value.set_mark(mark);
    next_line();
    return value;
  }

  /// What is no string.
  static Value word(std::string_view text) {
    if (text == "true" || text == "false") return Value(text == "true");
    if (text == "null") return Value();
    constexpr std::string_view kOfNumbers = "0123456789abcdefABCDEFxoinfINF.+-_";
    if (text.find_first_not_of(kOfNumbers) != std::string_view::npos || is_ambiguous(text)) give_up();
    Value value = resolve_plain(text);
    if (!value.is_number()) give_up();
    return value;
  }

  /// `[a, b]`, of words that have no meaning of their own in there.
  Value words(std::string_view text) {
    if (text.size() < 3 || text.back() != ']') give_up();
    Value out = Value::array();
    std::size_t at = 1;
    for (const std::string_view typed : split(text.substr(1, text.size() - 2), ',')) {
      const std::size_t before = std::min(typed.find_first_not_of(' '), typed.size());
      const std::string_view item = typed.substr(before, typed.find_last_not_of(' ') + 1 - before);
      if (++nodes_ > kMaxYamlNodes || item.empty() || item.find_first_of(" :") != std::string_view::npos) give_up();
      Value value = is_plain(item) ? Value(item) : word(item);
      value.set_mark({number_, static_cast<int>(column_ + at + before) + 1});
      out.items().push_back(std::move(value));
      at += typed.size() + 1;
    }
    return out;
  }

  /// `least`: how deep its lines stand at least.
  Value literal(bool newline_at_end, std::size_t least) {
    std::string out;
    const std::size_t indent = std::min(text_.find_first_not_of(' ', at_), text_.size()) - std::min(at_, text_.size());
    if (indent < least) give_up();
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
    if (!is_literal(out.find('\n') == std::string::npos ? out + "\n" : out) || out.ends_with('\n') != newline_at_end)
      give_up();
    return Value(std::move(out));
  }

  std::string_view text_, line_;
  std::size_t at_ = 0, indent_ = 0, column_ = 0, nodes_ = 0;
  int number_ = 0, depth_ = 0;
  bool has_line_ = false;
};

}  // namespace

std::optional<Value> parse_quickly(std::string_view text) {
  try {
    return Reader(text).read();
  } catch (const NotForUs&) {
    return std::nullopt;
  }
}

}  // namespace mlo
