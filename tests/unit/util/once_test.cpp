#include "lib/util/once.hpp"

#include <thread>
#include <vector>

#include "lib/util/error.hpp"
#include "tests/support/test.hpp"

using namespace mlo;

TEST_CASE("what failed once is tried again, and done once", "[util]") {
  Once once;
  int tried = 0;
  const auto fail_first = [&] {
    if (++tried == 1) throw Error(ErrorKind::io, "no");
  };
  CHECK_THROWS_AS(once(fail_first), Error);
  once(fail_first);
  once(fail_first);
  CHECK(tried == 2);
}

TEST_CASE("of many threads that come at once one does it, and all see it done", "[util]") {
  Once once;
  int done = 0;
  std::atomic<int> seen = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      once([&] { ++done; });
      seen += done;
    });
  }
  threads.clear();
  CHECK(done == 1);
  CHECK(seen == 8);
}
