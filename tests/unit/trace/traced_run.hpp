#pragma once
#include <poll.h>
#include <signal.h>

#include "lib/trace/tracer.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

namespace mlo::test {

/// A directory in which commands run traced, as the supervisor of a stage runs them.
struct TracedRun {
  TestWorld world;
  TraceSpec spec;
  std::unique_ptr<Tracer> tracer;
  std::string reads, writes;  ///< names with blanks between

  TracedRun() {
    spec.root = world.dir.path();
    spec.is_elsewhere = [](std::string_view path) { return path.starts_with(".store/"); };
  }

  /// Nothing, and says so, where the system lets nobody trace.
  static bool possible() {
    TempDir dir;
    const auto reason = why_untraceable(dir.path());
    if (reason) skip("cannot trace here: " + *reason);
    return !reason;
  }
  static std::string python() {
    for (const char* const program : {"/usr/bin/python3", "/usr/local/bin/python3"}) {
      if (fs::exists(program)) return program;
    }
    skip("no python3");
    return "";
  }

  ProcessExit run(std::vector<std::string> argv, const std::function<void(ChildProcess&)>& meanwhile = {}) {
    if (!tracer) tracer = std::make_unique<Tracer>(spec);
    ProcessSpec process{.argv = std::move(argv), .cwd = world.dir.path(), .env = world.env, .own_group = true};
    tracer->arm(process);
    ChildProcess child = ChildProcess::start(process);
    tracer->attach();
    for (;;) {
      pollfd waits[2] = {{tracer->poll_fd(), POLLIN, 0}, {child.poll_fd(), POLLIN, 0}};
      // No assertion of the test's here: two of these run side by side.
      if (::poll(waits, 2, 20'000) <= 0) throw Error(ErrorKind::error, "nothing happens any more");
      if (waits[0].revents != 0) tracer->answer(waits[0].revents);
      if (meanwhile) meanwhile(child);
      if (waits[1].revents != 0) break;
    }
    const ProcessExit exit = child.wait();
    tracer->detach();
    reads = words(tracer->files().reads());
    writes = words(tracer->files().writes());
    return exit;
  }
  ProcessExit sh(const std::string& script) { return run({"/bin/sh", "-euc", script}); }

  static std::string words(const std::set<std::string>& items) {
    std::string out;
    for (const std::string& item : items) out += (out.empty() ? "" : " ") + item;
    return out;
  }
};

}  // namespace mlo::test
