#include "lib/trace/stopper.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

#include "lib/util/fs.hpp"
#include "tests/support/test.hpp"

using namespace mlo;

namespace {

struct Sockets {
  UniqueFd here, there;
  Sockets() {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
    here = UniqueFd(ends[0]);
    there = UniqueFd(ends[1]);
  }
};

void wait_until_state(pid_t pid, std::string_view states) {
  const fs::path stat = fmt::format("/proc/{}/stat", pid);
  for (;;) {
    const std::string text = read_file(stat);
    if (states.find(text[text.rfind(')') + 2]) != states.npos) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace

TEST_CASE("a command that has no filter and ends at once is heard", "[trace]") {
  Sockets words, command;
  const pid_t parent = ::getpid();
  const pid_t stopper = ::fork();
  if (stopper == 0) {
    sigset_t all;
    sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, nullptr);
    be_stopper({words.there.get(), command.there.get(), parent, 1});
  }
  const int socket = command.here.get();
  const pid_t leader = ::fork();
  if (leader == 0) {
    ::prctl(PR_SET_PTRACER, stopper, 0, 0, 0);
    const pid_t self = ::getpid();
    int word = -1;
    ::send(socket, &self, sizeof self, 0);
    if (::recv(socket, &word, sizeof word, 0) != sizeof word || word != 0) ::_exit(1);
    ::kill(stopper, SIGSTOP);  // so that it finds the word and the end at the same time
    word = EBUSY;
    ::send(socket, &word, sizeof word, 0);
    ::_exit(0);
  }
  wait_until_state(leader, "Z");
  wait_until_state(stopper, "TZ");
  ::kill(stopper, SIGCONT);
  StopperWord word;
  CHECK(::recv(words.here.get(), &word, sizeof word, 0) == sizeof word);
  CHECK(word.kind == StopperWord::failed);
  if (word.error == EPERM) test::skip("no ptrace");
  CHECK((word.error == EBUSY || word.error == EPERM));
  int status = 0;
  CHECK(::waitpid(stopper, &status, 0) == stopper);
  CHECK(WIFEXITED(status));
  CHECK(::waitpid(leader, nullptr, 0) == leader);
}
