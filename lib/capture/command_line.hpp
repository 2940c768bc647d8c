#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace mlo {

/// What a line for a shell starts, as far as the line itself says it.
struct StartedPrograms {
  std::vector<std::string> programs;  ///< as typed, in order, each once: the first words of its commands
  std::vector<std::string> images;    ///< that `docker run` or `podman run` are given, in order
};

/// Looks through lists, pipes, assignments, words of the shell, and what only starts something else (`env`, `time`,
/// `nice`, `uv run`, ..: both count). What the shell does itself is no program; neither is a word that the shell would
/// have to fill in. Never throws: a line that no shell takes gives what was understood.
StartedPrograms started_programs(std::string_view line);

}  // namespace mlo
