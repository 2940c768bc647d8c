#include "lib/remote/encrypted_place.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

#include "lib/crypto/sha256.hpp"
#include "lib/remote/remote.hpp"
#include "lib/util/error.hpp"

namespace mlo {
namespace {

constexpr std::uint64_t kSegment = Sealer::kSegment, kSealed = Sealer::kSegment + Sealer::kMore;
const std::string kFormatName(kFormatFile);

/// Up to `size` bytes at an offset; fewer at the end.
std::string_view read_at(int fd, std::string& buffer, std::uint64_t size, std::uint64_t offset) {
  buffer.resize(size);
  std::size_t used = 0;
  while (used < size) {
    const ssize_t n = ::pread(fd, buffer.data() + used, size - used, static_cast<off_t>(offset + used));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("read", "a file on its way");
    if (n == 0) break;
    used += static_cast<std::size_t>(n);
  }
  return std::string_view(buffer).substr(0, used);
}

[[noreturn]] void fail_cut(const std::string& name) {
  throw Error(ErrorKind::corrupt, fmt::format("`{}` is damaged: its end is missing", name));
}

}  // namespace

EncryptedPlace::EncryptedPlace(const World& world, RemoteConfig config, fs::path base, std::unique_ptr<Place> inner)
    : world_(world), config_(std::move(config)), base_(std::move(base)), inner_(std::move(inner)) {}

const Sealer& EncryptedPlace::sealer() const {
  MLO_ASSERT(sealer_ != nullptr);
  return *sealer_;
}

void EncryptedPlace::unlock(const std::string& format) {
  const std::lock_guard lock(mutex_);
  if (format == kRemoteFormat) {
    throw Error(ErrorKind::remote,
                fmt::format("`{}` is not encrypted, but its configuration has `encryption`", where()))
        .hint("take `encryption` out of the configuration, or name another place");
  }
  if (!format.starts_with(kEncryptedFormat)) check_remote_format(config_.name, where(), format, "");
  if (sealer_) return;
  const auto data_key = unwrap_data_key(format, load_remote_key(world_, config_, base_));
  if (!data_key) {
    throw Error(ErrorKind::remote, "the key is not the one that it was encrypted with")
        .hint("name the right key file; after `mlo remote rotate-key` that is the new one");
  }
  sealer_ = std::make_unique<Sealer>(*data_key);
}

Place::Glance EncryptedPlace::glance() {
  Glance out = inner_->glance();
  std::erase_if(out.files, [](const File& file) { return file.name == kFormatFile; });
  const auto format = out.format ? out.format : inner_->find(kFormatName);
  out.format.reset();
  if (!format) return out;
  unlock(*format);
  out.format = kRemoteFormat;
  return out;
}

std::optional<std::string> EncryptedPlace::find(const std::string& name) {
  const auto found = inner_->find(name);
  if (!found) return std::nullopt;
  if (name == kFormatFile) {
    unlock(*found);
    return std::string(kRemoteFormat);
  }
  std::string plain;
  Sealer::Open open(sealer(), name, 0);
  for (std::string_view rest = *found; !rest.empty(); rest.remove_prefix(std::min<std::size_t>(rest.size(), kSealed)))
    open.add(rest.substr(0, kSealed), plain);
  if (!open.is_complete()) fail_cut(name);
  return plain;
}

bool EncryptedPlace::get(const std::string& name, const std::optional<FileRange>& range, const FileTarget& target) {
  std::string sealed, plain;
  if (!range) {
    // Opened where it lies: what is written is always behind what is still to be read.
    if (!inner_->get(name, std::nullopt, target)) return false;
    Sealer::Open open(sealer(), name, 0);
    std::uint64_t from = target.position, to = target.position;
    for (;;) {
      const std::string_view segment = read_at(target.fd, sealed, kSealed, from);
      if (segment.empty()) break;
      plain.clear();
      open.add(segment, plain);
      write_to(target, to - target.position, plain);
      from += segment.size();
      to += plain.size();
    }
    if (!open.is_complete()) fail_cut(name);
    if (::ftruncate(target.fd, static_cast<off_t>(to)) != 0) throw_errno("shorten", target.path.string());
    return true;
  }
  if (range->size == 0) return true;
  const std::uint64_t first = range->offset / kSegment, last = (range->offset + range->size - 1) / kSegment;
  const UniqueFd memory(::memfd_create("mlo-sealed", MFD_CLOEXEC));
  if (!memory) throw_errno("make", "a file in memory");
  const FileRange sealed_range{first * kSealed, (last - first + 1) * kSealed};
  if (!inner_->get(name, sealed_range, {.fd = memory.get(), .path = target.path})) return false;
  Sealer::Open open(sealer(), name, first);
  for (std::uint64_t from = 0;;) {
    const std::string_view segment = read_at(memory.get(), sealed, kSealed, from);
    if (segment.empty()) break;
    open.add(segment, plain);
    from += segment.size();
  }
  const std::uint64_t skip = range->offset - first * kSegment;
  if (plain.size() < skip + range->size) fail_cut(name);
  write_to(target, 0, std::string_view(plain).substr(skip, range->size));
  if (target.moved) target.moved(range->size);
  return true;
}

/// A new remote: of two that make it at once one wins, and both go on with its key.
void EncryptedPlace::make() {
  std::array<std::byte, 32> random{};
  world_.rng.fill(random);
  inner_->put(kFormatName, wrap_data_key(Digest(random), load_remote_key(world_, config_, base_), world_.rng));
  unlock(inner_->find(kFormatName).value_or(""));
}

void EncryptedPlace::put(const std::string& name, std::string_view bytes) {
  if (name == kFormatFile) return make();
  inner_->put(name, sealer().seal(name, bytes));
}

void EncryptedPlace::put_file(const std::string& name, const std::string& file, const Digest& digest,
                              const Moved& moved) {
  const fs::path scratch(find_env(world_.env, "TMPDIR").value_or("/tmp"));
  const UniqueFd out(::open(scratch.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (!out) throw_errno("create a file in", scratch.string());
  const UniqueFd in = open_read(file);
  Sealer::Seal seal(sealer(), name, digest);
  Sha256 plain_hash, sealed_hash;
  std::string buffer, sealed;
  for (std::uint64_t at = 0;; at += kSegment) {
    check_stop(world_);
    const std::string_view segment = read_at(in.get(), buffer, kSegment, at);
    plain_hash.update(segment);
    sealed.clear();
    seal.add(segment, sealed);
    sealed_hash.update(sealed);
    write_all(out.get(), sealed, scratch);
    if (segment.size() < kSegment) break;
  }
  // Before anything is sent: under this key there is this content alone.
  if (plain_hash.finish() != digest) fail_given_bytes(digest);
  inner_->put_file(name, fmt::format("/proc/self/fd/{}", out.get()), sealed_hash.finish(), moved);
}

void EncryptedPlace::replace(const std::string& name, std::string_view bytes) {
  MLO_ASSERT(name != kFormatFile);  // that is `rotate`
  inner_->replace(name, sealer().seal(name, bytes));
}

Digest EncryptedPlace::name_of(const Digest& id) const { return sealer().hide(id); }

std::uint64_t EncryptedPlace::size_of(std::uint64_t bytes) const {
  return bytes + (bytes / kSegment + 1) * Sealer::kMore;
}

bool EncryptedPlace::rotate(const RemoteKey& new_key) {
  const auto format = inner_->find(kFormatName);
  if (!format) check_remote_format(config_.name, where(), format, hint_if_absent());
  if (format->starts_with(kEncryptedFormat) && unwrap_data_key(*format, new_key)) return false;
  unlock(*format);
  const auto data_key = unwrap_data_key(*format, load_remote_key(world_, config_, base_));
  MLO_ASSERT(data_key.has_value());
  inner_->replace(kFormatName, wrap_data_key(*data_key, new_key, world_.rng));
  return true;
}

}  // namespace mlo
