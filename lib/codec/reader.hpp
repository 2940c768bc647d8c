#pragma once
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "lib/codec/value.hpp"

namespace mlo {

/// Throws Error{invalid} "<source>:<line>:<column>: <message>" for a value.
[[noreturn]] void fail_at(std::string_view source, const Value& value, std::string message);

/// Reads an object strictly: every member must be asked for, or `finish()` names the first unknown one with a "did you
/// mean". Members starting with `x-` are never unknown. Borrows the value; `source` names the file in errors.
class ObjectReader {
 public:
  /// Error{invalid} unless `value` is an object. `what` names it: "stage `train`".
  ObjectReader(const Value& value, std::string_view source, std::string what);

  /// Null pointer if absent. Marks the key as known.
  const Value* find(std::string_view key);
  /// Error{invalid} "missing `key` in <what>" if absent.
  const Value& require(std::string_view key);

  std::string string(std::string_view key);
  std::int64_t integer(std::string_view key);
  double number(std::string_view key);
  bool boolean(std::string_view key);
  std::string string_or(std::string_view key, std::string_view fallback);
  std::int64_t integer_or(std::string_view key, std::int64_t fallback);
  bool boolean_or(std::string_view key, bool fallback);
  bool on_off_or(std::string_view key, bool fallback);  ///< `on` and `off`; true and false will do
  /// Empty if absent; a single string counts as a list of one if `allow_single`.
  std::vector<std::string> strings(std::string_view key, bool allow_single = false);
  const std::vector<Value>& array(std::string_view key);  ///< empty if absent
  const Value::Object& object(std::string_view key);      ///< empty if absent

  [[noreturn]] void fail(std::string_view key,
                         std::string message) const;  ///< at the member, or at the object if absent
  void finish() const;
  /// Marks these keys as known and is finish() already now: an unknown key is told before what is wrong with the
  /// others.
  void only(std::initializer_list<std::string_view> keys);

 private:
  const Value& value_;
  std::string source_;
  std::string what_;
  std::vector<std::string> known_;
};

/// The nearest of `candidates` by edit distance, if it is near enough to be what was meant; empty otherwise.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace mlo
