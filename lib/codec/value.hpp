#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/util/error.hpp"

namespace mlo {

/// A place in a text, counted from 1; line 0 means "nowhere" (a value made by a program).
struct Mark {
  int line = 0;
  int column = 0;
};

/// What a YAML or JSON document says: the one tree type of mlo. Objects keep the order of their keys and never hold a
/// key twice. A value type: copies are deep.
class Value {
 public:
  enum class Type { null, boolean, integer, real, string, array, object };
  using Array = std::vector<Value>;
  using Member = std::pair<std::string, Value>;
  using Object = std::vector<Member>;

  Value() = default;
  Value(std::nullptr_t) {}
  Value(bool v) : type_(Type::boolean), integer_(v) {}
  Value(int v) : type_(Type::integer), integer_(v) {}
  Value(std::int64_t v) : type_(Type::integer), integer_(v) {}
  Value(std::uint64_t v);  ///< Error{internal} above INT64_MAX
  Value(double v) : type_(Type::real), real_(v) {}
  Value(std::string v) : type_(Type::string), string_(std::move(v)) {}
  Value(std::string_view v) : Value(std::string(v)) {}
  Value(const char* v) : Value(std::string(v)) {}
  Value(Array v) : type_(Type::array), array_(std::move(v)) {}
  static Value object() { return Value(Object{}); }
  static Value array() { return Value(Array{}); }
  explicit Value(Object v) : type_(Type::object), object_(std::move(v)) {}

  Type type() const { return type_; }
  bool is(Type t) const { return type_ == t; }
  bool is_null() const { return type_ == Type::null; }
  bool is_number() const { return type_ == Type::integer || type_ == Type::real; }
  bool is_scalar() const { return type_ != Type::array && type_ != Type::object; }

  /// Accessors assert the type (Error{internal}); `reader.hpp` gives the checked ones with positions.
  bool as_bool() const;
  std::int64_t as_int() const;
  double as_number() const;  ///< integer or real
  const std::string& as_string() const;
  const Array& items() const;
  Array& items();
  const Object& members() const;
  Object& members();

  /// Member of an object, or null pointer. Borrowed.
  const Value* find(std::string_view key) const;
  Value* find(std::string_view key);
  /// Sets or replaces a member, keeping its place; makes an object of null. Returns *this, to chain.
  Value& set(std::string_view key, Value value);
  Value& push(Value value);  ///< appends; makes an array of null
  bool erase(std::string_view key);

  Mark mark() const { return mark_; }
  void set_mark(Mark mark) { mark_ = mark; }

  /// Same type and content; marks do not count. 1 and 1.0 differ.
  bool operator==(const Value& other) const;

 private:
  Type type_ = Type::null;
  std::int64_t integer_ = 0;
  double real_ = 0;
  std::string string_;
  Array array_;
  Object object_;
  Mark mark_;
};

/// "null", "true", "3", "0.25", the text of a string; arrays and objects as compact JSON. For people and for commands.
std::string display(const Value& value);
std::string_view type_name(Value::Type type);

}  // namespace mlo
