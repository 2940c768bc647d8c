#pragma once
#include <string_view>

namespace mlo {

/// Remarks for the user that are not results. Thread-safe; one line each, worded like Error messages.
class Log {
 public:
  virtual ~Log() = default;
  virtual void warn(std::string_view message) = 0;    ///< always shown
  virtual void hint(std::string_view message) = 0;    ///< shown unless quiet
  virtual void detail(std::string_view message) = 0;  ///< shown when verbose
};

}  // namespace mlo
