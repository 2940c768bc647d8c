#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "lib/trace/call_source.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr unsigned long kSpecAllow = 1UL << 2U, kNewListener = 1UL << 3U, kWaitKillable = 1UL << 5U;

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

/// In the child: only system calls. False with errno set if the answer did not go out.
bool send_listener(int socket, int failure, int listener) {
  iovec data{&failure, sizeof failure};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof listener)] = {};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  if (listener >= 0) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof listener);
    std::memcpy(CMSG_DATA(header), &listener, sizeof listener);
  }
  return ::sendmsg(socket, &message, MSG_NOSIGNAL) == static_cast<ssize_t>(sizeof failure);
}

/// In the child: only system calls. It runs without a filter if the kernel gives it none.
bool listen_to_self(const TraceConfinement& confinement) {
  // Killable: a profiler's timer must not cut each call short again and again (Linux 5.19).
  const long listener = install_filter(*confinement.filter, kNewListener | kSpecAllow, kWaitKillable);
  return send_listener(confinement.socket, listener < 0 ? errno : 0, static_cast<int>(listener));
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

class Notifications : public CallSource {
 public:
  Notifications(CallSet calls, const seccomp_notif_sizes& sizes)
      : filter_(call_filter(SECCOMP_RET_USER_NOTIF, call_pass(), calls)),
        call_(words(sizes.seccomp_notif, sizeof(seccomp_notif))),
        response_(words(sizes.seccomp_notif_resp, sizeof(seccomp_notif_resp))) {}

  std::string_view name() const override { return "seccomp"; }

  void arm(TraceConfinement& confinement) override {
    int sockets[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0) throw_errno("create", "socket pair");
    ours_ = UniqueFd(sockets[0]);
    theirs_ = UniqueFd(sockets[1]);
    confinement.watched = listen_to_self;
    confinement.filter = &filter_;
    confinement.pass = call_pass();
    confinement.socket = theirs_.get();
  }

  std::optional<std::string> attach() override {
    theirs_.reset();  // so that a child that died before it sent is the end of the file
    const int failure = receive_listener(ours_.get(), listener_);
    ours_.reset();
    // ptrace would see nothing of it: the listener that is there comes first.
    if (failure == EBUSY) return "it runs inside another trace";
    if (failure != 0) return fmt::format("the system refuses a seccomp filter: {}", std::strerror(failure));
    // The one who asks and the one who answers take turns: on one processor that is faster (Linux 6.6).
    constexpr unsigned long kSetFlags = _IOW('!', 4, std::uint64_t);
    ::ioctl(listener_.get(), kSetFlags, 1UL);
    return std::nullopt;
  }

  int poll_fd() const override { return listener_.get(); }

  std::optional<WaitingCall> receive(short events) override {
    if ((events & POLLIN) == 0) return listener_.reset(), std::nullopt;  // all that it is for are gone
    std::fill(call_.begin(), call_.end(), 0);
    auto* const seen = reinterpret_cast<seccomp_notif*>(call_.data());  // NOLINT: the kernel says how large it is
    if (::ioctl(listener_.get(), SECCOMP_IOCTL_NOTIF_RECV, seen) != 0) {
      // ENOENT: who asked was killed meanwhile.
      if (errno != ENOENT && errno != EINTR) give_up("receive");
      return std::nullopt;
    }
    WaitingCall out{seen->id, static_cast<pid_t>(seen->pid), seen->data.nr, {}};
    std::copy(std::begin(seen->data.args), std::end(seen->data.args), std::begin(out.args));
    return out;
  }

  bool answer(const WaitingCall& call, int error) override {
    std::fill(response_.begin(), response_.end(), 0);
    auto* const reply = reinterpret_cast<seccomp_notif_resp*>(response_.data());  // NOLINT
    reply->id = call.id;
    reply->error = -error;
    if (error == 0) reply->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    if (::ioctl(listener_.get(), SECCOMP_IOCTL_NOTIF_SEND, reply) == 0) return true;
    if (errno != ENOENT) give_up("answer");
    return false;
  }

  void detach() override {
    listener_.reset();
    ours_.reset();
    theirs_.reset();
  }

 private:
  static std::vector<std::uint64_t> words(std::size_t told, std::size_t known) {
    return std::vector<std::uint64_t>(std::max(told, known) / sizeof(std::uint64_t) + 1);
  }
  [[noreturn]] static void give_up(std::string_view verb) {
    throw Error(ErrorKind::io, fmt::format("cannot {} a notification: {}", verb, std::strerror(errno)));
  }

  const std::vector<sock_filter> filter_;
  std::vector<std::uint64_t> call_, response_;
  UniqueFd ours_, theirs_, listener_;
};

}  // namespace

std::unique_ptr<CallSource> find_notifications(CallSet calls, std::string& why_not) {
  seccomp_notif_sizes sizes{};
  if (!kernel_has_notifications() || ::syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) != 0) {
    why_not = "this kernel cannot notify of system calls (Linux 5.5 can)";
    return nullptr;
  }
  // Whoever may have a listener is told that this is no filter; a container's own rules come before that.
  if (::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, kNewListener | kSpecAllow, nullptr) >= 0 || errno != EFAULT) {
    why_not = fmt::format("the system refuses to notify of system calls ({})", std::strerror(errno));
    return nullptr;
  }
  return std::make_unique<Notifications>(calls, sizes);
}

}  // namespace mlo
