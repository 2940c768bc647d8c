#include "lib/crypto/sha256.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>

#include "lib/util/error.hpp"
#include "lib/util/parallel.hpp"

namespace mlo {
namespace {

/// What is read while the bytes before it are hashed and written; a file of more than a few is large.
constexpr std::size_t kBlock = 4U << 20U;
constexpr std::size_t kSmallBlock = 256U << 10U;

/// As much as there is, up to the buffer's size.
std::string_view fill(std::string& buffer, int fd, const fs::path& path) {
  std::size_t used = 0;
  while (used < buffer.size()) {
    const ssize_t n = ::read(fd, buffer.data() + used, buffer.size() - used);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("read", path.string());
    if (n == 0) break;
    used += static_cast<std::size_t>(n);
  }
  return std::string_view(buffer).substr(0, used);
}

/// Fetched once: EVP_sha256() looks the algorithm up again at every use. Immutable and thread-safe afterwards.
const EVP_MD* algorithm() {
  static const std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> md(EVP_MD_fetch(nullptr, "SHA256", nullptr),
                                                                  EVP_MD_free);
  MLO_ASSERT(md != nullptr);
  return md.get();
}

}  // namespace

std::optional<Digest> Digest::from_hex_text(std::string_view hex) {
  std::array<std::byte, 32> raw{};
  if (!from_hex(hex, raw)) return std::nullopt;
  return Digest(raw);
}

std::optional<Digest> Digest::parse(std::string_view text) {
  if (!text.starts_with("sha256:")) return std::nullopt;
  return from_hex_text(text.substr(7));
}

struct Sha256::State {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), EVP_MD_CTX_free};
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  MLO_ASSERT(EVP_DigestInit_ex2(state_->context.get(), algorithm(), nullptr) == 1);
}
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::update(Bytes bytes) {
  MLO_ASSERT(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1);
}

Digest Sha256::finish() {
  std::array<unsigned char, 32> out{};
  MLO_ASSERT(EVP_DigestFinal_ex(state_->context.get(), out.data(), nullptr) == 1);
  MLO_ASSERT(EVP_DigestInit_ex2(state_->context.get(), algorithm(), nullptr) == 1);
  std::array<std::byte, 32> raw{};
  std::memcpy(raw.data(), out.data(), out.size());
  return Digest(raw);
}

Digest sha256(Bytes bytes) {
  thread_local Sha256 hasher;  // a context costs more than hashing a small file
  hasher.update(bytes);
  return hasher.finish();
}

HashedFile sha256_fd(int fd, const fs::path& path, const Moved& moved) {
  thread_local Sha256 shared;
  thread_local std::string buffer(256U << 10U, '\0');
  std::optional<Sha256> own;  // `moved` may throw, and the shared one would go on with these bytes
  Sha256& hasher = moved ? own.emplace() : shared;
  HashedFile out;
  for (;;) {
    const ssize_t n = ::read(fd, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const int code = errno;
      hasher.finish();
      errno = code;
      throw_errno("read", path.string());
    }
    if (n == 0) break;
    hasher.update(std::string_view(buffer.data(), static_cast<std::size_t>(n)));
    out.size += static_cast<std::uint64_t>(n);
    if (moved) moved(static_cast<std::uint64_t>(n));
  }
  out.digest = hasher.finish();
  return out;
}

HashedFile sha256_file(const fs::path& path) {
  const UniqueFd fd = open_read(path);
  ::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  return sha256_fd(fd.get(), path);
}

HashedFile copy_hashed(int from, const fs::path& source, int to, const fs::path& target, const CopyRules& rules) {
  // A reflink is hashed after the fact: what counts is what the target now holds.
  if (rules.reflink && ::ioctl(to, FICLONE, from) == 0) return sha256_fd(to, target, rules.moved);
  ::posix_fadvise(from, 0, 0, POSIX_FADV_SEQUENTIAL);
  const bool large = stat_fd(from, source).size > 4 * kBlock;
  std::string now(large ? kBlock : kSmallBlock, '\0'), next = now;
  WriteBehind writer(rules.target);
  Sha256 hasher;
  HashedFile out;
  std::string_view bytes = fill(now, from, source);
  while (!bytes.empty()) {
    std::string_view following;
    parallel_for(3, large ? rules.threads : 1, [&](std::size_t i) {
      if (i == 0) return hasher.update(bytes);
      if (i == 1) return writer.write(to, bytes, target);
      following = fill(next, from, source);
    });
    if (rules.source == Cached::drop) drop_passed(from, out.size, out.size + bytes.size());
    out.size += bytes.size();
    if (rules.moved) rules.moved(bytes.size());
    std::swap(now, next);
    bytes = following;
  }
  out.digest = hasher.finish();
  return out;
}

std::string openssl_version() { return OpenSSL_version(OPENSSL_VERSION_STRING); }

}  // namespace mlo
