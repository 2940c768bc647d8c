#include "lib/trace/watched_call.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace mlo {
namespace {

/// Where nobody keeps links into a repository.
constexpr std::string_view kSystem[] = {"/usr/bin/", "/usr/lib/", "/usr/share/", "/usr/include/", "/bin/", "/lib/",
                                        "/lib64/",   "/etc/",     "/proc/",      "/sys/",         "/dev/"};

int dir_of(std::uint64_t argument) { return static_cast<int>(static_cast<std::uint32_t>(argument)); }

}  // namespace

CallReader::CallReader(const TraceSpec& spec) : spec_(spec), top_(spec.root.string()) {
  if (top_.empty() || top_.back() != '/') top_ += '/';
  for (const std::string_view prefix : kSystem) {
    if (!top_.starts_with(prefix) && !prefix.starts_with(top_)) system_.emplace_back(prefix);
  }
}

CallEffect CallReader::effect_of(CallKind kind, const WaitingCall& call, const TracedProcess& process) const {
  const auto& args = call.args;
  switch (kind) {
    case CallKind::open:
      return open(process, AT_FDCWD, args[0], args[1]);
    case CallKind::openat:
      return open(process, dir_of(args[0]), args[1], args[2]);
    case CallKind::openat2:
      return openat2(process, call);
    case CallKind::creat:
      return open(process, AT_FDCWD, args[0], O_CREAT | O_WRONLY | O_TRUNC);
    case CallKind::execve:
      return execute(process, AT_FDCWD, args[0], /*empty_ok=*/false);
    case CallKind::execveat:
      return execute(process, dir_of(args[0]), args[1], (args[4] & AT_EMPTY_PATH) != 0);
    case CallKind::truncate:
      return truncate(process, args[0]);
    case CallKind::rename:
    case CallKind::link:
      return move(process, AT_FDCWD, args[0], AT_FDCWD, args[1]);
    case CallKind::renameat:
    case CallKind::linkat:
      return move(process, dir_of(args[0]), args[1], dir_of(args[2]), args[3]);
    case CallKind::symlink:
      return make_name(process, AT_FDCWD, args[1]);
    case CallKind::symlinkat:
      return make_name(process, dir_of(args[1]), args[2]);
    case CallKind::mkdir:
      return make_name(process, AT_FDCWD, args[0]);
    case CallKind::mkdirat:
      return make_name(process, dir_of(args[0]), args[1]);
    case CallKind::remove:
      return remove(process, AT_FDCWD, args[0]);
    case CallKind::removeat:
      return remove(process, dir_of(args[0]), args[1]);
    case CallKind::leaves:
      break;
  }
  CallEffect effect;
  effect.leaves = "a process changed what paths mean (chroot, mount or a handle)";
  return effect;
}

bool CallReader::is_of_system(const std::string& path) const {
  return std::any_of(system_.begin(), system_.end(),
                     [&](const std::string& prefix) { return path.starts_with(prefix); }) &&
         path.find("/../") == std::string::npos;
}

std::optional<std::string> CallReader::inside(const std::string& path) const {
  if (!path.starts_with(top_)) return std::nullopt;
  std::string relative = path.substr(top_.size());
  if (relative.empty() || (spec_.is_elsewhere && spec_.is_elsewhere(relative))) return std::nullopt;
  return relative;
}

std::optional<std::string> CallReader::inside(const TracedProcess& process, int dir, const NamedPath& name,
                                              const FoundFile& found) const {
  if (auto path = inside(found.path)) return path;
  if (name.path.starts_with('/')) return inside(fs::path(name.path).lexically_normal().string());
  const auto base = process.directory(dir);
  return base ? inside((fs::path(*base) / name.path).lexically_normal().string()) : std::nullopt;
}

