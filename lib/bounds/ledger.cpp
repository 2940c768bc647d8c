#include "lib/bounds/ledger.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <set>

#include "lib/bounds/ledger_entry.hpp"
#include "lib/bounds/process_tree.hpp"
#include "lib/util/error.hpp"

namespace mlo {

/// The open file. Its locks belong to this description: the kernel frees them when it is closed, also by a kill.
/// Entries of this process are told from those of others by `mine`, because its own locks never stand in its way.
struct LedgerFile {
  UniqueFd fd;
  fs::path path;
  std::mutex mutex;
  std::condition_variable freed;
  std::set<std::size_t> mine;
};

namespace {

constexpr off_t kGuards = off_t{1} << 40U;  ///< entry i is alive while byte kGuards + i is locked
constexpr off_t kMaster = kGuards - 1;      ///< locked for the moment in which entries are read and changed
constexpr std::size_t kMaxEntries = 4096;
constexpr auto kOne = static_cast<off_t>(sizeof(LedgerEntry));

/// False if another process has it locked.
bool set_lock(const LedgerFile& file, off_t at, short type) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = at;
  lock.l_len = 1;
  while (::fcntl(file.fd.get(), F_OFD_SETLK, &lock) != 0) {
    if (errno == EAGAIN || errno == EACCES) return false;
    if (errno != EINTR) throw_errno("lock", file.path.string());
  }
  return true;
}

bool is_locked(const LedgerFile& file, off_t at) {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = at;
  lock.l_len = 1;
  return ::fcntl(file.fd.get(), F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

class MasterLock {
 public:
  MasterLock(const LedgerFile& file, const std::stop_token& stop) : file_(file) {
    const std::int64_t give_up = monotonic_ms() + 10'000;
    for (useconds_t pause = 20; !set_lock(file, kMaster, F_WRLCK); pause = std::min<useconds_t>(pause * 2, 5000)) {
      if (stop.stop_requested()) throw Error(ErrorKind::interrupted, "interrupted");
      if (monotonic_ms() > give_up) {
        throw Error(ErrorKind::conflict,
                    fmt::format("cannot lock `{}`: another process keeps it locked", file.path.string()))
            .hint("another directory can be named by `limits.leases` in .mlo/local/config.yaml");
      }
      ::usleep(pause);
    }
  }
  MasterLock(const MasterLock&) = delete;
  ~MasterLock() {
    struct flock lock {};
    lock.l_type = F_UNLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = kMaster;
    lock.l_len = 1;
    ::fcntl(file_.fd.get(), F_OFD_SETLK, &lock);
  }

 private:
  const LedgerFile& file_;
};

std::vector<LedgerEntry> read_entries(const LedgerFile& file) {
  std::vector<LedgerEntry> entries(64);
  for (;;) {
    const ssize_t got = ::pread(file.fd.get(), entries.data(), entries.size() * sizeof(LedgerEntry), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno("read", file.path.string());
    const std::size_t count = static_cast<std::size_t>(got) / sizeof(LedgerEntry);
    if (count < entries.size() || entries.size() == kMaxEntries) {
      entries.resize(count);
      return entries;
    }
    entries.resize(std::min(entries.size() * 4, kMaxEntries));
  }
}

void write_entry(const LedgerFile& file, std::size_t at, const LedgerEntry& entry) {
  if (::pwrite(file.fd.get(), &entry, sizeof entry, static_cast<off_t>(at) * kOne) != static_cast<ssize_t>(kOne))
    throw_errno("write", file.path.string());
}

/// What to do with one request, while the file is locked.
class Attempt {
 public:
  Attempt(LedgerFile& file, LedgerEntry& wanted, std::optional<std::size_t>& place)
      : file_(file), wanted_(wanted), place_(place), entries_(read_entries(file)) {}

  LeaseDecision decide(const LeaseRequest& request, const Budget& budget) {
    // Believed to live first: to ask for each costs more than all the rest, and it matters only if we must wait.
    LeaseDecision decision = decide_lease(wanted_, others(), request, budget);
    if (!decision.granted && bury_dead()) decision = decide_lease(wanted_, others(), request, budget);
    if (decision.granted) {
      wanted_.state = LedgerEntry::holding;
      for (std::size_t i = 0; i < decision.gpus.size(); ++i) wanted_.gpus[i] = lease_name(decision.gpus[i]);
      write();
    } else if (!place_) {
      wanted_.state = LedgerEntry::waiting;
      wanted_.ticket = 1;
      for (const LedgerEntry& entry : others()) {
        if (entry.ticket != UINT64_MAX) wanted_.ticket = std::max(wanted_.ticket, entry.ticket + 1);
      }
      write();
    }
    return decision;
  }

 private:
  std::vector<LedgerEntry> others() const {
    std::vector<LedgerEntry> out;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (i != place_ && is_valid(entries_[i])) out.push_back(entries_[i]);
    }
    return out;
  }

  bool bury_dead() {
    bool any = false;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (entries_[i].state == LedgerEntry::empty || i == place_ || file_.mine.contains(i)) continue;
      if (is_locked(file_, kGuards + static_cast<off_t>(i))) continue;
      entries_[i] = {};
      write_entry(file_, i, {});
      any = true;
    }
    return any;
  }

  void write() {
    for (std::size_t i = 0; !place_; ++i) {
      if (i >= kMaxEntries) throw Error(ErrorKind::conflict, fmt::format("`{}` is full", file_.path.string()));
      const bool taken = i < entries_.size() && entries_[i].state != LedgerEntry::empty && is_valid(entries_[i]);
      // One that says it is taken may be that of a killed process: its lock tells.
      if (file_.mine.contains(i) || (taken && is_locked(file_, kGuards + static_cast<off_t>(i)))) continue;
      if (set_lock(file_, kGuards + static_cast<off_t>(i), F_WRLCK)) place_ = i;
    }
    file_.mine.insert(*place_);
    write_entry(file_, *place_, wanted_);
  }

  LedgerFile& file_;
  LedgerEntry& wanted_;
  std::optional<std::size_t>& place_;
  std::vector<LedgerEntry> entries_;
};

/// Never throws: what cannot be written is freed by its lock.
void give_up_entry(LedgerFile& file, std::size_t at) {
  const std::lock_guard lock(file.mutex);
  const LedgerEntry none;
  if (::pwrite(file.fd.get(), &none, sizeof none, static_cast<off_t>(at) * kOne) < 0) errno = 0;
  struct flock guard {};
  guard.l_type = F_UNLCK;
  guard.l_whence = SEEK_SET;
  guard.l_start = kGuards + static_cast<off_t>(at);
  guard.l_len = 1;
  ::fcntl(file.fd.get(), F_OFD_SETLK, &guard);
  file.mine.erase(at);
  file.freed.notify_all();
}

UniqueFd open_lease_dir(const fs::path& dir) {
  const auto open = [&] { return UniqueFd(::open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)); };
  UniqueFd fd = open();
  if (!fd && errno == ENOENT) {
    if (::mkdir(dir.c_str(), 0700) != 0 && errno != EEXIST) throw_errno("create", dir.string());
    fd = open();
  }
  if (!fd) throw_errno("open", dir.string());
  struct stat stat {};
  if (::fstat(fd.get(), &stat) != 0) throw_errno("stat", dir.string());
  if (stat.st_uid == ::geteuid() && (stat.st_mode & 07777U) != 01777U) ::fchmod(fd.get(), 01777);
  return fd;
}

UniqueFd open_ledger(const fs::path& dir) {
  const UniqueFd at = open_lease_dir(dir);
  // Not O_CREAT alone: the kernel may refuse that for the file of another user in such a directory.
  for (int attempt = 0; attempt < 10; ++attempt) {
    UniqueFd fd(::openat(at.get(), "ledger", O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (fd) return fd;
    if (errno != ENOENT) break;
    fd = UniqueFd(::openat(at.get(), "ledger", O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (fd && ::fchmod(fd.get(), 0666) == 0) return fd;
    if (errno != EEXIST) break;
  }
  throw_errno("open", (dir / "ledger").string());
}

}  // namespace

fs::path default_lease_dir() {
  struct stat stat {};
  const bool shared = ::stat("/run/lock", &stat) == 0 && S_ISDIR(stat.st_mode) && (stat.st_mode & 01777U) == 01777U;
  return shared ? "/run/lock/mlo" : "/tmp/mlo-leases";
}

Lease::Lease(std::shared_ptr<LedgerFile> file, std::size_t entry, std::vector<std::string> gpus)
    : file_(std::move(file)), entry_(entry), gpus_(std::move(gpus)) {}
Lease::Lease(Lease&&) noexcept = default;
Lease::~Lease() {
  if (file_) give_up_entry(*file_, entry_);
}

Ledger::Ledger(fs::path dir) : dir_(std::move(dir)) { file_ = open(); }

std::shared_ptr<LedgerFile> Ledger::open() {
  auto file = std::make_shared<LedgerFile>();
  file->path = dir_ / "ledger";
  file->fd = open_ledger(dir_);
  struct stat stat {};
  if (::fstat(file->fd.get(), &stat) != 0) throw_errno("stat", file->path.string());
  if (!S_ISREG(stat.st_mode) || stat.st_nlink != 1) {
    throw Error(ErrorKind::io, fmt::format("cannot use `{}`: it is no file of its own", file->path.string()))
        .hint("remove it, or name another directory by `limits.leases` in .mlo/local/config.yaml");
  }
  return file;
}

Lease Ledger::acquire(const LeaseRequest& request, const Budget& budget, const std::stop_token& stop,
                      const std::function<void(const std::string&)>& waits) {
  std::shared_ptr<LedgerFile> file;
  {
    const std::lock_guard lock(mutex_);
    struct stat stat {};
    // Somebody who tidies up may have removed it: then others meet in a new one.
    if (::fstat(file_->fd.get(), &stat) == 0 && stat.st_nlink == 0) file_ = open();
    file = file_;
  }
  LedgerEntry wanted = make_entry(request);
  std::optional<std::size_t> place;
  std::unique_lock lock(file->mutex);
  try {
    for (auto pause = std::chrono::milliseconds(5);; pause = std::min(pause * 2, std::chrono::milliseconds(50))) {
      const bool first = !place;
      LeaseDecision decision;
      {
        const MasterLock master(*file, stop);
        decision = Attempt(*file, wanted, place).decide(request, budget);
      }
      if (decision.granted) return Lease(file, *place, std::move(decision.gpus));
      if (first) {
        lock.unlock();
        waits(decision.reason);
        lock.lock();
      }
      if (stop.stop_requested()) throw Error(ErrorKind::interrupted, "interrupted while it waited for its turn");
      file->freed.wait_for(lock, pause);
    }
  } catch (...) {
    if (lock.owns_lock()) lock.unlock();
    if (place) give_up_entry(*file, *place);
    throw;
  }
}

}  // namespace mlo
