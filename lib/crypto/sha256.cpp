#include "lib/crypto/sha256.hpp"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <cerrno>

#include "lib/util/copy_file.hpp"
#include "lib/util/error.hpp"
#include "lib/util/parallel.hpp"

namespace mlo {
namespace {

/// What is copied while the bytes before it are hashed; a file of more than a few is large.
constexpr std::uint64_t kPiece = 4U << 20U;
/// What one thread copies, then hashes while it is near.
constexpr std::uint64_t kNear = 256U << 10U;

/// What the file holds there.
void hash_range(Sha256& hasher, int fd, std::uint64_t begin, std::uint64_t size, const fs::path& path) {
  thread_local std::string buffer(kNear, '\0');
  for (const std::uint64_t end = begin + size; begin < end;) {
    const ssize_t n =
        ::pread(fd, buffer.data(), std::min<std::uint64_t>(end - begin, buffer.size()), static_cast<off_t>(begin));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("read", path.string());
    if (n == 0) throw Error(ErrorKind::io, fmt::format("`{}` was cut while it was written", path.string()));
    hasher.update(std::string_view(buffer.data(), static_cast<std::size_t>(n)));
    begin += static_cast<std::uint64_t>(n);
  }
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
  // What counts is what the target holds: it is hashed after the fact, so the kernel can copy.
  if (rules.reflink && rules.there == 0 && share_contents(from, to)) return sha256_fd(to, target, rules.moved);
  ::posix_fadvise(from, 0, 0, POSIX_FADV_SEQUENTIAL);
  const unsigned threads = stat_fd(from, source).size > 4 * kPiece ? rules.threads : 1;
  const std::uint64_t piece = threads > 1 ? kPiece : kNear;
  FileCopy copy(from, source, to, target, rules.there);
  WriteBehind behind(rules.target, rules.there);
  Sha256 hasher;
  HashedFile out;
  while (out.size < rules.there) {
    const std::uint64_t size = std::min(kPiece, rules.there - out.size);
    hash_range(hasher, to, out.size, size, target);
    out.size += size;
    if (rules.moved) rules.moved(size);
  }
  for (std::uint64_t copied = copy.advance(piece), following = 0; copied > 0; copied = following) {
    parallel_for(2, threads, [&](std::size_t i) {
      if (i == 0) return hash_range(hasher, to, out.size, copied, target);
      following = copy.advance(piece);
    });
    behind.wrote(to, copied);
    if (rules.source == Cached::drop) drop_passed(from, out.size, out.size + copied);
    out.size += copied;
    if (rules.moved) rules.moved(copied);
  }
  out.digest = hasher.finish();
  return out;
}

std::string openssl_version() { return OpenSSL_version(OPENSSL_VERSION_STRING); }

}  // namespace mlo
