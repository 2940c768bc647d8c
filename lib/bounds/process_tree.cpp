#include "lib/bounds/process_tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <set>

#include "lib/util/fs.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr unsigned kInnerBits = 22;
constexpr TreeMark kInner = (TreeMark{1} << kInnerBits) - 1;
constexpr TreeMark kMark = TreeMark{1} << 62U;  ///< set in every mark: nobody's `ulimit -x` looks like one

bool is_mark(std::uint64_t limit) { return limit != RLIM_INFINITY && (limit & kMark) != 0 && limit >> 63U == 0; }

std::uint64_t limit_of(pid_t pid) {
  rlimit limit{};
  return ::prlimit(pid, RLIMIT_LOCKS, nullptr, &limit) == 0 ? limit.rlim_cur : RLIM_INFINITY;
}

/// Whether a process with the limit `found` is in the tree: it has its mark, or that of a run inside it.
bool in_tree(std::uint64_t found, TreeMark mark) {
  return is_mark(found) && (found == mark || ((mark & kInner) == 0 && (found & ~kInner) == mark));
}

/// A small file of the kernel; empty if it is gone.
std::string_view read_proc(const char* path, char (&buffer)[4096]) {
  const UniqueFd fd(::open(path, O_RDONLY | O_CLOEXEC));
  const ssize_t size = fd ? ::read(fd.get(), buffer, sizeof buffer) : -1;
  return {buffer, size < 0 ? 0 : static_cast<std::size_t>(size)};
}

/// Of /proc/PID/stat, as in proc(5): a name may hold blanks and brackets.
struct ProcStat {
  bool ended = false;  ///< nobody has waited for it yet
  pid_t parent = 0;
  std::uint64_t threads = 0, pages = 0;
};
std::optional<ProcStat> stat_of(pid_t pid) {
  char buffer[4096];
  const std::string_view text = read_proc(fmt::format("/proc/{}/stat", pid).c_str(), buffer);
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string_view::npos || name_end + 2 > text.size()) return std::nullopt;
  const auto fields = split(text.substr(name_end + 2), ' ');
  if (fields.size() < 22) return std::nullopt;
  const std::uint64_t threads = parse_u64(fields[17]).value_or(0);
  return ProcStat{(fields[0] == "Z" || fields[0] == "X") && threads <= 1,
                  static_cast<pid_t>(parse_i64(fields[1]).value_or(0)), threads, parse_u64(fields[21]).value_or(0)};
}

template <class Visit>
void each_process(const Visit& visit) {
  DIR* const dir = ::opendir("/proc");
  if (dir == nullptr) return;
  while (const dirent* const entry = ::readdir(dir)) {
    if (const auto pid = parse_u64(entry->d_name); pid && *pid > 0) visit(static_cast<pid_t>(*pid));
  }
  ::closedir(dir);
}

