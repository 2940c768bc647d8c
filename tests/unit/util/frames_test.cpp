#include "lib/util/frames.hpp"

#include <fcntl.h>

#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

namespace {

std::vector<std::string> read(std::string_view bytes, std::uint64_t* damaged = nullptr) {
  std::vector<std::string> out;
  const std::uint64_t passed = read_frames(bytes, 100, [&](std::string_view payload) {
    if (payload != "refused") out.emplace_back(payload);
    return payload != "refused";
  });
  if (damaged != nullptr) *damaged = passed;
  return out;
}

}  // namespace

TEST_CASE("frames come back in order, whatever lies between them", "[util]") {
  std::string bytes;
  for (const char* payload : {"one", "", "\xE5mlo", "refused", "two"}) put_frame(bytes, payload);
  const std::vector<std::string> wanted = {"one", "", "\xE5mlo", "two"};
  CHECK(read(bytes) == wanted);
  std::uint64_t damaged = 0;
  CHECK(read("junk\xE5ml" + bytes + "\xE5mlo", &damaged) == wanted);
  CHECK(damaged > 4);
}

TEST_CASE("a damaged or torn frame is passed over, and one that is too long", "[util]") {
  std::string good;
  put_frame(good, "payload");
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    CHECK(read(bad + good) == std::vector<std::string>{"payload"});
    CHECK(read(good + good.substr(0, i)) == std::vector<std::string>{"payload"});
  }
  std::string long_one;
  put_frame(long_one, std::string(101, 'x'));
  CHECK(read(long_one).empty());
}

TEST_CASE("frames are appended", "[util]") {
  const test::TempDir dir;
  std::string frames;
  put_frame(frames, "one");
  const UniqueFd file(::open((dir / "log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  append_frames(file.get(), frames, "log");
  append_frames(file.get(), frames, "log");
  CHECK(read_file(dir / "log") == frames + frames);
}
