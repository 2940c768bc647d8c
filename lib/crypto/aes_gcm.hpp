#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "lib/crypto/digest.hpp"

namespace mlo {

/// AES-256-GCM under one key, with the number of the message as its nonce: 8 bytes, little-endian, then 4 zeros.
/// Whoever seals must never use a number twice with one key. One thread at a time.
class AesGcm {
 public:
  static constexpr std::size_t kTag = 16;

  explicit AesGcm(const Digest& key);
  AesGcm(AesGcm&&) noexcept;
  AesGcm& operator=(AesGcm&&) noexcept;
  ~AesGcm();
  /// Appends what `plain` becomes, and 16 bytes that prove it.
  void seal(std::uint64_t number, std::string_view plain, std::string& out);
  /// Appends what was sealed; false, and nothing is appended, if it was not sealed so.
  bool open(std::uint64_t number, std::string_view sealed, std::string& out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mlo
