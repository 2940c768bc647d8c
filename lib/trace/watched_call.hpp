#pragma once
#include <optional>
#include <string>

#include "lib/trace/call_source.hpp"
#include "lib/trace/calls.hpp"
#include "lib/trace/file_log.hpp"
#include "lib/trace/traced_process.hpp"
#include "lib/trace/tracer.hpp"

namespace mlo {

/// What a call does to files below the root, if it succeeds.
struct CallEffect {
  std::optional<std::string> read;
  std::optional<std::string> written;
  FileLog::Write how = FileLog::Write::changes;
  std::optional<std::string> removed;
  bool moves = false;  ///< `from` becomes `to`; "" is outside the root
  std::string from, to;
  std::optional<std::string> program;  ///< executed, from outside the root
  std::string leaves;                  ///< why paths mean something else from now on
};

/// Works out what calls do. For one thread; borrows `spec`.
class CallReader {
 public:
  explicit CallReader(const TraceSpec& spec);
  /// Looks at the process and at the files as they are before the call; a call that cannot succeed has no effect.
  CallEffect effect_of(CallKind kind, const WaitingCall& call, const TracedProcess& process) const;

 private:
  CallEffect open(const TracedProcess& process, int dir, std::uint64_t path, std::uint64_t flags,
                  std::uint64_t resolve = 0) const;
  CallEffect openat2(const TracedProcess& process, const WaitingCall& call) const;
  CallEffect execute(const TracedProcess& process, int dir, std::uint64_t path, bool empty_ok) const;
  CallEffect truncate(const TracedProcess& process, std::uint64_t path) const;
  CallEffect move(const TracedProcess& process, int from_dir, std::uint64_t from, int to_dir, std::uint64_t to) const;
  CallEffect remove(const TracedProcess& process, int dir, std::uint64_t path) const;
  CallEffect make_name(const TracedProcess& process, int dir, std::uint64_t path) const;
  bool is_of_system(const std::string& path) const;
  /// The path relative to the root; nothing for one that is elsewhere.
  std::optional<std::string> inside(const std::string& path) const;
  /// Where the name leads, or the name itself where it is inside and leads elsewhere.
  std::optional<std::string> inside(const TracedProcess& process, int dir, const NamedPath& name,
                                    const FoundFile& found) const;

  const TraceSpec& spec_;
  std::string top_;  ///< the root with a slash
  std::vector<std::string> system_;
};

}  // namespace mlo
