#pragma once
#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "lib/util/fs.hpp"

namespace mlo {

/// A place in the file system as a process names it.
struct NamedPath {
  std::string path;
  std::string at;  ///< the same for us: below /proc/PID where it is relative to that process
};

/// A thread that waits in a system call, looked into from outside. It may be gone at any time: then nothing comes back,
/// or what another process with its number says; who asks finds out when answering the call.
class TracedProcess {
 public:
  /// `fails` gets the reason, in words, why it cannot be looked into although it is there.
  TracedProcess(pid_t thread, const std::function<void(std::string)>& fails) : thread_(thread), fails_(fails) {}

  /// The bytes there; false if it does not have them.
  bool read(std::uint64_t address, std::span<char> into) const;
  /// The path whose text is at `address`, seen from its directory descriptor `dir`. `empty_ok`: an empty one is the
  /// descriptor itself. Nothing if the call cannot succeed with it.
  std::optional<NamedPath> path(int dir, std::uint64_t address, bool empty_ok = false) const;
  /// Where a relative path of it begins: the name of the directory. Nothing if that has none.
  std::optional<std::string> directory(int dir) const;

 private:
  std::optional<std::string> text(std::uint64_t address) const;

  pid_t thread_;
  const std::function<void(std::string)>& fails_;
};

/// What a name leads to.
struct FoundFile {
  std::string path;  ///< absolute, without links
  unsigned mode = 0;
  unsigned owner = 0;
};

/// Whether this process may use the file so: R_OK, W_OK.
bool may_use(const FoundFile& file, int how);
/// Follows all links; `follow` false: not the last one. Opens nothing, so that nothing can wait for it.
std::optional<FoundFile> find_file_at(const std::string& at, bool follow = true);
/// The absolute name, without links but for itself, of what could be made there; nothing if its directory is not there.
std::optional<std::string> place_at(const std::string& at);

}  // namespace mlo
