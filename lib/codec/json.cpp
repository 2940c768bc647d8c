#include "lib/codec/json.hpp"

#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::size_t kMaxDepth = 100;
using Json = nlohmann::json;

/// The place of byte `offset` (counted from 1, as the library does) in `text`.
Mark mark_at(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset == 0 ? 0 : offset - 1, text.size()));
  const auto line = std::count(before.begin(), before.end(), '\n');
  const std::size_t start = before.rfind('\n');
  return {static_cast<int>(line) + 1,
          static_cast<int>(before.size() - (start == std::string_view::npos ? 0 : start + 1)) + 1};
}

/// The reals that the python dialect spells as words, by how many numbers stand before them in the text.
using WordReals = std::map<std::size_t, double>;

/// The bare word of the python dialect that `text` starts with; empty if there is none.
std::string_view word_at(std::string_view text) {
  for (const std::string_view word : {"NaN", "Infinity", "-Infinity"}) {
    if (text.starts_with(word)) return word;
  }
  return {};
}

double real_of(std::string_view word) {
  if (word == "NaN") return std::numeric_limits<double>::quiet_NaN();
  return word.front() == '-' ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
}

bool is_json_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// `text` in strict JSON of the same length: each bare word that stands where a value may is the number 0 and spaces.
/// Whatever is no JSON stays none, and stays where it is.
std::string without_words(std::string_view text, WordReals& found) {
  std::string out(text);
  std::size_t numbers = 0;
  char before = ',';  // the last character outside of strings that is no space
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '"') {
      for (++i; i < text.size() && text[i] != '"'; ++i) i += text[i] == '\\' ? 1 : 0;
      ++i;
      before = c;
      continue;
    }
    const bool may_start = before == ',' || before == ':' || before == '[';
    if (may_start && (c == '-' || c == 'N' || c == 'I')) {
      const std::string_view word = word_at(text.substr(i));
      std::size_t next = i + word.size();
      while (next < text.size() && is_json_space(text[next])) ++next;
      if (!word.empty() &&
          (next == text.size() || std::string_view(",]}").find(text[next]) != std::string_view::npos)) {
        found.emplace(numbers++, real_of(word));
        out.replace(i, word.size(), word.size(), ' ');
        out[i] = before = '0';
        i += word.size();
        continue;
      }
    }
    if (may_start && (c == '-' || (c >= '0' && c <= '9'))) ++numbers;
    if (!is_json_space(c)) before = c;
    ++i;
  }
  return out;
}

/// Builds a Value from the events of the parser; stops at what JSON allows and we do not.
class Builder : public nlohmann::json_sax<Json> {
 public:
  explicit Builder(const WordReals& words) : words_(words) {}

  bool null() override { return add(Value()); }
  bool boolean(bool v) override { return add(Value(v)); }
  bool number_integer(number_integer_t v) override { return add_number(Value(static_cast<std::int64_t>(v))); }
  bool number_unsigned(number_unsigned_t v) override {
    return add_number(v <= static_cast<number_unsigned_t>(INT64_MAX) ? Value(static_cast<std::int64_t>(v))
                                                                     : Value(static_cast<double>(v)));
  }
  bool number_float(number_float_t v, const string_t&) override { return add_number(Value(v)); }
  bool string(string_t& v) override { return has_nul(v) ? refuse(kNul) : add(Value(std::move(v))); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Value::object()); }
  bool start_array(std::size_t) override { return open(Value::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    if (has_nul(name)) return refuse(kNul);
    if (!keys_.back().insert(name).second) return refuse(fmt::format("duplicate key `{}`", printable(name)));
    names_.push_back(std::move(name));
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const Json::exception& error) override {
    offset = position;
    std::string_view what = error.what();
    const std::size_t detail = what.rfind("; ");
    what = detail == std::string_view::npos ? what : what.substr(detail + 2);
    return refuse("invalid JSON: " + printable(what));
  }

  Value root;
  std::string failure;
  std::size_t offset = 0;

 private:
  static constexpr const char* kNul = "a NUL character is not allowed";
  static bool has_nul(const std::string& text) { return text.find('\0') != std::string::npos; }
  bool refuse(std::string why) {
    if (failure.empty()) failure = std::move(why);
    return false;
  }
  bool add_number(Value value) {
    const auto word = words_.find(numbers_++);
    return add(word == words_.end() ? std::move(value) : Value(word->second));
  }
  bool add(Value value) {
    if (open_.empty()) {
      root = std::move(value);
    } else if (open_.back().is(Value::Type::array)) {
      open_.back().push(std::move(value));
    } else {
      open_.back().members().emplace_back(std::move(names_.back()), std::move(value));
      names_.pop_back();
    }
    return true;
  }
  bool open(Value empty) {
    if (open_.size() >= kMaxDepth) return refuse(fmt::format("nested deeper than {}", kMaxDepth));
    open_.push_back(std::move(empty));
    keys_.emplace_back();
    return true;
  }
  bool close() {
    Value done = std::move(open_.back());
    open_.pop_back();
    keys_.pop_back();
    return add(std::move(done));
  }

  const WordReals& words_;
  std::size_t numbers_ = 0;
  std::vector<Value> open_;
  std::vector<std::unordered_set<std::string>> keys_;
  std::vector<std::string> names_;
};

