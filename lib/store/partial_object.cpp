#include "lib/store/partial_object.hpp"

#include <fcntl.h>
#include <sys/file.h>
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

bool lock(int fd) { return ::flock(fd, LOCK_EX | LOCK_NB) == 0; }

UniqueFd open_file(const fs::path& path, int flags) {
  return UniqueFd(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600));
}

void remove_old(const fs::path& dir, const std::string& but, UtcTime before) {
  for (const DirEntry& entry : list_dir(dir)) {
    if (!entry.name.starts_with(kPrefix) || entry.name == but) continue;
    const auto stat = find_stat(dir / entry.name);
    if (!stat || stat->mtime_ns / 1000 >= before.micros()) continue;
    const UniqueFd fd = open_file(dir / entry.name, 0);
    if (fd && lock(fd.get())) remove_file(dir / entry.name);
  }
}

void resize(int fd, std::uint64_t size, const fs::path& path) {
  if (::ftruncate(fd, static_cast<off_t>(size)) != 0) throw_errno("resize", path.string());
}

}  // namespace

PartialObject::PartialObject(const Digest& id, std::uint64_t size, fs::path path, UniqueFd fd)
    : id_(id), size_(size), path_(std::move(path)), fd_(std::move(fd)) {}

std::optional<PartialObject> PartialObject::open(const ObjectStore& store, const Digest& id, std::uint64_t size,
                                                 UtcTime before) {
  const fs::path& dir = store.root();
  make_dirs(dir);
  const std::string name = std::string(kPrefix) + id.hex();
  remove_old(dir, name, before);
  for (;;) {
    UniqueFd fd = open_file(dir / name, O_CREAT);
    if (!fd) throw_errno("create", (dir / name).string());
    if (!lock(fd.get())) return std::nullopt;
    struct stat st {};
    if (::fstat(fd.get(), &st) != 0) throw_errno("read", (dir / name).string());
    if (st.st_nlink == 0) continue;  // a gc was quicker
    return PartialObject(id, size, dir / name, std::move(fd));
  }
}

std::size_t PartialObject::pieces() const { return (size_ + kPiece - 1) / kPiece; }

bool PartialObject::is_fresh() const { return stat_fd(fd_.get(), path_).size == 0; }

std::vector<PartialObject::Piece> PartialObject::missing() {
  const std::uint64_t length = stat_fd(fd_.get(), path_).size;
  if (length == size_) return {};  // stopped when all was there
  if (length != size_ + pieces()) {
    clear();
    resize(fd_.get(), size_ + pieces(), path_);
  }
  std::string there(pieces(), '\0');
  read_at(fd_.get(), there.data(), there.size(), size_, path_);
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
  while (::pwrite(fd_.get(), &mark, 1, static_cast<off_t>(size_ + piece.index)) != 1) {
    if (errno != EINTR) throw_errno("write", path_.string());
  }
}

void PartialObject::clear() { resize(fd_.get(), 0, path_); }

bool PartialObject::finish() {
  resize(fd_.get(), size_, path_);
  if (::lseek(fd_.get(), 0, SEEK_SET) != 0) throw_errno("read", path_.string());
  if (sha256_fd(fd_.get(), path_).digest != id_) return false;
  // As young as what is stored now, for a gc.
  if (::fchmod(fd_.get(), 0444) != 0 || ::futimens(fd_.get(), nullptr) != 0) throw_errno("change", path_.string());
  fsync_fd(fd_.get(), path_);
  return true;
}

}  // namespace mlo
