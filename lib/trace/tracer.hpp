#pragma once
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "lib/trace/file_log.hpp"
#include "lib/util/process.hpp"

// Which files a tree of processes opens, moves and executes, without being root and without its help: the kernel asks
// before each such call (seccomp user notification, Linux 5.5; else ptrace) and the call goes on once it is noted. What
// does not open shows nowhere: stat, listing a directory, descriptors that were open before.
namespace mlo {

/// A name below the root that a call is about to use.
struct FileUse {
  std::string path;     ///< relative to the root
  bool writes = false;  ///< or makes, moves, removes
  bool exists = false;
  bool made = false;  ///< by the tree itself
};

using PathSet = std::set<std::string, std::less<>>;

struct TraceSpec {
  fs::path root;  ///< absolute, without links; what is elsewhere is not noted, but for the programs executed
  /// What counts as elsewhere although it is below the root; by its path relative to it.
  std::function<bool(std::string_view)> is_elsewhere;
  PathSet unread;     ///< files and directories of which no reads are noted, relative to the root
  PathSet untouched;  ///< and of which neither reads nor writes are
  /// True: the call fails with EACCES. Empty: none does. A program that changes a path while the kernel reads it gets
  /// past this; it is against mistakes.
  std::function<bool(const FileUse&)> denies;
};

/// Traces commands one after the other, each with all that it starts. For one thread; what a command calls waits until
/// answer() is called, so that must come soon whenever poll_fd() is readable. If this object goes, what still runs of
/// the tree goes on with every such call failing (ENOSYS).
class Tracer {
 public:
  explicit Tracer(TraceSpec spec);
  ~Tracer();
  Tracer(const Tracer&) = delete;

  /// What is armed from now on lives in this ruleset of Landlock; borrowed.
  void enclose(int landlock_fd);
  /// Makes the command start traced. It borrows from this object until it has started.
  void arm(ProcessSpec& process);
  /// The armed command has started, or could not.
  void attach();
  /// Readable when calls wait; -1: there is nothing to trace.
  int poll_fd() const;
  /// Answers one call that waits. `events`: what poll() says of the descriptor, not 0.
  void answer(short events);
  /// The command and all that it started is gone, or nobody cares any more.
  void detach();

  /// Why not all is noted, in words; empty: all is.
  const std::string& incomplete() const;
  /// By what: "seccomp", "ptrace"; "none" if no command was traced.
  std::string_view method() const;
  /// Answering failed: the tree cannot go on.
  bool broken() const;

  const FileLog& files() const;
  /// Programs from outside the root, by absolute path; the first 1000.
  const std::set<std::string>& programs() const;
  const std::set<std::string>& denied() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Why processes cannot be traced here, in words; nothing if they can. Starts one.
std::optional<std::string> why_untraceable(const fs::path& root);

}  // namespace mlo
