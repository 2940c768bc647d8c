#pragma once
#include <cstdint>

#include "lib/util/fs.hpp"
#include "lib/util/progress.hpp"

namespace mlo {

/// Copies a file in pieces, inside the kernel where that can; holes stay holes. For one thread at a time.
class FileCopy {
 public:
  /// Borrows all. `to` holds the first `there` bytes, is at their end, and stays at the end of what it holds.
  FileCopy(int from, const fs::path& source, int to, const fs::path& target, std::uint64_t there = 0)
      : from_(from), to_(to), source_(source), target_(target), at_(there) {}
  /// Copies `most` bytes more, or what there is; returns how many, 0 at the end.
  std::uint64_t advance(std::uint64_t most);

 private:
  /// Where the bytes from here on that are no hole end. Passes over a hole before them, at most up to `limit`.
  void find_bytes(std::uint64_t limit);
  std::uint64_t copy_bytes(std::uint64_t most);

  const int from_, to_;
  const fs::path& source_;
  const fs::path& target_;
  std::uint64_t at_;
  std::uint64_t bytes_end_ = 0;  ///< no hole lies before it
  bool in_kernel_ = true;
};

/// Makes the empty file `to_fd` share the bytes of `from`; false where the file system cannot.
bool share_contents(int from_fd, int to_fd);

/// Copies the bytes of `from` into the empty file `to_fd`: reflink where the file system can, else copy. Returns true
/// if it was a reflink. `moved` is told as it goes.
bool copy_contents(int from_fd, int to_fd, const fs::path& to, const Moved& moved = {});

}  // namespace mlo
