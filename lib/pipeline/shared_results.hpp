#pragma once
#include <optional>
#include <vector>

#include "lib/pipeline/action.hpp"

namespace mlo {

/// Results of others, asked for where this machine has none. Safe from any thread.
class SharedResults {
 public:
  virtual ~SharedResults() = default;
  /// What the action gave elsewhere; its bytes need not be here.
  virtual std::optional<ActionRecord> find(const Digest& action) = 0;
  /// Brings what these outputs hold into the store, verified; false if not all of it can be had: then the stage runs.
  virtual bool fetch(const std::vector<SavedOutput>& outputs) = 0;
};

}  // namespace mlo
