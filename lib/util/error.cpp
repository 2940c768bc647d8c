#include "lib/util/error.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace mlo {

Error& Error::prefix(std::string_view where) {
  message_ = fmt::format("{}: {}", where, message_);
  return *this;
}

void throw_errno(std::string_view verb, std::string_view path) {
  const int code = errno;
  const ErrorKind kind = code == ENOENT ? ErrorKind::not_found : ErrorKind::io;
  Error error(kind, fmt::format("cannot {} `{}`: {}", verb, path, std::strerror(code)));
  if (code == ENOSPC || code == EDQUOT) error.hint("free some space; nothing was changed");
  throw error;
}

void assert_failed(const char* expression, const char* file, int line) {
  throw Error(ErrorKind::internal, fmt::format("internal error: {} at {}:{}", expression, file, line))
      .hint("this is a bug in mlo: please report it with the command you ran");
}

}  // namespace mlo
