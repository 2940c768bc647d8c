#pragma once
#include <cstddef>
#include <optional>
#include <string>

#include "lib/pipeline/pipeline.hpp"

namespace mlo {

/// Remembers what every file of a pipeline looked like when all of it was up to date, so that asking again costs one
/// stat a file and parses nothing. Racy-safe: it is only written if every file was older than the moment the look
/// began, by the file system's own clock. A cache: a damaged or missing file only costs the full look.
class IdleProof {
 public:
  /// Notes the moment; make it before looking at any file. Does nothing more.
  explicit IdleProof(Workspace& workspace);

  /// The number of stages if nothing has changed since the proof was written.
  std::optional<std::size_t> check() const;
  /// Writes the proof for a pipeline that was found idle after this object was made; does nothing where none can be had
  /// (a file as young as the look, a link at a dependency, a variable taken from the environment).
  void write(const Pipeline& pipeline);

 private:
  fs::path path() const;
  Workspace& workspace_;
  std::string file_;  ///< the pipeline file, relative to the root
  std::int64_t began_ns_ = 0;
};

}  // namespace mlo
