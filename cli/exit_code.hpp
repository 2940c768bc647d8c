#pragma once
#include "lib/util/error.hpp"

// What a shell or CI job can tell apart.
namespace mlo::cli::exit_code {

inline constexpr int ok = 0;
inline constexpr int error = 1;
inline constexpr int usage = 2;
inline constexpr int verdict = 3;   ///< the tool worked; the answer is no
inline constexpr int conflict = 4;  ///< a lock, or a state that does not allow it now
inline constexpr int remote = 5;
inline constexpr int bug = 70;
inline constexpr int no_program = 127;  ///< `run -- CMD`: there is no CMD; what a shell says
inline constexpr int hung_up = 129;     ///< interrupted by SIGHUP: its terminal or connection is gone
inline constexpr int interrupted = 130;

inline int of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage:
      return usage;
    case ErrorKind::verdict:
      return verdict;
    case ErrorKind::conflict:
      return conflict;
    case ErrorKind::remote:
    case ErrorKind::unsupported:
      return remote;
    case ErrorKind::internal:
      return bug;
    case ErrorKind::no_program:
      return no_program;
    case ErrorKind::interrupted:
      return interrupted;
    default:
      return error;
  }
}

}  // namespace mlo::cli::exit_code
