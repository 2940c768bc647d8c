#include "lib/store/partial_object.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "lib/crypto/sha256.hpp"
#include "lib/util/error.hpp"
#include "lib/util/read_at.hpp"

namespace mlo {
namespace {

constexpr std::string_view kPrefix = ".mlo-tmp-object-";
constexpr std::uint64_t kPiece = std::uint64_t{8} << 20U;
/// Behind the object's bytes there is one byte for each piece: how many blocks of it are there.
constexpr std::uint64_t kBlock = std::uint64_t{64} << 10U;
static_assert(kPiece / kBlock < 256);

void resize(int fd, std::uint64_t size, const fs::path& path) {
  if (::ftruncate(fd, static_cast<off_t>(size)) != 0) throw_errno("resize", path.string());
}

}  // namespace

PartialObject::PartialObject(const Digest& id, std::uint64_t size, KeptTemp file)
    : id_(id), size_(size), file_(std::move(file)) {}

std::optional<PartialObject> PartialObject::open(const ObjectStore& store, const Digest& id, std::uint64_t size,
                                                 UtcTime before) {
  const fs::path& dir = store.root();
  make_dirs(dir);
  const std::string name = std::string(kPrefix) + id.hex();
  remove_kept(dir, kPrefix, before, name);
  auto file = KeptTemp::open(dir / name, 0600);
  return file ? std::optional(PartialObject(id, size, std::move(*file))) : std::nullopt;
}

std::size_t PartialObject::pieces() const { return (size_ + kPiece - 1) / kPiece; }

bool PartialObject::is_fresh() const { return stat_fd(fd(), path()).size == 0; }

std::vector<PartialObject::Piece> PartialObject::missing() {
  const std::uint64_t length = stat_fd(fd(), path()).size;
  if (length == size_) return {};  // stopped when all was there
  if (length != size_ + pieces()) {
    clear();
    resize(fd(), size_ + pieces(), path());
  }
  std::string there(pieces(), '\0');
  read_at(fd(), there.data(), there.size(), size_, path());
  std::vector<Piece> out;
  for (std::size_t i = 0; i < pieces(); ++i) {
    Piece piece{i, i * kPiece, std::min(kPiece, size_ - i * kPiece), 0};
    piece.there = std::min(piece.size, static_cast<unsigned char>(there[i]) * kBlock);
    if (piece.there < piece.size) out.push_back(piece);
  }
  return out;
}

void PartialObject::set_there(const Piece& piece, std::uint64_t bytes) {
  const std::uint64_t blocks = bytes >= piece.size ? (piece.size + kBlock - 1) / kBlock : bytes / kBlock;
  const char mark = static_cast<char>(static_cast<unsigned char>(blocks));
  while (::pwrite(fd(), &mark, 1, static_cast<off_t>(size_ + piece.index)) != 1) {
    if (errno != EINTR) throw_errno("write", path().string());
  }
}

void PartialObject::clear() { resize(fd(), 0, path()); }

bool PartialObject::finish() {
  resize(fd(), size_, path());
  if (::lseek(fd(), 0, SEEK_SET) != 0) throw_errno("read", path().string());
  if (sha256_fd(fd(), path()).digest != id_) return false;
  // As young as what is stored now, for a gc.
  if (::fchmod(fd(), 0444) != 0 || ::futimens(fd(), nullptr) != 0) throw_errno("change", path().string());
  fsync_fd(fd(), path());
  return true;
}

}  // namespace mlo
