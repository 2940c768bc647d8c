#pragma once
#include <stdlib.h>

#include <algorithm>
#include <atomic>
#include <mutex>

#include "lib/util/error.hpp"
#include "lib/util/fs.hpp"
#include "lib/util/process.hpp"
#include "lib/util/world.hpp"

// A world that tests own: time stands still until told, entropy is seeded, nothing of the user's configuration leaks
// in.
namespace mlo::test {

/// Stands at 2001-02-03T04:05:06Z; every reading is one millisecond after the one before, so order shows.
class TestClock : public Clock {
 public:
  UtcTime now() override { return UtcTime::from_micros(981'173'106'000'000 + ticks_++ * 1000); }
  std::chrono::nanoseconds monotonic() override { return std::chrono::milliseconds(ticks_++); }
  void advance(std::chrono::milliseconds by) { ticks_ += by.count(); }
  /// Takes no time of ours.
  void sleep(std::chrono::nanoseconds time, const std::stop_token&) override {
    slept_ += time.count();
    advance(std::chrono::ceil<std::chrono::milliseconds>(time));
  }
  /// What all sleeps together would have taken.
  std::chrono::nanoseconds slept() const { return std::chrono::nanoseconds(slept_.load()); }

 private:
  std::atomic<std::int64_t> ticks_ = 0, slept_ = 0;
};

/// Stands still but for who sleeps, or moves it.
class StandingClock : public Clock {
 public:
  UtcTime now() override { return {}; }
  std::chrono::nanoseconds monotonic() override { return std::chrono::nanoseconds(time_.load()); }
  void sleep(std::chrono::nanoseconds time, const std::stop_token&) override { time_ += time.count(); }
  void set(std::chrono::nanoseconds time) { time_ = time.count(); }

 private:
  std::atomic<std::int64_t> time_ = 0;
};

/// SplitMix64 from a seed: the same bytes in every test run.
class SeededRng : public Rng {
 public:
  explicit SeededRng(std::uint64_t seed = 1) : state_(seed) {}
  void fill(std::span<std::byte> out) override {
    const std::lock_guard lock(mutex_);
    for (auto& b : out) b = static_cast<std::byte>(next());
  }
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
  }

 private:
  std::mutex mutex_;
  std::uint64_t state_;
};

class CollectedLog : public Log {
 public:
  void warn(std::string_view message) override { add("warning: ", message); }
  void hint(std::string_view message) override { add("hint: ", message); }
  void detail(std::string_view) override {}
  std::vector<std::string> lines;

 private:
  void add(std::string_view kind, std::string_view message) {
    const std::lock_guard lock(mutex_);
    lines.push_back(std::string(kind) + std::string(message));
  }
  std::mutex mutex_;
};

class NoProgress : public Progress {
  struct Task : ProgressTask {
    void advance(std::uint64_t) override {}
  };

 public:
  std::unique_ptr<ProgressTask> start(std::string, ProgressUnit, std::uint64_t) override {
    return std::make_unique<Task>();
  }
};

/// Keeps what was told of the latest task.
class RecordedProgress : public Progress {
  struct Task : ProgressTask {
    explicit Task(RecordedProgress& p) : progress(p) {}
    void advance(std::uint64_t amount) override {
      const std::lock_guard lock(progress.mutex_);
      progress.steps.push_back(amount);
      progress.sum += amount;
    }
    RecordedProgress& progress;
  };

 public:
  std::unique_ptr<ProgressTask> start(std::string name, ProgressUnit, std::uint64_t all) override {
    label = std::move(name);
    total = all;
    sum = 0;
    steps.clear();
    return std::make_unique<Task>(*this);
  }
  std::uint64_t largest_step() const { return steps.empty() ? 0 : *std::max_element(steps.begin(), steps.end()); }
  std::string label;
  std::uint64_t total = 0, sum = 0;
  std::vector<std::uint64_t> steps;

 private:
  std::mutex mutex_;
};

/// A directory below TMPDIR, removed with everything in it on destruction.
class TempDir {
 public:
  TempDir() {
    std::string name = (fs::temp_directory_path() / "mlo-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw_errno("create", name);
    path_ = fs::canonical(name);
  }
  TempDir(const TempDir&) = delete;
  ~TempDir() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }
  fs::path operator/(std::string_view name) const { return path_ / name; }
  void write(std::string_view name, std::string_view bytes) const {
    write_file(path_ / name, bytes, Durability::cache);
  }

 private:
  fs::path path_;
};

/// PATH of the caller, a home of its own, a fixed identity and no system or user git configuration.
inline Environment hermetic_environment(const fs::path& home) {
  const char* path = ::getenv("PATH");
  return {{"PATH", path == nullptr ? "/usr/bin:/bin" : path},
          {"HOME", home.string()},
          {"XDG_CONFIG_HOME", (home / ".config").string()},
          {"GIT_CONFIG_NOSYSTEM", "1"},
          {"GIT_CONFIG_GLOBAL", "/dev/null"},
          {"GIT_AUTHOR_NAME", "Ada Tester"},
          {"GIT_AUTHOR_EMAIL", "ada@example.org"},
          {"GIT_COMMITTER_NAME", "Ada Tester"},
          {"GIT_COMMITTER_EMAIL", "ada@example.org"},
          {"MLO_LEASES", (home / ".git/leases").string()},  // nobody else's stages are waited for
          {"LC_ALL", "C.UTF-8"},
          {"TZ", "UTC"}};
}

/// A temporary directory and a World that stands in it.
struct TestWorld {
  TempDir dir;
  TestClock clock;
  SeededRng rng;
  CollectedLog log;
  NoProgress progress;
  Environment env;
  std::stop_source stop;
  World world;

  TestWorld()
      : env(hermetic_environment(dir.path())), world{clock, rng, env, log, progress, stop.get_token(), 2, dir.path()} {}

  /// Runs a program in the directory; Error if it fails. Returns its stdout.
  std::string sh(const std::string& script) {
    const ProcessOutput result = run_process({.argv = {"sh", "-euc", script}, .cwd = dir.path(), .env = env});
    if (result.exit.code != 0) throw Error(ErrorKind::error, "sh -c '" + script + "': " + result.err);
    return result.out;
  }
  /// `git init` with branch main and one commit of the given files.
  void git_init(const std::map<std::string, std::string>& files = {{"README.md", "test\n"}}) {
    for (const auto& [name, bytes] : files) dir.write(name, bytes);
    sh("git init -q -b main . && git add -A && git commit -q -m init --date=2001-02-03T04:05:06Z");
  }
};

}  // namespace mlo::test
