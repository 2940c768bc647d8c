#include "lib/bounds/ledger.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "lib/bounds/ledger_entry.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;
using namespace mlo::test;
using Catch::Matchers::Contains;

namespace {

constexpr std::uint64_t kGiB = std::uint64_t{1} << 30U;
const Budget kBudget{2000, 4 * kGiB, {"g0", "g1", "g2"}, {}};

LeaseRequest request(const std::string& who, std::uint64_t cpu, std::vector<std::string> mutexes = {}) {
  LeaseRequest r;
  r.who = who;
  r.cpu = cpu;
  r.mutexes = std::move(mutexes);
  return r;
}

/// Two of these on one directory are to each other as two processes.
struct Side {
  explicit Side(const fs::path& dir) : ledger(dir) {}
  Lease take(const LeaseRequest& r, const Budget& budget = kBudget) {
    return ledger.acquire(r, budget, {}, [this](const std::string& line) { waited = line; });
  }
  /// The line that it waits with; "granted" if it does not.
  std::string why(const LeaseRequest& r, const Budget& budget = kBudget) {
    std::stop_source stop;
    std::string line = "granted";
    try {
      ledger.acquire(r, budget, stop.get_token(), [&](const std::string& text) {
        line = text;
        stop.request_stop();
      });
    } catch (const Error& e) {
      CHECK(e.kind() == ErrorKind::interrupted);
    }
    return line;
  }
  Ledger ledger;
  std::string waited;
};

}  // namespace

TEST_CASE("what one holds another waits for, and is told whose it is", "[bounds]") {
  TempDir dir;
  Side a(dir / "l"), b(dir / "l");
  {
    const Lease held = a.take(request("stage `train` in /src", 2000, {"db"}));
    CHECK(b.why(request("x", 1000)) ==
          fmt::format("waits for 1 processor; most is held by stage `train` in /src (pid {}, user {})", ::getpid(),
                      ::getuid()));
    CHECK_THAT(b.why(request("x", 0, {"db"})), Contains("waits for the mutex `db`, held by stage `train`"));
    CHECK(b.why(request("x", 0, {"other"})) == "granted");
    CHECK_THAT(a.why(request("x", 500)), Contains("500") || Contains("0.5 of a processor"));  // its own as well
  }
  CHECK(b.why(request("x", 2000, {"db"})) == "granted");
}

TEST_CASE("one that waits starts as soon as what it waits for is free", "[bounds]") {
  TempDir dir;
  Side a(dir / "l"), b(dir / "l");
  auto held = std::make_optional(a.take(request("first", 2000)));
  std::atomic<bool> waits = false;
  std::jthread other([&] {
    b.ledger.acquire(request("second", 2000), kBudget, {}, [&](const std::string&) {
      waits = true;
      waits.notify_all();
    });
  });
  waits.wait(false);
  held.reset();
  other.join();
  CHECK(waits);
}

TEST_CASE("a GPU is leased to one at a time", "[bounds]") {
  TempDir dir;
  Side a(dir / "l"), b(dir / "l");
  LeaseRequest two = request("two", 0), one = request("one", 0);
  two.gpus = 2;
  one.gpus = 1;
  const Lease first = a.take(two);
  const Lease second = b.take(one);
  CHECK(first.gpus() == std::vector<std::string>{"g0", "g1"});
  CHECK(second.gpus() == std::vector<std::string>{"g2"});
  CHECK_THAT(a.why(one), Contains("waits for 1 GPU; most is held by two"));
}

TEST_CASE("the kernel frees what a killed process held", "[bounds]") {
  TempDir dir;
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    Ledger ledger(dir / "l");
    const Lease held = ledger.acquire(request("child", 2000, {"m"}), kBudget, {}, [](const std::string&) {});
    if (::write(ready[1], "x", 1) != 1) ::_exit(1);
    for (;;) ::pause();
  }
  char byte = 0;
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  Side side(dir / "l");
  CHECK_THAT(side.why(request("x", 1000)), Contains("held by child (pid " + std::to_string(child)));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  CHECK(side.why(request("x", 2000, {"m"})) == "granted");
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_CASE("a big request is not starved by small ones that come later", "[bounds]") {
  LedgerEntry running = make_entry(request("running", 1000)), big = make_entry(request("big", 2000));
  running.state = LedgerEntry::holding;
  big.state = LedgerEntry::waiting;
  big.ticket = 7;
  const auto decide = [&](const LeaseRequest& r) { return decide_lease(make_entry(r), {running, big}, r, kBudget); };
  const LeaseDecision small = decide(request("small", 500));  // there is room, but it is kept for `big`
  CHECK_FALSE(small.granted);
  CHECK_THAT(small.reason, Contains("big") || Contains("running"));
  CHECK(decide(request("none", 0, {"m"})).granted);
  // Nobody is before the first in the queue.
  LedgerEntry first = make_entry(request("first", 1000));
  first.ticket = 6;
  CHECK(decide_lease(first, {running, big}, request("first", 1000), kBudget).granted);
}

