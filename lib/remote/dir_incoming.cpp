#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "lib/remote/dir_place.hpp"
#include "lib/remote/remote.hpp"
#include "lib/util/error.hpp"

namespace mlo {
namespace {

constexpr std::chrono::milliseconds kPatience{1000}, kLook{50};
/// Attempts that may hold on to what they wrote at once: of a far end whose network is gone it takes long to end.
constexpr unsigned kHalves = 4;

/// Whoever had one may end this very moment.
std::optional<KeptTemp> open_half(const World& world, const fs::path& dir, const Digest& digest) {
  for (std::chrono::milliseconds waited{0};; waited += kLook) {
    bool busy = false;
    for (unsigned n = 0; n < kHalves; ++n) {
      auto half = KeptTemp::open(dir / DirPlace::half_name(digest, n), 0644);
      if (half && (!busy || waited >= kPatience || stat_fd(half->fd(), half->path()).size > 0)) return half;
      if (half) half->remove();
      busy = true;
    }
    if (waited >= kPatience) return std::nullopt;
    pause(world, kLook);
  }
}

}  // namespace

/// Of this user on this machine, whose locks hold: those of others may not, on a network's disk.
std::string DirPlace::half_prefix(const Digest& digest) {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  const std::string who = fmt::format("{} {}", host.data(), ::geteuid());
  return fmt::format("{}{}-{}-", kHalf, digest.hex(), sha256(who).hex().substr(0, 8));
}

std::string DirPlace::half_name(const Digest& digest, unsigned number) {
  return half_prefix(digest) + std::to_string(number);
}

DirPlace::Incoming::Incoming(DirPlace& place, std::string name, std::optional<Digest> digest, std::uint64_t size)
    : place_(place), staging_(place.staging(name)), name_(std::move(name)), digest_(digest) {
  const bool goes_on = digest && size > kInPieces && name_.starts_with(kObjectsAt);
  if (goes_on) half_ = open_half(place.world_, place.dir_, *digest);
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

/// Of what was added, read again if it followed what was there.
Digest DirPlace::Incoming::bytes_on_disk() {
  if (copied_) return *copied_;
  if (there_ == 0) return hash_.finish();
  if (::lseek(fd(), 0, SEEK_SET) != 0) throw_errno("read", path().string());
  return sha256_fd(fd(), path(), [&](std::uint64_t) { check_stop(place_.world_); }).digest;
}

void DirPlace::Incoming::add(std::string_view bytes) {
  if (digest_ && there_ == 0) hash_.update(bytes);
  writer_.write(fd(), bytes, path());
}

void DirPlace::Incoming::copy(int from, const std::string& source, const Moved& moved) {
  const auto copy = [&](const Moved& tell) {
    std::uint64_t told = 0;
    const auto tell_all = [&](std::uint64_t bytes) {
      check_stop(place_.world_);
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
  if (digest_ && bytes_on_disk() != *digest_) fail_given_bytes(*digest_);
  writer_.sync(fd(), path());
  if (half_ && ::fchmod(fd(), stat_fd(fd(), path()).mode & 0444) != 0) throw_errno("change", path().string());
  const fs::path target = place_.dir_ / name_;
  make_dirs(target.parent_path());
  rename_path(path(), target);
  kept_ = true;
  place_.note(name_);
  if (half_) remove_kept(place_.dir_, half_prefix(*digest_), UtcTime::from_micros(INT64_MAX));
}

}  // namespace mlo