CallEffect CallReader::open(const TracedProcess& process, int dir, std::uint64_t path, std::uint64_t flags,
                            std::uint64_t resolve) const {
  CallEffect effect;
  if ((flags & (O_PATH | O_DIRECTORY)) != 0) return effect;
  auto name = process.path(dir, path);
  if (name && (resolve & RESOLVE_IN_ROOT) != 0 && name->path.starts_with('/')) {
    name->path.erase(0, name->path.find_first_not_of('/'));
    name->at = fmt::format("{}/{}", process.directory(dir).value_or(""), name->path);
  }
  if (!name || (name->at == name->path && is_of_system(name->path))) return effect;
  const auto found = find_file_at(name->at, (flags & O_NOFOLLOW) == 0);
  if (!found) {
    const auto place = (flags & O_CREAT) == 0 ? std::nullopt : place_at(name->at);
    if (place) effect.written = inside(*place);
    effect.how = FileLog::Write::makes;
    return effect;
  }
  if (!S_ISREG(found->mode) || (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL)) return effect;
  const auto file = inside(process, dir, *name, *found);
  if (!file) return effect;
  const auto access_mode = flags & O_ACCMODE;
  const bool reads = access_mode != O_WRONLY && (flags & O_TRUNC) == 0;
  const bool writes = access_mode != O_RDONLY || (flags & O_TRUNC) != 0;
  if (!may_use(*found, (reads ? R_OK : 0) | (writes ? W_OK : 0))) return effect;
  if (reads) effect.read = file;
  if (writes) effect.written = file;
  effect.how = (flags & O_TRUNC) != 0 ? FileLog::Write::makes : FileLog::Write::changes;
  return effect;
}

CallEffect CallReader::openat2(const TracedProcess& process, const WaitingCall& call) const {
  open_how how{};
  if (call.args[3] < sizeof how || !process.read(call.args[2], {reinterpret_cast<char*>(&how), sizeof how}))  // NOLINT
    return {};
  return open(process, dir_of(call.args[0]), call.args[1], how.flags, how.resolve);
}

CallEffect CallReader::execute(const TracedProcess& process, int dir, std::uint64_t path, bool empty_ok) const {
  CallEffect effect;
  const auto name = process.path(dir, path, empty_ok);
  const auto found = name ? find_file_at(name->at) : std::nullopt;
  if (!found || !S_ISREG(found->mode) || ::access(name->at.c_str(), X_OK) != 0) return effect;
  effect.read = inside(process, dir, *name, *found);
  if (!effect.read) effect.program = found->path;
  return effect;
}

CallEffect CallReader::truncate(const TracedProcess& process, std::uint64_t path) const {
  CallEffect effect;
  const auto name = process.path(AT_FDCWD, path);
  const auto found = name ? find_file_at(name->at) : std::nullopt;
  if (found && S_ISREG(found->mode)) effect.written = inside(process, AT_FDCWD, *name, *found);
  return effect;
}

CallEffect CallReader::move(const TracedProcess& process, int from_dir, std::uint64_t from, int to_dir,
                            std::uint64_t to) const {
  CallEffect effect;
  const auto old_name = process.path(from_dir, from, /*empty_ok=*/true), new_name = process.path(to_dir, to);
  const auto place = new_name ? place_at(new_name->at) : std::nullopt;
  const auto found = old_name ? find_file_at(old_name->at, /*follow=*/false) : std::nullopt;
  if (!place || !found) return effect;
  const auto old_place = place_at(old_name->at);
  effect.from = old_place ? inside(*old_place).value_or("") : "";
  effect.to = inside(*place).value_or("");
  if (S_ISREG(found->mode) && !effect.from.empty()) effect.read = effect.from;
  effect.moves = !effect.from.empty() || !effect.to.empty();
  return effect;
}

CallEffect CallReader::make_name(const TracedProcess& process, int dir, std::uint64_t path) const {
  CallEffect effect;
  const auto name = process.path(dir, path);
  const auto place = name && !find_file_at(name->at, /*follow=*/false) ? place_at(name->at) : std::nullopt;
  if (place) effect.written = inside(*place);
  effect.how = FileLog::Write::makes;
  return effect;
}

CallEffect CallReader::remove(const TracedProcess& process, int dir, std::uint64_t path) const {
  CallEffect effect;
  const auto name = process.path(dir, path);
  const auto place = name && find_file_at(name->at, /*follow=*/false) ? place_at(name->at) : std::nullopt;
  if (place) effect.removed = inside(*place);
  return effect;
}

}  // namespace mlo
