#pragma once
#include <exception>
#include <string>
#include <string_view>

namespace mlo {

/// What went wrong, as far as a caller or an exit code can tell the difference.
enum class ErrorKind {
  error,        ///< anything not named below
  usage,        ///< the command line is wrong
  verdict,      ///< the tool worked and the answer is no
  conflict,     ///< somebody else holds a lock, or the state does not allow it now
  remote,       ///< the other side failed
  not_found,    ///< a named thing does not exist
  no_program,   ///< the command that was to run does not exist
  invalid,      ///< input the user wrote is malformed
  config,       ///< the configuration does not allow it
  io,           ///< the operating system refused
  corrupt,      ///< bytes on disk or from a remote are not what their name says
  interrupted,  ///< the user stopped us
  internal,     ///< our own bug
  unsupported,  ///< the other side failed, but can do the same in another way
};

/// The one exception type. `message` is one line: lower case, no full stop, the failure first, then the culprit in
/// backticks, then the cause. `hint` is one line that can be pasted or acted on; it may be empty.
class Error : public std::exception {
 public:
  Error(ErrorKind kind, std::string message) : kind_(kind), message_(std::move(message)) {}

  Error& hint(std::string text) {
    hint_ = std::move(text);
    return *this;
  }
  /// Puts `where: ` before the message; used by callers that know more.
  Error& prefix(std::string_view where);

  ErrorKind kind() const noexcept { return kind_; }
  const std::string& message() const noexcept { return message_; }
  const std::string& hint() const noexcept { return hint_; }
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  ErrorKind kind_;
  std::string message_;
  std::string hint_;
};

/// Throws Error{io} worded "cannot <verb> `<path>`: <errno text>" (Error{not_found} for ENOENT). Reads errno first.
[[noreturn]] void throw_errno(std::string_view verb, std::string_view path);

/// Ends as Error{internal}; never on input, only for what cannot happen unless mlo itself is wrong.
[[noreturn]] void assert_failed(const char* expression, const char* file, int line);

}  // namespace mlo

#define MLO_ASSERT(expression) \
  (static_cast<bool>(expression) ? static_cast<void>(0) : ::mlo::assert_failed(#expression, __FILE__, __LINE__))
