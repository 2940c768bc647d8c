#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lib/codec/value.hpp"
#include "lib/crypto/digest.hpp"

namespace mlo {

/// What a path held. `files` counts only below a directory.
struct LockedPath {
  std::string path;  ///< relative to the repository root
  Digest id;         ///< of the file, or of the tree if `directory`
  bool directory = false;
  std::uint64_t bytes = 0;
  std::uint64_t files = 0;
  bool operator==(const LockedPath&) const = default;
};

struct LockedOutput {
  LockedPath content;
  bool executable = false;  ///< only for a single file
  bool cache = true;
  bool persist = false;
  bool operator==(const LockedOutput&) const = default;
};

/// What one stage read and wrote when it last succeeded; everything its action key is made of, so that a change can be
/// named.
struct StageLock {
  std::vector<std::string> commands;
  std::string wdir;                                            ///< "" is the root
  std::vector<LockedPath> deps;                                ///< ascending by path
  std::map<std::string, std::map<std::string, Value>> params;  ///< file -> key -> value; key "" is the whole file
  std::map<std::string, std::string> env;
  bool deterministic = false;
  std::vector<LockedOutput> outputs;  ///< ascending by path
  Digest action;
  bool operator==(const StageLock&) const = default;
};

/// `mlo.lock`, kind `lock/1`.
struct PipelineLock {
  std::map<std::string, StageLock, std::less<>> stages;
  bool operator==(const PipelineLock&) const = default;
};

/// The file's text, stages ascending by name. Byte-stable: equal locks give equal bytes.
std::string emit_lock(const PipelineLock& lock);
/// Error{invalid} with file:line:column; a newer version says which mlo to use.
PipelineLock parse_lock(std::string_view text, std::string_view source);

}  // namespace mlo
