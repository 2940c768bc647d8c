#include "lib/util/parallel.hpp"

#include <atomic>
#include <stdexcept>
#include <thread>

#include "tests/support/test.hpp"

using namespace mlo;

TEST_CASE("every index is visited once, whatever the number of threads", "[util]") {
  for (const unsigned threads : {0U, 1U, 2U, 7U, 64U}) {
    for (const std::size_t count : {0U, 1U, 2U, 63U, 1000U}) {
      std::vector<std::atomic<int>> visits(count);
      parallel_for(count, threads, [&](std::size_t i) { ++visits[i]; });
      CHECK(std::all_of(visits.begin(), visits.end(), [](const auto& n) { return n == 1; }));
    }
  }
}

TEST_CASE("the first failure stops the rest and reaches the caller", "[util]") {
  for (const unsigned threads : {1U, 4U}) {
    std::atomic<std::size_t> done = 0;
    const auto fail_at_ten = [&](std::size_t i) {
      if (i == 10) throw std::runtime_error("ten");
      ++done;
    };
    CHECK_THROWS_WITH(parallel_for(1'000'000, threads, fail_at_ten), "ten");
    CHECK(done < 1'000'000 - 1);
  }
}

TEST_CASE("of several failures the caller gets the one of the lowest index", "[util]") {
  std::atomic<bool> later = false;
  const auto fail = [&](std::size_t i) {
    if (i == 11) {
      later = true;
      throw std::runtime_error("eleven");
    }
    if (i != 10) return;
    while (!later) std::this_thread::yield();
    throw std::runtime_error("ten");
  };
  CHECK_THROWS_WITH(parallel_for(64, 4, fail), "ten");
}

TEST_CASE("one item runs in the caller's thread", "[util]") {
  const auto caller = std::this_thread::get_id();
  std::thread::id seen;
  parallel_for(1, 8, [&](std::size_t) { seen = std::this_thread::get_id(); });
  CHECK(seen == caller);
}

TEST_CASE("more threads read than compute, but not without end", "[util]") {
  CHECK(reading_threads(1) == 8);
  CHECK(reading_threads(2) == 16);
  CHECK(reading_threads(64) == 64);
}
