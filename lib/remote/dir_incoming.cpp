#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/remote/dir_place.hpp"
#include "lib/remote/remote.hpp"
#include "lib/util/error.hpp"
#include "lib/util/read_at.hpp"

namespace mlo {
namespace {

constexpr std::chrono::milliseconds kPatience{1000}, kLook{50};
constexpr std::size_t kPiece = std::size_t{256} << 10U;

/// The one that an attempt before had may end this very moment.
std::optional<KeptTemp> open_half(const World& world, const fs::path& path) {
  for (auto waited = kLook;; waited += kLook) {
    auto half = KeptTemp::open(path, 0644);
    if (half || waited > kPatience) return half;
    pause(world, kLook);
  }
}

}  // namespace

DirPlace::Incoming::Incoming(DirPlace& place, std::string name, std::optional<Digest> digest, std::uint64_t size)
    : place_(place), staging_(place.staging(name)), name_(std::move(name)), digest_(digest) {
  const bool goes_on = digest && size > kInPieces && name_.starts_with(kObjectsAt);
  if (goes_on) half_ = open_half(place.world_, place.dir_ / (std::string(kHalf) + digest->hex()));
  if (!half_) {
    file_ = staging_.create(0444);
    return;
  }
  const std::uint64_t there = stat_fd(fd(), path()).size;
  begin_behind(there <= size ? there : 0);
}

DirPlace::Incoming::~Incoming() {
  if (kept_) return;
  if (half_)
    half_->remove();
  else
    staging_.remove(file_.name);
}

void DirPlace::Incoming::begin_behind(std::uint64_t there) {
  there_ = there;
  const auto end = static_cast<off_t>(there);
  if (::ftruncate(fd(), end) != 0 || ::lseek(fd(), end, SEEK_SET) < 0) throw_errno("write", path().string());
  writer_ = WriteBehind(Cached::drop, there);
}

void DirPlace::Incoming::hash_there() {
  for (std::string buffer(kPiece, '\0'); hashed_ < there_;) {
    const std::size_t n =
        read_at(fd(), buffer.data(), std::min<std::uint64_t>(kPiece, there_ - hashed_), hashed_, path());
    if (n == 0) throw Error(ErrorKind::io, fmt::format("`{}` was cut while it was read", path().string()));
    hash_.update(std::string_view(buffer).substr(0, n));
    hashed_ += n;
  }
}

void DirPlace::Incoming::add(std::string_view bytes) {
  if (digest_) {
    hash_there();
    hash_.update(bytes);
  }
  writer_.write(fd(), bytes, path());
}

void DirPlace::Incoming::copy(int from, const std::string& source, const Moved& moved) {
  const auto copy = [&](const Moved& tell) {
    std::uint64_t told = 0;
    const auto tell_all = [&](std::uint64_t bytes) {
      if ((told += bytes) > there_) place_.out_.take(bytes);
      if (tell) tell(bytes);
    };
    copied_ = copy_hashed(from, source, fd(), path(),
                          {.reflink = true,
                           .threads = place_.world_.threads,
                           .there = there_,
                           .target = Cached::drop,
                           .moved = tell_all})
                  .digest;
  };
  try {
    copy(moved);
    if (there_ == 0 || copied_ == digest_) return;
    begin_behind(0);  // what was there is damaged
    copy({});
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) keep();
    throw;
  }
}

void DirPlace::Incoming::publish() {
  if (digest_ && !copied_) {
    hash_there();
    copied_ = hash_.finish();
  }
  if (digest_ && *copied_ != *digest_) fail_given_bytes(*digest_);
  writer_.sync(fd(), path());
  if (half_ && ::fchmod(fd(), stat_fd(fd(), path()).mode & 0444) != 0) throw_errno("change", path().string());
  const fs::path target = place_.dir_ / name_;
  make_dirs(target.parent_path());
  rename_path(path(), target);
  kept_ = true;
  place_.note(name_);
}

}  // namespace mlo
