#pragma once
#include <chrono>
#include <optional>

#include "lib/util/clock.hpp"
#include "lib/util/fs.hpp"

namespace mlo {

/// A temporary file under a name that says what it is for, so that whoever wants the same next goes on with what a
/// killed process wrote. Of one process at a time, by a lock (flock) that ends with it. Moves transfer the lock.
class KeptTemp {
 public:
  /// Makes the file if need be. Nothing if somebody else has it, or if it cannot be had: another user's, or where files
  /// cannot be locked. Whoever gives it its name does that while this lives.
  static std::optional<KeptTemp> open(const fs::path& path, std::uint32_t mode);

  int fd() const { return fd_.get(); }
  const fs::path& path() const { return path_; }
  /// As far as that can be.
  void remove() const;

 private:
  KeptTemp(fs::path path, UniqueFd fd) : path_(std::move(path)), fd_(std::move(fd)) {}

  fs::path path_;
  UniqueFd fd_;
};

/// How long such a file waits for somebody to go on with it.
inline constexpr std::chrono::hours kKeptFor{7 * 24};

/// Removes the files in `dir` whose names begin so, that nobody has or went on with since `before`, but for one.
/// Returns how many.
std::uint64_t remove_kept(const fs::path& dir, std::string_view prefix, UtcTime before, std::string_view but = {});

}  // namespace mlo
