#include "lib/remote/ssh_connection.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "lib/util/text.hpp"

namespace mlo {
namespace {

using wire::Kind;

/// What a login may print before mlo's hello.
constexpr std::size_t kMaxGreeting = std::size_t{64} << 10U;
/// What is sent at once.
constexpr std::size_t kPiece = std::size_t{64} << 10U;
constexpr std::size_t kMaxSaid = std::size_t{16} << 10U;
constexpr std::size_t kMaxAnswer = std::size_t{1} << 30U;
/// How long the other end may take to finish.
constexpr int kPatience = 5000, kLastWords = 100;  // milliseconds

std::string last_line(std::string_view text) {
  std::string last;
  for (const std::string_view line : split_lines(text)) {
    if (!trim(line).empty()) last = trim(line);
  }
  return printable(last.substr(0, 300));
}

}  // namespace

class SshConnection::Pending {
 public:
  Pending(SshConnection& connection, Request& request) : connection_(connection) {
    const std::lock_guard lock(connection.mutex_);
    if (connection.lost_) throw connection.lost_->error;
    id = connection.next_++;
    connection.requests_.emplace(id, &request);
  }
  Pending(const Pending&) = delete;
  ~Pending() {
    const std::lock_guard lock(connection_.mutex_);
    connection_.requests_.erase(id);
  }
  std::uint32_t id = 0;

