#pragma once
#include "lib/store/closure.hpp"
#include "lib/workspace/workspace.hpp"

namespace mlo {

/// What one repository needs of its store, by name.
struct GcRoots {
  DigestSet named;
  std::uint64_t commits = 0;    ///< looked at
  std::uint64_t manifests = 0;  ///< distinct files read
};

/// Every id that is written in a manifest, lock or record of runs which can still be reached: in the commits and
/// annotated tags of all refs, reflogs and unfinished merges or rebases of all work trees, in their indexes, in their
/// files as they are on disk, in runs that live, and in the cache of actions. A file counts for what it says, whether
/// or not it is well formed: one with the marks of a merge needs both sides. Error if anything cannot be read, also a
/// manifest of this work tree that is malformed: nothing is guessed.
GcRoots find_gc_roots(Workspace& workspace);

/// Calls `found` for each 64 hex digits that stand by themselves in `text`.
void find_digests(std::string_view text, const std::function<void(const Digest&)>& found);

}  // namespace mlo
