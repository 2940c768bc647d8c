#pragma once
#include <memory>

#include "lib/crypto/digest.hpp"
#include "lib/util/fs.hpp"

namespace mlo {

/// An incremental SHA-256. One thread at a time; different objects are independent.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  ~Sha256();
  void update(Bytes bytes);
  void update(std::string_view text) { update(bytes_of(text)); }
  /// The digest of all updates; afterwards the object starts anew.
  Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Digest sha256(Bytes bytes);
inline Digest sha256(std::string_view text) { return sha256(bytes_of(text)); }
/// Digest and length of what the descriptor holds from its position to its end.
struct HashedFile {
  Digest digest;
  std::uint64_t size = 0;
};
HashedFile sha256_fd(int fd, const fs::path& path);
HashedFile sha256_file(const fs::path& path);

/// Of the OpenSSL that runs: "3.0.17".
std::string openssl_version();

}  // namespace mlo