 private:
  SshConnection& connection_;
};

SshConnection::SshConnection(const World& world, std::vector<std::string> argv, std::string host, Throttle& in,
                             Throttle& out)
    : world_(world), argv_(std::move(argv)), host_(std::move(host)), in_(in), out_(out) {}

SshConnection::~SshConnection() {
  if (!process_) return;
  ::shutdown(socket_.get(), SHUT_WR);
  pollfd ended{process_->poll_fd(), POLLIN, 0};
  if (::poll(&ended, 1, kPatience) <= 0) process_->signal(SIGTERM);
  ::shutdown(socket_.get(), SHUT_RDWR);
  listener_.join();
}

void SshConnection::start() {
  int ends[2], pipe[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) throw_errno("make", "a socket");
  socket_ = UniqueFd(ends[0]);
  const UniqueFd far(ends[1]);
  if (::pipe2(pipe, O_CLOEXEC) != 0) throw_errno("make", "a pipe");
  errors_ = UniqueFd(pipe[0]);
  const UniqueFd far_errors(pipe[1]);
  // So that a wish to stop is heard while the other end takes nothing.
  const timeval second{1, 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &second, sizeof second);
  process_.emplace(ChildProcess::start({.argv = argv_,
                                        .cwd = world_.cwd,
                                        .env = world_.env,
                                        .stdin_fd = far.get(),
                                        .stdout_fd = far.get(),
                                        .stderr_fd = far_errors.get()}));
  listener_ = std::thread([this] { listen(); });
}

/// Takes away what the login printed, and the hello; false until that has come.
bool SshConnection::is_hello(std::string& text) {
  constexpr std::string_view kAnyVersion = "mlo remote serve ";
  std::size_t at = 0;
  while (text.compare(at, kAnyVersion.size(), kAnyVersion) != 0) {
    at = text.find('\n', at);
    if (at == std::string::npos || ++at == text.size()) return false;
  }
  const std::size_t end = text.find('\n', at);
  if (end == std::string::npos) return false;
  if (text.compare(at, wire::kHello.size(), wire::kHello) != 0) {
    throw Error(ErrorKind::remote, fmt::format("the mlo at `{}` says `{}`, which this one does not speak", host_,
                                               printable(text.substr(at, std::min<std::size_t>(end - at, 100)))))
        .hint("install the same version at both ends");
  }
  text.erase(0, end + 1);
  return true;
}

void SshConnection::hear(std::string_view bytes) {
  if (greeted_) {
    frames_.add(bytes);
  } else {
    greeting_ += bytes;
    if (greeting_.size() > kMaxGreeting)
      throw Error(ErrorKind::remote, fmt::format("what answers at `{}` is not mlo", host_));
    if (!is_hello(greeting_)) return;
    frames_.add(greeting_);
    const std::lock_guard lock(mutex_);
    greeted_ = true;
  }
  while (const auto frame = frames_.take()) take(*frame);
}

void SshConnection::listen() {
  std::string said, buffer(256U << 10U, '\0');
  std::optional<Error> failure;
  bool open = true, errors_open = true;
  try {
    const auto hear_errors = [&] {
      const ssize_t n = ::read(errors_.get(), buffer.data(), buffer.size());
      if (n > 0 && said.size() < kMaxSaid) said.append(buffer, 0, static_cast<std::size_t>(n));
      errors_open = n > 0;
    };
    while (open) {
      pollfd fds[2] = {{socket_.get(), POLLIN, 0}, {errors_open ? errors_.get() : -1, POLLIN, 0}};
      if (::poll(fds, 2, -1) < 0) continue;
      if (fds[1].revents != 0) hear_errors();
      if (fds[0].revents == 0) continue;
      const ssize_t n = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
      if (n < 0 && errno == EINTR) continue;
      open = n > 0;
      if (open) in_.take(static_cast<std::uint64_t>(n));  // who sends waits when the socket is full
      if (open) hear(std::string_view(buffer).substr(0, static_cast<std::size_t>(n)));
    }
    // Not to the end: what ssh leaves in the background may keep it open.
    for (pollfd last{errors_.get(), POLLIN, 0}; errors_open && ::poll(&last, 1, kLastWords) > 0;) hear_errors();
  } catch (const Error& error) {
    failure = error;
    process_->signal(SIGTERM);
  }
  const ProcessExit exit = process_->wait();
  const std::lock_guard lock(mutex_);
  lost_ = failure ? Loss{*failure} : explain(exit, said);
  changed_.notify_all();
}

SshConnection::Loss SshConnection::explain(const ProcessExit& exit, const std::string& said) const {
  const std::string last = last_line(said);
  const auto says = [&](std::string_view what) { return said.find(what) != std::string::npos; };
  const auto loss = [](bool may_return, std::string text, std::string hint) {
    return Loss{Error(ErrorKind::remote, std::move(text)).hint(std::move(hint)), may_return};
  };
  if (greeted_) {
    return loss(true, fmt::format("the connection to `{}` was lost{}", host_, last.empty() ? "" : ": " + last),
                "try again; what was moved so far need not be moved again");
  }
  if (says("Host key verification failed"))
    return loss(false, fmt::format("the key of host `{}` is not the one that ssh knows, or it knows none", host_),
                fmt::format("connect once by `ssh {}` and look at its key", shell_quote(host_)));
  if (says("Permission denied"))
    return loss(false, fmt::format("`{}` lets you not in: {}", host_, last),
                fmt::format("`ssh {}` must work first: is your key in ssh-agent?", shell_quote(host_)));
  if (exit.code == 127 || says("not found"))
    return loss(false, fmt::format("there is no `mlo` at `{}`", host_),
                "install it there, or say where it is: `far_mlo` of the remote in .mlo/local/config.yaml");
  if (exit.code == 255)
    return loss(!says("Name or service not known"), fmt::format("cannot reach `{}`: {}", host_, last),
                fmt::format("`ssh {}` must work first", shell_quote(host_)));
  return loss(false, fmt::format("the mlo at `{}` does not serve{}", host_, last.empty() ? "" : ": " + last),
              "install the same version at both ends");
}

bool SshConnection::may_return() const {
  const std::lock_guard lock(mutex_);
  return lost_ && lost_->may_return;
}

void SshConnection::take(const wire::Frame& frame) {
  const std::lock_guard lock(mutex_);
  const bool answer = frame.kind == Kind::data || frame.kind == Kind::end || frame.kind == Kind::failed;
  if (frame.id == 0 || frame.id >= next_ || !answer)
    throw Error(ErrorKind::remote, fmt::format("the mlo at `{}` answers what nobody asked", host_));
  const auto it = requests_.find(frame.id);
  if (it == requests_.end() || it->second->done) return;  // nobody waits for it any more
  Request& request = *it->second;
  if (frame.kind == Kind::data) {
    if (frame.payload.size() > request.most - request.received)
      throw Error(ErrorKind::remote, fmt::format("the mlo at `{}` sent more than was asked for", host_));
    try {
      if (request.target == nullptr) {
        request.answer.bytes += frame.payload;
      } else {
        write_to(*request.target, request.received, frame.payload);
        if (request.target->moved) request.target->moved(frame.payload.size());
      }
    } catch (const Error& error) {  // of our own disk: it is this request's alone
      request.failure = error;
      request.done = true;
    }
    request.received += frame.payload.size();
  } else {
    if (frame.kind == Kind::failed) request.failure = wire::decode_error(frame.payload);
    request.answer.yes = frame.payload == "1";
    request.done = true;
  }
  if (request.done || request.target == nullptr) changed_.notify_all();
}

void SshConnection::send(std::uint32_t id, Kind kind, std::string_view payload) {
  const std::string frame = wire::encode(id, kind, payload);
  const std::lock_guard sending(sending_);
  std::size_t paid = 0;  ///< of what is to be sent next
  for (std::string_view rest = frame; !rest.empty();) {
    check_stop(world_);
    const std::string_view piece = rest.substr(0, kPiece);
    if (piece.size() > paid) {
      out_.take(piece.size() - paid);
      paid = piece.size();
    }
    const ssize_t n = ::send(socket_.get(), piece.data(), piece.size(), MSG_NOSIGNAL);
    if (n < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK)) continue;
    if (n < 0) return;  // it is lost, and whoever waits will be told why
    rest.remove_prefix(static_cast<std::size_t>(n));
    paid -= static_cast<std::size_t>(n);
  }
}

