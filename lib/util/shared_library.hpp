#pragma once
#include <cstring>
#include <initializer_list>
#include <string>

namespace mlo {

/// A library that is opened when first needed, because linking it would slow every start. Never unloaded: its threads
/// and static destructors may outlive whoever uses it.
class SharedLibrary {
 public:
  /// The first of these files that opens; is_open() is false if none does.
  explicit SharedLibrary(std::initializer_list<std::string> files);
  bool is_open() const { return handle_ != nullptr; }
  /// Error{config} with the hint if it has no function of that name.
  template <class Function>
  void bind(const char* name, const std::string& hint, Function& function) const {
    void* const symbol = find(name, hint);
    std::memcpy(&function, &symbol, sizeof symbol);
  }

 private:
  void* find(const char* name, const std::string& hint) const;
  void* handle_ = nullptr;
  std::string file_;
};

}  // namespace mlo
