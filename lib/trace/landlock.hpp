#pragma once
#include <optional>
#include <string>
#include <vector>

#include "lib/util/fs.hpp"

namespace mlo {

/// What a tree of processes may do to files, enforced by the kernel (Landlock, Linux 5.13): nothing but what is
/// allowed here. A right counts for a file, or for a directory and all below it, now and later.
class Landlock {
 public:
  /// Why there is none here, in words; nothing if there is.
  static std::optional<std::string> why_not();

  /// Allows to list directories, everywhere, and nothing else. Error{io} if there is no Landlock.
  Landlock();

  enum class Right {
    read,   ///< and execute
    write,  ///< and read, execute, make, remove, move
  };
  /// A path that is not there is passed over.
  void allow(const fs::path& path, Right right);
  /// Reading of all that lies beside `path` and beside the directories it is in, as it is now.
  void allow_around(const fs::path& path);

  /// Of the ruleset; owned by this object.
  int fd() const { return rules_.get(); }

 private:
  void add(int place, std::uint64_t rights);
  void allow_entries(const fs::path& directory, const std::string& but);
  std::uint64_t handled_ = 0;
  UniqueFd rules_;
};

}  // namespace mlo
