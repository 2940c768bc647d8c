#include "lib/trace/landlock.hpp"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "lib/util/error.hpp"

namespace mlo {
namespace {

// What came after the first version of the interface, which headers of older systems lack.
constexpr std::uint64_t kFirst = (1U << 13U) - 1, kRefer = 1U << 13U, kTruncate = 1U << 14U;
constexpr std::uint64_t kRead = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE;
constexpr std::uint64_t kOfFiles = kRead | LANDLOCK_ACCESS_FS_WRITE_FILE | kTruncate;
constexpr std::uint64_t kWrite = kFirst | kRefer | kTruncate;

long interface_version() { return ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION); }

}  // namespace

std::optional<std::string> Landlock::why_not() {
  if (interface_version() > 0) return std::nullopt;
  return errno == EOPNOTSUPP ? "Landlock is switched off in this kernel"
                             : fmt::format("the system has no Landlock: {}", std::strerror(errno));
}

Landlock::Landlock() {
  const long version = interface_version();
  handled_ = kFirst | (version >= 2 ? kRefer : 0) | (version >= 3 ? kTruncate : 0);
  const landlock_ruleset_attr attributes{handled_};
  rules_ = UniqueFd(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0)));
  if (!rules_) throw_errno("create", "sandbox");
  const UniqueFd top(::open("/", O_PATH | O_CLOEXEC));
  add(top.get(), LANDLOCK_ACCESS_FS_READ_DIR);
}

void Landlock::add(int place, std::uint64_t rights) {
  struct stat stat {};
  if (::fstat(place, &stat) != 0) return;
  if (!S_ISDIR(stat.st_mode)) rights &= kOfFiles;
  const landlock_path_beneath_attr rule{rights & handled_, place};
  if (::syscall(SYS_landlock_add_rule, rules_.get(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0 && errno != EBADFD)
    throw_errno("make a rule of", "sandbox");
}

void Landlock::allow(const fs::path& path, Right right) {
  const UniqueFd place(::open(path.c_str(), O_PATH | O_CLOEXEC));
  if (place) add(place.get(), right == Right::read ? kRead : kWrite);
}

void Landlock::allow_entries(const fs::path& directory, const std::string& but) {
  std::vector<DirEntry> entries;
  try {
    entries = list_dir(directory);
  } catch (const Error&) {  // not for us to list, so not for the stage
    return;
  }
  for (const DirEntry& entry : entries) {
    // What a link leads to has its own entry somewhere; it could lead to where nothing is allowed.
    if (entry.name == but || entry.kind == FileKind::symlink) continue;
    const UniqueFd place(::open((directory / entry.name).c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    if (place) add(place.get(), kRead);
  }
}

void Landlock::allow_around(const fs::path& path) {
  fs::path directory = "/";
  for (const fs::path& name : path.relative_path()) {
    allow_entries(directory, name.string());
    directory /= name;
  }
}

}  // namespace mlo