TEST_CASE("who waits for a mutex does not keep the processors from others", "[bounds]") {
  LedgerEntry running = make_entry(request("running", 1000, {"m"})),
              queued = make_entry(request("queued", 1000, {"m"}));
  running.state = LedgerEntry::holding;
  queued.state = LedgerEntry::waiting;
  queued.ticket = 1;
  const LeaseRequest other = request("other", 1000), same = request("same", 0, {"m", "n"});
  CHECK(decide_lease(make_entry(other), {running, queued}, other, kBudget).granted);
  CHECK_FALSE(decide_lease(make_entry(same), {running, queued}, same, kBudget).granted);
  CHECK_FALSE(decide_lease(make_entry(same), {queued}, same, kBudget).granted);  // it came later
}

TEST_CASE("what can never be had blocks nobody else", "[bounds]") {
  LedgerEntry absurd = make_entry(request("absurd", std::uint64_t{1} << 50U));
  absurd.state = LedgerEntry::waiting;
  absurd.ticket = 1;
  const LeaseRequest r = request("x", 2000);
  CHECK(decide_lease(make_entry(r), {absurd}, r, kBudget).granted);
}

TEST_CASE("a user has no more at once than the quota", "[bounds]") {
  TempDir dir;
  Side a(dir / "l");
  Budget budget = kBudget;
  budget.user.set(Resource::cpu, 1000);
  const Lease held = a.take(request("one", 1000), budget);
  CHECK_THAT(a.why(request("two", 500), budget), Contains("`limits.user`"));
  CHECK(a.why(request("none", 0), budget) == "granted");
  LedgerEntry foreign = make_entry(request("foreign", 1000));
  foreign.state = LedgerEntry::holding;
  foreign.uid += 1;
  const LeaseRequest r = request("x", 1000);
  CHECK(decide_lease(make_entry(r), {foreign}, r, budget).granted);
}

TEST_CASE("a ledger that was tidied away is made anew", "[bounds]") {
  TempDir dir;
  Side a(dir / "l");
  remove_tree(dir / "l");
  const Lease held = a.take(request("x", 2000));
  Side b(dir / "l");
  CHECK_THAT(b.why(request("y", 1000)), Contains("held by x"));
}

TEST_CASE("garbage in the ledger is read as nothing", "[bounds]") {
  TempDir dir;
  Side a(dir / "l");
  std::string bytes(5000, '\xff');
  LedgerEntry lie = make_entry(request("lie", 2000, {"m"}));
  lie.state = LedgerEntry::holding;
  lie.gpu_count = 255;
  bytes.append(reinterpret_cast<const char*>(&lie), sizeof lie);
  bytes.resize(9 * 512);
  lie.gpu_count = 0;
  lie.who.fill('\x1b');
  bytes.append(reinterpret_cast<const char*>(&lie), sizeof lie);  // well made, but nobody holds its lock
  write_file(dir / "l/ledger", bytes, Durability::cache);
  Side b(dir / "l");
  CHECK(b.why(request("x", 2000, {"m"})) == "granted");
}

TEST_CASE("a directory or a ledger that somebody else laid out is not followed", "[bounds]") {
  TempDir dir;
  dir.write("victim", "precious");
  make_dirs(dir / "real");
  SECTION("a link for the directory") {
    fs::create_directory_symlink(dir / "real", dir / "l");
    CHECK_THROWS_AS(Ledger(dir / "l"), Error);
  }
  make_dirs(dir / "l");
  SECTION("a link for the ledger") {
    fs::create_symlink(dir / "victim", dir / "l/ledger");
    CHECK_THROWS_AS(Ledger(dir / "l"), Error);
  }
  SECTION("another name of a file") {
    fs::create_hard_link(dir / "victim", dir / "l/ledger");
    CHECK_THROWS_AS(Ledger(dir / "l"), Error);
  }
  SECTION("a pipe") {
    REQUIRE(::mkfifo((dir / "l/ledger").c_str(), 0666) == 0);
    CHECK_THROWS_AS(Ledger(dir / "l"), Error);
  }
  SECTION("a directory") {
    make_dirs(dir / "l/ledger");
    CHECK_THROWS_AS(Ledger(dir / "l"), Error);
  }
  CHECK(read_file(dir / "victim") == "precious");
}

TEST_CASE("everybody may use the ledger that one user made", "[bounds]") {
  TempDir dir;
  const mode_t before = ::umask(077);
  const Ledger ledger(dir / "l");
  ::umask(before);
  CHECK((find_stat(dir / "l")->mode & 07777U) == 01777U);
  CHECK((find_stat(dir / "l/ledger")->mode & 0777U) == 0666U);
}

TEST_CASE("many threads of two processes never hold more than there is", "[bounds]") {
  TempDir dir;
  Side a(dir / "l"), b(dir / "l");
  std::atomic<int> held = 0, most = 0, done = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 30; ++round) {
        const std::uint64_t cpu = i == 0 ? 2000 : 1000;
        const Lease lease =
            (i % 2 == 0 ? a : b).ledger.acquire(request("t", cpu), kBudget, {}, [](const std::string&) {});
        const int now = held += static_cast<int>(cpu);
        for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
        }
        held -= static_cast<int>(cpu);
        ++done;
      }
    });
  }
  threads.clear();
  CHECK(done == 180);
  CHECK(most <= 2000);
}
