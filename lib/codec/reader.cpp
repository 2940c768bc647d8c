#include "lib/codec/reader.hpp"

#include "lib/util/text.hpp"

namespace mlo {
namespace {

/// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before, last, row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before = std::exchange(last, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  std::string best;
  if (word.size() > 100) return best;
  std::size_t limit = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > 100) continue;
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < limit) {
      limit = distance;
      best = candidate;
    }
  }
  return best;
}

void fail_at(std::string_view source, const Value& value, std::string message) {
  const Mark mark = value.mark();
  throw Error(ErrorKind::invalid, mark.line == 0
                                      ? fmt::format("{}: {}", source, message)
                                      : fmt::format("{}:{}:{}: {}", source, mark.line, mark.column, message));
}

ObjectReader::ObjectReader(const Value& value, std::string_view source, std::string what)
    : value_(value), source_(source), what_(std::move(what)) {
  if (!value.is(Value::Type::object)) {
    fail_at(source_, value, fmt::format("{} must be a mapping, not a {}", what_, type_name(value.type())));
  }
}

const Value* ObjectReader::find(std::string_view key) {
  known_.emplace_back(key);
  return value_.find(key);
}

const Value& ObjectReader::require(std::string_view key) {
  const Value* value = find(key);
  if (value == nullptr) fail_at(source_, value_, fmt::format("missing `{}` in {}", key, what_));
  return *value;
}

void ObjectReader::fail(std::string_view key, std::string message) const {
  const Value* value = value_.find(key);
  fail_at(source_, value == nullptr ? value_ : *value, std::move(message));
}

namespace {

void require_type(bool ok, std::string_view source, const Value& value, std::string_view key, std::string_view wanted) {
  if (!ok) fail_at(source, value, fmt::format("`{}` must be a {}, not a {}", key, wanted, type_name(value.type())));
}

}  // namespace

std::string ObjectReader::string(std::string_view key) {
  const Value& value = require(key);
  require_type(value.is(Value::Type::string), source_, value, key, "string");
  return value.as_string();
}

std::int64_t ObjectReader::integer(std::string_view key) {
  const Value& value = require(key);
  require_type(value.is(Value::Type::integer), source_, value, key, "whole number");
  return value.as_int();
}

double ObjectReader::number(std::string_view key) {
  const Value& value = require(key);
  require_type(value.is_number(), source_, value, key, "number");
  return value.as_number();
}

bool ObjectReader::boolean(std::string_view key) {
  const Value& value = require(key);
  require_type(value.is(Value::Type::boolean), source_, value, key, "boolean");
  return value.as_bool();
}

std::string ObjectReader::string_or(std::string_view key, std::string_view fallback) {
  return find(key) == nullptr ? std::string(fallback) : string(key);
}

std::int64_t ObjectReader::integer_or(std::string_view key, std::int64_t fallback) {
  return find(key) == nullptr ? fallback : integer(key);
}

bool ObjectReader::on_off_or(std::string_view key, bool fallback) {
  const Value* const value = find(key);
  if (value == nullptr || value->is(Value::Type::boolean)) return boolean_or(key, fallback);
  if (value->is(Value::Type::string) && (value->as_string() == "on" || value->as_string() == "off"))
    return value->as_string() == "on";
  fail(key, fmt::format("`{}` must be `on` or `off`", key));
}

bool ObjectReader::boolean_or(std::string_view key, bool fallback) {
  return find(key) == nullptr ? fallback : boolean(key);
}

std::vector<std::string> ObjectReader::strings(std::string_view key, bool allow_single) {
  const Value* value = find(key);
  if (value == nullptr) return {};
  if (allow_single && value->is(Value::Type::string)) return {value->as_string()};
  std::vector<std::string> out;
  for (const Value& item : array(key)) {
    require_type(item.is(Value::Type::string), source_, item, key, "list of strings");
    out.push_back(item.as_string());
  }
  return out;
}

const std::vector<Value>& ObjectReader::array(std::string_view key) {
  static const std::vector<Value> kNone;
  const Value* value = find(key);
  if (value == nullptr) return kNone;
  require_type(value->is(Value::Type::array), source_, *value, key, "list");
  return value->items();
}

const Value::Object& ObjectReader::object(std::string_view key) {
  static const Value::Object kNone;
  const Value* value = find(key);
  if (value == nullptr) return kNone;
  require_type(value->is(Value::Type::object), source_, *value, key, "mapping");
  return value->members();
}

void ObjectReader::only(std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) find(key);
  finish();
}

void ObjectReader::finish() const {
  for (const auto& [name, member] : value_.members()) {
    if (name.starts_with("x-") || std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    const std::string close = nearest(name, known_);
    fail_at(source_, member,
            fmt::format("unknown key `{}` in {}{}", printable(name), what_,
                        close.empty() ? "" : fmt::format("; did you mean `{}`?", close)));
  }
}

}  // namespace mlo
