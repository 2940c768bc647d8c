#include "lib/remote/dir_place.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "lib/remote/pack_reader.hpp"
#include "lib/remote/remote.hpp"
#include "lib/util/copy_file.hpp"
#include "lib/util/error.hpp"
#include "lib/util/lock_file.hpp"

namespace mlo {
namespace {

constexpr std::uint64_t kMaxFound = std::uint64_t{64} << 10U;
/// What is moved at once.
constexpr std::size_t kPiece = std::size_t{256} << 10U;

void add_files(const fs::path& dir, const std::string& prefix, std::vector<Place::File>& out) {
  if (!find_stat(dir / prefix / ".")) return;
  for (const DirEntry& entry : list_dir(dir / prefix)) {
    if (StagingDir::owns(entry.name)) continue;
    const std::string name = prefix + entry.name;
    if (entry.kind == FileKind::directory)
      add_files(dir, name + "/", out);
    else if (const auto stat = find_stat(dir / name))
      out.push_back({name, stat->size});
  }
}

UniqueFd open_or_none(const fs::path& file) {
  UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd && errno != ENOENT && errno != ENOTDIR) throw_errno("open", file.string());
  return fd;
}

}  // namespace

Place::Glance DirPlace::glance() {
  Glance out;
  out.format = find(std::string(kFormatFile));
  for (const std::string& name : index_names()) out.files.push_back({name, 0});
  return out;
}

std::vector<Place::File> DirPlace::list(const std::string& prefix) {
  std::vector<File> out;
  add_files(dir_, prefix, out);
  return out;
}

bool DirPlace::is_empty() {
  if (!find_stat(dir_.parent_path())) {
    throw Error(ErrorKind::remote, fmt::format("`{}` does not exist", dir_.parent_path().string()))
        .hint("mount it, or make the directory");
  }
  const std::vector<DirEntry> there = find_stat(dir_) ? list_dir(dir_) : std::vector<DirEntry>();
  // A first attempt that was cut off may have left its temporary file.
  return std::all_of(there.begin(), there.end(), [](const DirEntry& e) { return StagingDir::owns(e.name); });
}

std::vector<char> DirPlace::have(const std::vector<std::string>& names) {
  std::vector<char> out;
  for (const std::string& name : names) out.push_back(find_stat(dir_ / name) ? 1 : 0);
  return out;
}

std::optional<std::string> DirPlace::find(const std::string& name) { return find_file(dir_ / name, kMaxFound); }

bool DirPlace::read(const std::string& name, const std::optional<FileRange>& range,
                    const std::function<void(std::uint64_t, std::string_view)>& take) {
  const fs::path file = dir_ / name;
  const UniqueFd fd = open_or_none(file);
  if (!fd) return false;
  thread_local std::string buffer(kPiece, '\0');
  const FileRange part = range.value_or(FileRange{0, UINT64_MAX});
  for (std::uint64_t done = 0; done < part.size;) {
    const std::size_t want = std::min<std::uint64_t>(buffer.size(), part.size - done);
    const ssize_t n = ::pread(fd.get(), buffer.data(), want, static_cast<off_t>(part.offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("read", file.string());
    if (n == 0) break;
    in_.take(static_cast<std::uint64_t>(n));
    take(done, std::string_view(buffer).substr(0, static_cast<std::size_t>(n)));
    done += static_cast<std::size_t>(n);
  }
  return true;
}

bool DirPlace::get(const std::string& name, const std::optional<FileRange>& range, const FileTarget& target) {
  if (range || in_.is_on()) {
    return read(name, range, [&](std::uint64_t at, std::string_view bytes) {
      write_to(target, at, bytes);
      if (target.moved) target.moved(bytes.size());
    });
  }
  const UniqueFd fd = open_or_none(dir_ / name);
  if (fd) copy_contents(fd.get(), target.fd, target.path, target.moved);
  return static_cast<bool>(fd);
}

bool DirPlace::share(const std::string& name, int fd) {
  const UniqueFd from = open_or_none(dir_ / name);
  return from && share_contents(from.get(), fd);
}

void DirPlace::put(const std::string& name, std::string_view bytes) {
  if (is_there(name, bytes.size())) return;
  Incoming incoming(*this, name, std::nullopt);
  for (std::string_view rest = bytes; !rest.empty(); rest.remove_prefix(std::min(rest.size(), kPiece))) {
    const std::string_view piece = rest.substr(0, kPiece);
    out_.take(piece.size());
    incoming.add(piece);
  }
  incoming.publish();
}

void DirPlace::put_file(const std::string& name, const std::string& file, const Digest& digest, const Moved& moved) {
  const UniqueFd from = open_read(file);
  const std::uint64_t size = stat_fd(from.get(), file).size;
  if (is_there(name, size)) return;
  Incoming incoming(*this, name, digest, size);
  if (is_there(name, size)) return;  // by whoever was waited for
  incoming.copy(from.get(), file, moved);
  incoming.publish();
}

void DirPlace::replace(const std::string& name, std::string_view bytes) { write_file(dir_ / name, bytes); }

void DirPlace::remove(const std::string& name) {
  if (remove_file(dir_ / name)) note(name);
}

void DirPlace::settle() {
  std::set<fs::path> touched;
  bool relist = false;
  {
    const std::lock_guard lock(mutex_);
    touched = std::exchange(touched_, {});
    relist = std::exchange(relist_, false);
  }
  for (const fs::path& directory : touched) fsync_dir(directory);
  if (relist) list_indexes();
}

/// Throws if the directory itself is gone: nothing but the format makes it, so a disk that is not mounted stays so.
StagingDir& DirPlace::staging(std::string_view name) {
  const std::lock_guard lock(mutex_);
  if (staging_) return *staging_;
  if (name == kFormatFile) make_dirs(dir_);
  remove_kept(dir_, kHalf, world_.clock.now() + -kKeptFor);
  return staging_.emplace(dir_);
}

/// A file of another size is the remains of a disk's mishap: good bytes take its place.
bool DirPlace::is_there(const std::string& name, std::uint64_t size) const {
  const auto stat = find_stat(dir_ / name);
  return stat && stat->kind == FileKind::file && stat->size == size;
}

void DirPlace::note(const std::string& name) {
  const std::lock_guard lock(mutex_);
  touched_.insert((dir_ / name).parent_path());
  relist_ = relist_ || name.starts_with(kIndexesAt);
}

std::vector<std::string> DirPlace::index_names() const {
  std::vector<std::string> out;
  for (const std::string_view where : {kIndexesAt, kPacksAt}) {
    if (!find_stat(dir_ / where / ".")) continue;
    for (const DirEntry& entry : list_dir(dir_ / where)) {
      if (is_index_name(std::string(where) + entry.name)) out.push_back(std::string(where) + entry.name);
    }
  }
  return out;
}

void DirPlace::list_indexes() {
  const LockFile lock = LockFile::acquire(dir_ / "indexes.lock", "mlo push", std::chrono::minutes(1), world_);
  std::string names;
  for (const std::string& name : index_names()) names += name + "\n";
  write_file(dir_ / "indexes", names);
}

}  // namespace mlo
