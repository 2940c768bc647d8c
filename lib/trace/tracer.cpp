#include "lib/trace/tracer.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "lib/trace/watched_call.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::size_t kMostPrograms = 1000;

/// Notifications that let the call go on came with Linux 5.5, and no flag tells.
bool kernel_has_notifications() {
  utsname system{};
  if (::uname(&system) != 0) return false;
  const auto parts = split(system.release, '.');
  const auto major = parse_i64(parts[0]);
  const auto minor =
      parts.size() < 2 ? std::nullopt : parse_i64(parts[1].substr(0, parts[1].find_first_not_of("0123456789")));
  return major && minor && (*major > 5 || (*major == 5 && *minor >= 5));
}

/// What the child sent: the errno for which it has no filter, or 0 and the listener.
int receive_listener(int socket, UniqueFd& listener) {
  int failure = 0;
  iovec data{&failure, sizeof failure};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t got = -1;
  do {
    got = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  if (got != static_cast<ssize_t>(sizeof failure)) return EPIPE;
  const cmsghdr* const header = CMSG_FIRSTHDR(&message);
  if (failure != 0 || header == nullptr || header->cmsg_type != SCM_RIGHTS) return failure == 0 ? EPIPE : failure;
  int fd = -1;
  std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
  listener = UniqueFd(fd);
  return 0;
}

std::string reason_of(int failure) {
  if (failure == EBUSY) return "it runs inside another trace";
  return fmt::format("the system refuses a seccomp filter: {}", std::strerror(failure));
}

}  // namespace

struct Tracer::State {
  explicit State(TraceSpec given)
      : spec(std::move(given)),
        reader(spec),
        filter(call_filter(pass(), spec.denies ? CallSet::all : CallSet::content)) {
    seccomp_notif_sizes sizes{};
    if (!kernel_has_notifications() || ::syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) != 0) {
      incomplete = "this kernel cannot notify of system calls (Linux 5.5 can)";
      return;
    }
    call.resize(std::max<std::size_t>(sizes.seccomp_notif, sizeof(seccomp_notif)) / sizeof(std::uint64_t) + 1);
    response.resize(
        std::max<std::size_t>(sizes.seccomp_notif_resp, sizeof(seccomp_notif_resp)) / sizeof(std::uint64_t) + 1);
    possible = true;
  }

  /// No program calls execve with this by chance, and no other mlo has the same.
  static std::uint64_t pass() { return 0x6D6C6F0000000000U | static_cast<std::uint32_t>(::getpid()); }

  void fail(std::string reason) {
    if (incomplete.empty()) incomplete = std::move(reason);
  }

  void answer_one() {
    std::fill(call.begin(), call.end(), 0);
    auto* const seen = reinterpret_cast<seccomp_notif*>(call.data());  // NOLINT: the kernel says how large it is
    if (::ioctl(listener.get(), SECCOMP_IOCTL_NOTIF_RECV, seen) != 0) {
      // ENOENT: who asked was killed meanwhile.
      if (errno != ENOENT && errno != EINTR) give_up("receive");
      return;
    }
    const CallEffect effect = look_at(*seen);
    const bool denied_now = is_denied(effect);
    std::fill(response.begin(), response.end(), 0);
    auto* const reply = reinterpret_cast<seccomp_notif_resp*>(response.data());  // NOLINT
    reply->id = seen->id;
    if (denied_now) {
      reply->error = -EACCES;
    } else {
      reply->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    }
    // It waited until now, so all that was read of it is its own.
    if (::ioctl(listener.get(), SECCOMP_IOCTL_NOTIF_SEND, reply) == 0) {
      if (!denied_now) note(effect);
    } else if (errno != ENOENT) {
      give_up("answer");
    }
  }

  CallEffect look_at(const seccomp_notif& seen) {
    if (lost) return {};
    if (seen.pid == 0) {
      fail("a process is hidden from mlo (a namespace of process ids around it)");
      return {};
    }
    const auto kind = kind_of_call(seen.data.nr);
    if (!kind) return {};
    return reader.effect_of(*kind, seen, TracedProcess(static_cast<pid_t>(seen.pid), on_failure));
  }

  bool is_denied(const CallEffect& effect) {
    if (!spec.denies) return false;
    const auto ask = [&](const std::string& path, bool writes, bool exists) {
      if (path.empty() || touches(spec.untouched, path)) return false;
      if (!spec.denies({path, writes, exists, files.made(path)})) return false;
      denied.insert(path);
      return true;
    };
    const bool creates = effect.how == FileLog::Write::makes && !effect.read;
    if (effect.written && ask(*effect.written, true, !creates || exists(*effect.written))) return true;
    if (effect.removed && ask(*effect.removed, true, true)) return true;
    if (effect.moves && ask(effect.from, true, true)) return true;
    if (effect.moves && ask(effect.to, true, exists(effect.to))) return true;
    return effect.read && !touches(spec.unread, *effect.read) && ask(*effect.read, false, true);
  }

  bool exists(const std::string& path) const { return find_stat(spec.root / path).has_value(); }

  static bool touches(const PathSet& tops, std::string_view path) {
    while (!tops.contains(path)) {
      const std::size_t slash = path.rfind('/');
      if (slash == std::string_view::npos) return false;
      path = path.substr(0, slash);
    }
    return true;
  }

  void note(const CallEffect& effect) {
    if (!effect.leaves.empty()) {
      fail(effect.leaves);
      lost = true;
    }
    if (effect.program && programs.size() < kMostPrograms) programs.insert(*effect.program);
    if (effect.read && !touches(spec.untouched, *effect.read) && !touches(spec.unread, *effect.read))
      files.read(*effect.read);
    if (effect.written && !touches(spec.untouched, *effect.written)) files.write(*effect.written, effect.how);
    if (effect.moves) files.moved(effect.from, touches(spec.untouched, effect.to) ? "" : effect.to);
  }

  void give_up(std::string_view verb) {
    broken = true;
    fail(fmt::format("cannot {} a notification: {}", verb, std::strerror(errno)));
    listener.reset();
  }

  const TraceSpec spec;
  CallReader reader;
  std::vector<sock_filter> filter;
  sock_fprog program{};
  Confinement confinement;
  int landlock_fd = -1;
  UniqueFd ours, theirs, listener;
  std::vector<std::uint64_t> call, response;
  bool possible = false, traced = false, broken = false;
  bool lost = false;  ///< names are not looked up any more: whoever answers for them could wait for us
  std::string incomplete;
  const std::function<void(std::string)> on_failure = [this](std::string reason) { fail(std::move(reason)); };
  FileLog files;
  std::set<std::string> programs, denied;
};