/// Children of this process that were given to it: the kernel hands orphans to the oldest thread.
std::vector<pid_t> adopted_children() {
  std::vector<pid_t> out;
  const pid_t self = ::getpid();
  const UniqueFd fd(::open(fmt::format("/proc/self/task/{}/children", self).c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) {  // a kernel without that file
    each_process([&](pid_t pid) {
      if (const auto stat = stat_of(pid); stat && stat->parent == self) out.push_back(pid);
    });
    return out;
  }
  std::string text;
  char buffer[4096];
  for (ssize_t n = 0; (n = ::read(fd.get(), buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(n));
  for (const std::string_view word : split(text, ' ')) {
    if (const auto pid = parse_u64(trim(word))) out.push_back(static_cast<pid_t>(*pid));
  }
  return out;
}

/// While it lives this thread runs before all that compete with it, where it may: one who starts processes faster than
/// they are killed must not win by their number.
class FirstInLine {
 public:
  FirstInLine() : before_(::sched_getscheduler(0)) {
    const sched_param first{1};
    raised_ = before_ == SCHED_OTHER && ::sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &first) == 0;
  }
  FirstInLine(const FirstInLine&) = delete;
  ~FirstInLine() {
    const sched_param none{};
    if (raised_) ::sched_setscheduler(0, before_, &none);
  }

 private:
  int before_;
  bool raised_;
};

/// Kills all processes of which `is_one` is true, until none of them runs or five seconds are over. Returns how many.
template <class Judge>
std::size_t kill_each(const Judge& is_one) {
  std::set<pid_t> killed;
  std::optional<FirstInLine> first;
  const std::int64_t give_up = monotonic_ms() + 5000;
  const auto runs = [&](pid_t pid) {
    if (!is_one(pid)) return false;
    const auto stat = stat_of(pid);
    return stat && !stat->ended;
  };
  for (useconds_t pause = 200;; pause = std::min<useconds_t>(pause * 2, 5000)) {
    bool any = false;
    each_process([&](pid_t pid) {
      if (!runs(pid)) return;
      // What is looked at once more while a descriptor stands for it cannot be another one that got its number.
      const UniqueFd held(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
      if (!runs(pid)) return;
      any = true;
      killed.insert(pid);
      if (!held || (::syscall(SYS_pidfd_send_signal, held.get(), SIGKILL, nullptr, 0) != 0 && errno != ESRCH))
        ::kill(pid, SIGKILL);
    });
    if (!any || monotonic_ms() > give_up) return killed.size();
    if (!first) first.emplace();
    ::usleep(pause);
  }
}

/// This process and all above it.
std::set<pid_t> own_line() {
  std::set<pid_t> line;
  for (pid_t pid = ::getpid(); pid > 0 && line.insert(pid).second;) {
    const auto stat = stat_of(pid);
    pid = stat ? stat->parent : 0;
  }
  return line;
}

/// Whether `pid` is below `top`. One between them that ends meanwhile hands its children up: then it is asked again.
bool is_below(pid_t pid, pid_t top) {
  for (int tries = 0; tries < 8; ++tries) {
    pid_t at = pid;
    while (at > 1 && at != top) {
      const auto stat = stat_of(at);
      if (!stat) break;
      at = stat->parent;
    }
    if (at == top) return pid != top;
    if (at <= 1 || at == pid) return false;
  }
  return false;
}

}  // namespace

TreeMark make_mark() {
  static std::atomic<std::uint64_t> made = 0;
  rlimit own{};
  if (::getrlimit(RLIMIT_LOCKS, &own) != 0 || own.rlim_max != RLIM_INFINITY) return 0;
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  // No two processes have the same number at the same time. Mixed (SplitMix64), so that the upper bits alone tell.
  std::uint64_t mark = static_cast<std::uint64_t>(now.tv_sec) << 34U ^ static_cast<std::uint64_t>(now.tv_nsec) << 4U ^
                       static_cast<std::uint64_t>(::getpid()) << 40U ^ ++made;
  mark = (mark ^ (mark >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  mark = (mark ^ (mark >> 27U)) * 0x94D049BB133111EBULL;
  mark ^= mark >> 31U;
  if (!is_mark(own.rlim_cur)) return (kMark | (mark & (kMark - 1))) & ~kInner;
  return (own.rlim_cur & kInner) != 0 ? 0 : own.rlim_cur | std::max<std::uint64_t>(mark & kInner, 1);
}

void adopt_orphans() { ::prctl(PR_SET_CHILD_SUBREAPER, 1); }

std::int64_t monotonic_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}

TreeUsage ProcessTable::usage(TreeMark mark) {
  const std::lock_guard lock(mutex_);
  const std::int64_t now = monotonic_ms();
  if (trees_.empty() || now - read_at_ > 20 || !trees_.contains(mark)) {
    static const auto kPage = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    trees_.clear();
    trees_[mark];
    each_process([this](pid_t pid) {
      const std::uint64_t found = limit_of(pid);
      const auto stat = is_mark(found) ? stat_of(pid) : std::nullopt;
      if (!stat) return;
      const auto add = [&](TreeUsage& tree) {
        tree.tasks += stat->threads;
        tree.memory += stat->pages * kPage;
        tree.largest = std::max(tree.largest, stat->pages * kPage);
        tree.pids.push_back(pid);
      };
      add(trees_[found]);
      if ((found & kInner) != 0) add(trees_[found & ~kInner]);
    });
    read_at_ = monotonic_ms();
  }
  return trees_[mark];
}

std::optional<std::uint64_t> shared_memory_of(const std::vector<pid_t>& pids) {
  std::optional<std::uint64_t> bytes;
  char buffer[4096];
  for (const pid_t pid : pids) {
    std::optional<std::uint64_t> share;
    for (const std::string_view line :
         split_lines(read_proc(fmt::format("/proc/{}/smaps_rollup", pid).c_str(), buffer))) {
      if (!line.starts_with("Pss:")) continue;
      const std::string_view number = trim(line.substr(4));
      share = parse_u64(number.substr(0, number.find(' ')));
    }
    if (share) bytes = bytes.value_or(0) + *share * 1024;
  }
  return bytes;
}

std::size_t kill_tree(TreeMark mark) {
  if (mark == 0) return 0;
  std::size_t count = 0;
  std::optional<FirstInLine> first;
  // Whoever loses its parent becomes our child, so no child with the mark means no process with it. Only what does not
  // die is left: as long as some do, it goes on.
  std::int64_t give_up = monotonic_ms() + 5000;
  for (useconds_t pause = 200;; pause = std::min<useconds_t>(pause * 2, 5000)) {
    bool any = false;
    for (const pid_t pid : adopted_children()) {
      if (!in_tree(limit_of(pid), mark)) continue;
      any = true;
      ::kill(pid, SIGKILL);
      int status = 0;
      if (::waitpid(pid, &status, WNOHANG) != pid) continue;
      count += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? 1U : 0U;
      give_up = monotonic_ms() + 5000;
    }
    if (!any || monotonic_ms() > give_up) return count;
    if (!first) first.emplace();
    each_process([mark](pid_t pid) {
      if (in_tree(limit_of(pid), mark)) ::kill(pid, SIGKILL);
    });
    ::usleep(pause);
  }
}

std::size_t kill_left_trees(const std::vector<TreeMark>& marks) {
  const std::set<pid_t> spared = own_line();
  return kill_each([&](pid_t pid) {
    const std::uint64_t found = limit_of(pid);
    return is_mark(found) && !spared.contains(pid) &&
           std::any_of(marks.begin(), marks.end(), [&](TreeMark mark) { return mark != 0 && in_tree(found, mark); });
  });
}

void kill_descendants() {
  const pid_t self = ::getpid();
  kill_each([self](pid_t pid) { return is_below(pid, self); });
}

void reap_orphans(TreeMark mark, pid_t leader) {
  if (mark == 0) return;
  for (const pid_t pid : adopted_children()) {
    if (pid != leader && in_tree(limit_of(pid), mark)) ::waitpid(pid, nullptr, WNOHANG);
  }
}

}  // namespace mlo
