#pragma once
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "lib/util/fs.hpp"

namespace mlo {

/// The directories of a run's stages: `start.yaml`, an open event log, and what is written while the stage runs. One
/// whose stage is over serves the next one under its new name, with the same files: a file system that is asked for a
/// new inode looks through all that were deleted lately, so directories made and removed by the thousand grow slower
/// with their number. From any thread.
class StageDirs {
 public:
  explicit StageDirs(fs::path parent) : parent_(std::move(parent)) {}
  /// Where stage `id` lives from now on, with `start` in its start.yaml. A power cut may take it back, or leave it
  /// under another stage's name.
  fs::path make(const std::string& id, std::string_view start);
  /// The stage is over and its record is safe elsewhere.
  void give_back(const std::string& id);

 private:
  std::optional<fs::path> take();
  const fs::path parent_;
  std::mutex mutex_;
  std::vector<fs::path> spare_;  ///< of stages that are over, still under their names
};

}  // namespace mlo
