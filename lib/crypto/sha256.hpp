#pragma once
#include <memory>

#include "lib/crypto/digest.hpp"
#include "lib/util/progress.hpp"
#include "lib/util/write_behind.hpp"

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
HashedFile sha256_fd(int fd, const fs::path& path, const Moved& moved = {});
HashedFile sha256_file(const fs::path& path);

struct CopyRules {
  bool reflink = false;     ///< where the file system can
  unsigned threads = 1;     ///< for one large file
  std::uint64_t there = 0;  ///< what the target holds already of it
  Cached source = Cached::keep, target = Cached::keep;
  Moved moved = {};  ///< of all bytes; called by this thread
};
/// Copies what `from` holds into the file `to`, open for reading too: digest and length of what that holds now. Both
/// are at the beginning, or behind what is there.
HashedFile copy_hashed(int from, const fs::path& source, int to, const fs::path& target, const CopyRules& rules);

/// Of the OpenSSL that runs: "3.0.17".
std::string openssl_version();

}  // namespace mlo
