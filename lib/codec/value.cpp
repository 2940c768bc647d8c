#include "lib/codec/value.hpp"

#include "lib/codec/json.hpp"
#include "lib/util/text.hpp"

namespace mlo {

Value::Value(std::uint64_t v) : type_(Type::integer), integer_(static_cast<std::int64_t>(v)) {
  MLO_ASSERT(v <= static_cast<std::uint64_t>(INT64_MAX));
}

bool Value::as_bool() const {
  MLO_ASSERT(type_ == Type::boolean);
  return integer_ != 0;
}

std::int64_t Value::as_int() const {
  MLO_ASSERT(type_ == Type::integer);
  return integer_;
}

double Value::as_number() const {
  MLO_ASSERT(is_number());
  return type_ == Type::integer ? static_cast<double>(integer_) : real_;
}

const std::string& Value::as_string() const {
  MLO_ASSERT(type_ == Type::string);
  return string_;
}

const Value::Array& Value::items() const {
  MLO_ASSERT(type_ == Type::array);
  return array_;
}
Value::Array& Value::items() {
  MLO_ASSERT(type_ == Type::array);
  return array_;
}
const Value::Object& Value::members() const {
  MLO_ASSERT(type_ == Type::object);
  return object_;
}
Value::Object& Value::members() {
  MLO_ASSERT(type_ == Type::object);
  return object_;
}

const Value* Value::find(std::string_view key) const {
  MLO_ASSERT(type_ == Type::object);
  for (const auto& [name, value] : object_) {
    if (name == key) return &value;
  }
  return nullptr;
}

Value* Value::find(std::string_view key) { return const_cast<Value*>(std::as_const(*this).find(key)); }

Value& Value::set(std::string_view key, Value value) {
  if (is_null()) type_ = Type::object;
  if (Value* old = find(key))
    *old = std::move(value);
  else
    object_.emplace_back(std::string(key), std::move(value));
  return *this;
}

Value& Value::push(Value value) {
  if (is_null()) type_ = Type::array;
  items().push_back(std::move(value));
  return *this;
}

bool Value::erase(std::string_view key) {
  return std::erase_if(members(), [&](const Member& member) { return member.first == key; }) > 0;
}

bool Value::operator==(const Value& other) const {
  if (type_ != other.type_) return false;
  switch (type_) {
    case Type::null:
      return true;
    case Type::boolean:
    case Type::integer:
      return integer_ == other.integer_;
    case Type::real:
      return real_ == other.real_ || (real_ != real_ && other.real_ != other.real_);
    case Type::string:
      return string_ == other.string_;
    case Type::array:
      return array_ == other.array_;
    case Type::object:
      return object_ == other.object_;
  }
  return false;
}

std::string display(const Value& value) {
  if (value.is(Value::Type::string)) return value.as_string();
  if (value.is(Value::Type::real)) return format_double(value.as_number());
  return emit_json(value, JsonStyle::compact);
}

std::string_view type_name(Value::Type type) {
  switch (type) {
    case Value::Type::null:
      return "null";
    case Value::Type::boolean:
      return "boolean";
    case Value::Type::integer:
      return "integer";
    case Value::Type::real:
      return "number";
    case Value::Type::string:
      return "string";
    case Value::Type::array:
      return "list";
    case Value::Type::object:
      return "mapping";
  }
  return "value";
}

}  // namespace mlo