Tracer::Tracer(TraceSpec spec) : state_(std::make_unique<State>(std::move(spec))) {}
Tracer::~Tracer() = default;

void Tracer::enclose(int landlock_fd) { state_->landlock_fd = landlock_fd; }

void Tracer::arm(ProcessSpec& process) {
  State& s = *state_;
  s.confinement = {.landlock_fd = s.landlock_fd};
  if (s.possible) {
    int sockets[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0) throw_errno("create", "socket pair");
    s.ours = UniqueFd(sockets[0]);
    s.theirs = UniqueFd(sockets[1]);
    s.program = {static_cast<unsigned short>(s.filter.size()), s.filter.data()};
    s.confinement.filter = &s.program;
    s.confinement.pass = State::pass();
    s.confinement.listener_to = s.theirs.get();
  }
  process.confinement = s.possible || s.landlock_fd >= 0 ? &s.confinement : nullptr;
}

void Tracer::attach() {
  State& s = *state_;
  if (!s.possible) return;
  s.theirs.reset();  // so that a child that died before it sent is the end of the file
  const int failure = receive_listener(s.ours.get(), s.listener);
  s.ours.reset();
  if (failure != 0) return s.fail(reason_of(failure));
  s.traced = true;
  // The one who asks and the one who answers take turns: on one processor that is faster (Linux 6.6).
  constexpr unsigned long kSetFlags = _IOW('!', 4, std::uint64_t);
  ::ioctl(s.listener.get(), kSetFlags, 1UL);
}

int Tracer::poll_fd() const { return state_->listener.get(); }

void Tracer::answer(short events) {
  if (!state_->listener) return;
  if ((events & POLLIN) == 0) return state_->listener.reset();  // all that it is for are gone
  state_->answer_one();
}

void Tracer::detach() {
  state_->listener.reset();
  state_->ours.reset();
  state_->theirs.reset();
}

const std::string& Tracer::incomplete() const { return state_->incomplete; }
bool Tracer::traced() const { return state_->traced; }
bool Tracer::broken() const { return state_->broken; }
const FileLog& Tracer::files() const { return state_->files; }
const std::set<std::string>& Tracer::programs() const { return state_->programs; }
const std::set<std::string>& Tracer::denied() const { return state_->denied; }

std::optional<std::string> why_untraceable(const fs::path& root) {
  Tracer tracer({.root = root, .is_elsewhere = {}, .unread = {}, .untouched = {}, .denies = {}});
  ProcessSpec process{.argv = {"/bin/sh", "-c", "exec /bin/sh -c :"}, .own_group = true};
  tracer.arm(process);
  ChildProcess child = ChildProcess::start(process);
  tracer.attach();
  while (tracer.poll_fd() >= 0) {
    pollfd waits[2] = {{tracer.poll_fd(), POLLIN, 0}, {child.poll_fd(), POLLIN, 0}};
    if (::poll(waits, 2, 5000) <= 0 || waits[1].revents != 0) break;
    tracer.answer(waits[0].revents);
  }
  if (!tracer.incomplete().empty()) return tracer.incomplete();
  if (child.wait().code != 0) return "a traced process did not work";
  return std::nullopt;
}

}  // namespace mlo
