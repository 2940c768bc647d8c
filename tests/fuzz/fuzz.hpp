#pragma once
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "lib/util/error.hpp"

// What every fuzz target does: foreign bytes may be refused with an Error, but never one that says mlo itself is wrong,
// and what is accepted must survive `check`.
namespace mlo::fuzz {

inline void require(bool condition) {
  if (!condition) std::abort();
}

template <class Check>
int run(const std::uint8_t* data, std::size_t size, Check check) {
  try {
    check(std::string_view(reinterpret_cast<const char*>(data), size));
  } catch (const Error& error) {
    require(error.kind() != ErrorKind::internal);
    require(!error.message().empty() && error.message().find('\n') == std::string::npos);
  }
  return 0;
}

}  // namespace mlo::fuzz

/// One target: MLO_FUZZ_TARGET(bytes) { .. }
#define MLO_FUZZ_TARGET(name)                                                         \
  static void check_(std::string_view name);                                          \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);  \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { \
    return mlo::fuzz::run(data, size, check_);                                        \
  }                                                                                   \
  static void check_(std::string_view name)
