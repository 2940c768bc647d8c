#pragma once
#include <cstdint>
#include <string_view>

#include "lib/util/fs.hpp"

namespace mlo {

/// What becomes of a file's bytes in the system's memory once they were moved. drop: nobody is about to read them, so
/// what others read may stay.
enum class Cached { keep, drop };

/// What lies in large chunks before `end` of a file of which `begin` to `end` was read just now leaves memory. For
/// readers that go on; harmless to others.
void drop_passed(int fd, std::uint64_t begin, std::uint64_t end);

/// Writes a large file so that the disk works meanwhile: a sync at its end finds little left. For one thread at a time.
class WriteBehind {
 public:
  /// `there`: what the file holds already.
  explicit WriteBehind(Cached cached = Cached::keep, std::uint64_t there = 0);
  /// At the descriptor's position, which is the end of what was written before.
  void write(int fd, std::string_view bytes, const fs::path& path);
  /// So many bytes were written there otherwise.
  void wrote(int fd, std::uint64_t bytes);
  /// All that was written is on disk afterwards.
  void sync(int fd, const fs::path& path);

 private:
  Cached cached_;
  std::uint64_t written_ = 0, asked_ = 0, dropped_ = 0;
};

}  // namespace mlo
