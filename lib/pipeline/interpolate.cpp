#include "lib/pipeline/interpolate.hpp"

#include <cmath>

#include "lib/codec/reader.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

/// Shortest digits that read back, spelled as Python's repr does, since DVC users compare commands: 0.1, 1e-05,
/// 1e+16, 2.0.
std::string real_text(double value) {
  std::string text = format_double(value);
  if (std::isfinite(value) && text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

class Interpolator {
 public:
  Interpolator(const Scope& scope, std::string_view source, Place place)
      : scope_(scope), source_(source), place_(place) {}

  Value any(const Value& value) const {
    Value out;
    if (value.is(Value::Type::string)) {
      out = text(value, value.as_string(), place_);
    } else if (value.is(Value::Type::array)) {
      Value::Array items;
      for (const Value& item : value.items()) items.push_back(any(item));
      out = Value(std::move(items));
    } else if (value.is(Value::Type::object)) {
      out = object(value);
    } else {
      out = value;
    }
    out.set_mark(value.mark());
    return out;
  }

 private:
  Value object(const Value& value) const {
    Value out = Value::object();
    for (const auto& [key, member] : value.members()) {
      const Value name =
          has_interpolation(key) || key.find("\\${") != std::string::npos ? text(value, key, Place::value) : Value(key);
      if (!name.is_scalar())
        fail_at(source_, member, fmt::format("key `{}` is {}, not text", key, type_name(name.type())));
      const std::string spelled = scalar_text(name);
      if (out.find(spelled) != nullptr)
        fail_at(source_, member, fmt::format("key `{}` occurs twice once interpolated", spelled));
      out.set(spelled, any(member));
    }
    return out;
  }

  Value text(const Value& at, std::string_view in, Place place) const {
    std::string out;
    std::size_t pos = 0;
    for (;;) {
      const std::size_t open = in.find("${", pos);
      if (open == std::string_view::npos) break;
      if (open > 0 && in[open - 1] == '\\') {
        out.append(in, pos, open - 1 - pos).append("${");
        pos = open + 2;
        continue;
      }
      const std::size_t close = in.find('}', open);
      if (close == std::string_view::npos) fail_at(source_, at, fmt::format("`${{` without `}}` in `{}`", in));
      const std::string_view expression = trim(in.substr(open + 2, close - open - 2));
      const Value& found = look_up(at, expression);
      const bool whole = open == 0 && close + 1 == in.size();
      if (whole && place == Place::value) return found;
      out.append(in, pos, open - pos).append(spell(at, expression, found, place));
      pos = close + 1;
    }
    out.append(in, pos);
    return Value(std::move(out));
  }

  const Value& look_up(const Value& at, std::string_view expression) const {
    const std::size_t head_end = std::min(expression.find_first_of(".["), expression.size());
    const std::string_view head = expression.substr(0, head_end);
    if (head.empty()) fail_at(source_, at, "`${}` names no variable");
    if (scope_.key != nullptr && expression == "key") return key_value();
    const Value* found = nullptr;
    if (scope_.item != nullptr && head == "item") {
      found = head_end == expression.size() ? scope_.item : find_at(*scope_.item, rest_of(expression, head_end));
    } else {
      found = find_at(scope_.vars, expression);
    }
    if (found == nullptr) unknown(at, expression);
    return *found;
  }

  const Value& key_value() const {
    if (!key_) key_ = Value(*scope_.key);
    return *key_;
  }

  static std::string_view rest_of(std::string_view expression, std::size_t from) {
    return expression.substr(expression[from] == '.' ? from + 1 : from);
  }

  [[noreturn]] void unknown(const Value& at, std::string_view expression) const {
    std::vector<std::string> candidates;
    const std::size_t dot = expression.find_last_of('.');
    const Value* parent =
        dot == std::string_view::npos ? &scope_.vars : find_at(scope_.vars, expression.substr(0, dot));
    const std::string prefix = dot == std::string_view::npos ? "" : std::string(expression.substr(0, dot + 1));
    if (parent != nullptr && parent->is(Value::Type::object)) {
      for (const auto& [name, member] : parent->members()) candidates.push_back(prefix + name);
    }
    if (scope_.item != nullptr) candidates.emplace_back("item");
    if (scope_.key != nullptr) candidates.emplace_back("key");
    const std::string near = nearest(expression, candidates);
    fail_at(source_, at,
            fmt::format("unknown variable `${{{}}}`{}", expression,
                        near.empty() ? "" : fmt::format("; did you mean `{}`?", near)));
  }

  std::string spell(const Value& at, std::string_view expression, const Value& value, Place place) const {
    if (value.is_scalar()) return scalar_text(value);
    if (place == Place::value) {
      fail_at(source_, at,
              fmt::format("`${{{}}}` is {}: it cannot stand inside text", expression, type_name(value.type())));
    }
    std::string out;
    if (value.is(Value::Type::array)) {
      words(at, expression, value, out);
    } else {
      flags(at, "", value, out);
    }
    return out;
  }

  static void append(std::string& out, std::string_view word) {
    if (!out.empty()) out += ' ';
    out += word;
  }

  static std::string word(const Value& value) {
    return value.is(Value::Type::string) ? shell_quote(value.as_string()) : scalar_text(value);
  }

  void words(const Value& at, std::string_view name, const Value& list, std::string& out) const {
    for (const Value& item : list.items()) {
      if (!item.is_scalar())
        fail_at(source_, at, fmt::format("`{}` holds a nested list or mapping: it cannot become a command", name));
      append(out, word(item));
    }
  }

  void flags(const Value& at, const std::string& prefix, const Value& mapping, std::string& out) const {
    for (const auto& [name, value] : mapping.members()) {
      const std::string key = prefix + name;
      if (value.is(Value::Type::object)) {
        flags(at, key + ".", value, out);
      } else if (value.is(Value::Type::boolean)) {
        if (value.as_bool()) append(out, "--" + key);
      } else if (value.is(Value::Type::array)) {
        if (!value.items().empty()) append(out, "--" + key);
        words(at, key, value, out);
      } else {
        append(out, fmt::format("--{} {}", key, word(value)));
      }
    }
  }

  const Scope& scope_;
  std::string_view source_;
  Place place_;
  mutable std::optional<Value> key_;
};

}  // namespace

Value interpolate(const Value& value, const Scope& scope, std::string_view source, Place place) {
  return Interpolator(scope, source, place).any(value);
}

bool has_interpolation(std::string_view text) {
  for (std::size_t at = text.find("${"); at != std::string_view::npos; at = text.find("${", at + 2)) {
    if (at == 0 || text[at - 1] != '\\') return true;
  }
  return false;
}

const Value* find_at(const Value& root, std::string_view path) {
  const Value* at = &root;
  std::size_t pos = 0;
  while (pos < path.size()) {
    std::string_view part;
    if (path[pos] == '[') {
      const std::size_t close = path.find(']', pos);
      if (close == std::string_view::npos) return nullptr;
      part = path.substr(pos + 1, close - pos - 1);
      pos = close + 1;
    } else {
      const std::size_t end = std::min(path.find_first_of(".[", pos), path.size());
      part = path.substr(pos, end - pos);
      pos = end;
    }
    if (pos < path.size() && path[pos] == '.' && ++pos == path.size()) return nullptr;
    if (at->is(Value::Type::object)) {
      at = at->find(part);
    } else if (at->is(Value::Type::array)) {
      const bool from_end = part.starts_with('-');
      auto index = parse_u64(part.substr(from_end ? 1 : 0));
      if (index && from_end) *index = at->items().size() - *index;  // -0 and what is too far wrap beyond the end
      at = index && *index < at->items().size() ? &at->items()[*index] : nullptr;
    } else {
      at = nullptr;
    }
    if (at == nullptr) return nullptr;
  }
  return at;
}

std::string scalar_text(const Value& value) {
  switch (value.type()) {
    case Value::Type::null:
      return "None";
    case Value::Type::real:
      return real_text(value.as_number());
    default:
      return display(value);
  }
}

}  // namespace mlo
