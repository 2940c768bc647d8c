#include "lib/trace/tracer.hpp"

#include <linux/seccomp.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "lib/trace/call_source.hpp"
#include "lib/trace/watched_call.hpp"
#include "lib/util/error.hpp"

namespace mlo {
namespace {

constexpr std::size_t kMostPrograms = 1000;

/// In the child: only system calls.
bool confine_self(const Confinement& self) {
  const auto& confinement = static_cast<const TraceConfinement&>(self);
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return false;
  if (confinement.landlock_fd >= 0 && ::syscall(SYS_landlock_restrict_self, confinement.landlock_fd, 0) != 0)
    return false;
  return confinement.watched == nullptr || confinement.watched(confinement);
}

std::unique_ptr<CallSource> best_source(CallSet calls) {
  std::string why_not;
  auto notifications = find_notifications(calls, why_not);
  return notifications ? std::move(notifications) : make_stops(calls, std::move(why_not));
}

}  // namespace

std::uint64_t call_pass() { return 0x6D6C6F0000000000U | static_cast<std::uint32_t>(::getpid()); }

long install_filter(const std::vector<sock_filter>& filter, unsigned long flags, unsigned long newer) {
  const sock_fprog program{static_cast<unsigned short>(filter.size()), const_cast<sock_filter*>(filter.data())};
  const long done = ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags | newer, &program);
  if (done >= 0 || errno != EINVAL) return done;
  return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

struct Tracer::State {
  explicit State(TraceSpec given)
      : spec(std::move(given)), reader(spec), source(best_source(spec.denies ? CallSet::all : CallSet::content)) {}

  void fail(std::string reason) {
    if (incomplete.empty()) incomplete = std::move(reason);
  }

  void answer_one(short events) {
    const auto call = source->receive(events);
    if (!call) return;
    const CallEffect effect = look_at(*call);
    const bool denied_now = is_denied(effect);
    // It waited until now, so all that was read of it is its own.
    if (source->answer(*call, denied_now ? EACCES : 0) && !denied_now) note(effect);
  }

  CallEffect look_at(const WaitingCall& call) {
    if (lost) return {};
    if (call.thread == 0) {
      fail("a process is hidden from mlo (a namespace of process ids around it)");
      return {};
    }
    const auto kind = kind_of_call(call.number);
    if (!kind) return {};
    return reader.effect_of(*kind, call, TracedProcess(call.thread, on_failure));
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

  const TraceSpec spec;
  CallReader reader;
  const std::unique_ptr<CallSource> source;
  TraceConfinement confinement;
  int landlock_fd = -1;
  bool traced = false, broken = false;
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
  s.confinement = {};
  s.confinement.enter = confine_self;
  s.confinement.landlock_fd = s.landlock_fd;
  s.source->arm(s.confinement);
  process.confinement = &s.confinement;
}

void Tracer::attach() {
  auto failure = state_->source->attach();
  if (failure) return state_->fail(std::move(*failure));
  state_->traced = true;
}

int Tracer::poll_fd() const { return state_->source->poll_fd(); }

void Tracer::answer(short events) {
  if (poll_fd() < 0) return;
  try {
    state_->answer_one(events);
  } catch (const Error& error) {
    state_->broken = true;
    state_->fail(error.message());
    detach();
  }
}

void Tracer::detach() { state_->source->detach(); }

const std::string& Tracer::incomplete() const { return state_->incomplete; }
std::string_view Tracer::method() const { return state_->traced ? state_->source->name() : "none"; }
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