void append_string(std::string& out, const std::string& text) {
  out += Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

void append_real(std::string& out, double value, JsonDialect dialect) {
  if (std::isfinite(value)) {
    const std::string text = format_double(value);
    out += text;
    if (text.find_first_of(".e") == std::string::npos) out += ".0";
    return;
  }
  const std::string_view word = std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
  out += dialect == JsonDialect::python ? std::string(word) : fmt::format("\"{}\"", word);
}

struct JsonForm {
  JsonStyle style;
  JsonDialect dialect;
};

void append(std::string& out, const Value& value, JsonForm form, int depth) {
  const bool pretty = form.style == JsonStyle::pretty;
  const auto new_line = [&](int level) {
    if (pretty) out.append("\n").append(static_cast<std::size_t>(level) * 2, ' ');
  };
  switch (value.type()) {
    case Value::Type::null:
      out += "null";
      return;
    case Value::Type::boolean:
      out += value.as_bool() ? "true" : "false";
      return;
    case Value::Type::integer:
      out += std::to_string(value.as_int());
      return;
    case Value::Type::real:
      append_real(out, value.as_number(), form.dialect);
      return;
    case Value::Type::string:
      append_string(out, value.as_string());
      return;
    case Value::Type::array: {
      out += '[';
      bool first = true;
      for (const Value& item : value.items()) {
        if (!std::exchange(first, false)) out += ',';
        new_line(depth + 1);
        append(out, item, form, depth + 1);
      }
      if (!first) new_line(depth);
      out += ']';
      return;
    }
    case Value::Type::object: {
      out += '{';
      bool first = true;
      for (const auto& [name, member] : value.members()) {
        if (!std::exchange(first, false)) out += ',';
        new_line(depth + 1);
        append_string(out, name);
        out += pretty ? ": " : ":";
        append(out, member, form, depth + 1);
      }
      if (!first) new_line(depth);
      out += '}';
      return;
    }
  }
}

}  // namespace

Value parse_json(std::string_view text, std::string_view source, JsonDialect dialect) {
  WordReals words;
  std::string strict;
  if (dialect == JsonDialect::python) text = strict = without_words(text, words);
  Builder builder(words);
  if (!Json::sax_parse(text, &builder)) {
    const Mark mark = mark_at(text, builder.offset);
    // Only the parser's own errors come with a place.
    throw Error(ErrorKind::invalid, builder.offset > 0
                                        ? fmt::format("{}:{}:{}: {}", source, mark.line, mark.column, builder.failure)
                                        : fmt::format("{}: {}", source, builder.failure));
  }
  return std::move(builder.root);
}

std::string emit_json(const Value& value, JsonStyle style, JsonDialect dialect) {
  std::string out;
  append(out, value, {style, dialect}, 0);
  if (style == JsonStyle::pretty) out += '\n';
  return out;
}

std::string nlohmann_json_version() {
  return fmt::format("{}.{}.{}", NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH);
}

}  // namespace mlo