SshConnection::Answer SshConnection::wait(Request& request, std::size_t bytes) {
  std::unique_lock lock(mutex_);
  const auto has_come = [&] { return request.done || request.answer.bytes.size() >= bytes; };
  if (!changed_.wait(lock, world_.stop, [&] { return has_come() || lost_; })) check_stop(world_);
  if (request.failure) throw *request.failure;
  if (!has_come()) throw lost_->error;
  return std::exchange(request.answer, {});
}

SshConnection::Answer SshConnection::ask(Kind kind, std::string_view payload, const FileTarget* target,
                                         std::uint64_t most) {
  started_([this] { start(); });
  Request request;
  request.target = target;
  request.most = target == nullptr ? std::min<std::uint64_t>(most, kMaxAnswer) : most;
  const Pending pending(*this, request);
  send(pending.id, kind, payload);
  return wait(request);
}

void SshConnection::put(const wire::Put& put, const Source& read) {
  started_([this] { start(); });
  Request request;
  request.most = put.size != 0 ? sizeof put.size : 0;
  const Pending pending(*this, request);
  send(pending.id, Kind::put, wire::encode_put(put));
  std::uint64_t begin = 0;
  if (put.size != 0) {
    begin = wire::decode_count(wait(request, sizeof begin).bytes);
    if (begin > put.size) throw Error(ErrorKind::remote, fmt::format("the mlo at `{}` has more than was sent", host_));
  }
  const auto is_over = [&] {
    const std::lock_guard lock(mutex_);
    return request.done || lost_;
  };
  for (std::uint64_t offset = begin; !is_over();) {
    const std::string_view bytes = read(offset);
    if (bytes.empty()) break;
    send(pending.id, Kind::data, bytes);
    offset += bytes.size();
  }
  send(pending.id, Kind::end, {});
  wait(request);
}

}  // namespace mlo
