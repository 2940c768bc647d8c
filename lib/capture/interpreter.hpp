#pragma once
#include <optional>
#include <string>
#include <vector>

#include "lib/util/environment.hpp"
#include "lib/util/fs.hpp"

namespace mlo {

/// What a Python says of itself.
struct Interpreter {
  std::string version;           ///< "cpython 3.11.2"
  fs::path executable;           ///< itself, behind shims and links
  fs::path prefix, base_prefix;  ///< of its environment, and of the installation under it
  std::vector<fs::path> path;    ///< where it looks for modules
};

/// True for what starts a Python by its name: `python`, `python3.11`, `pypy3`.
bool is_python_name(std::string_view program);

/// Starts `program` in `cwd` and asks it; nothing if it does not answer as a Python does, within 10 seconds of
/// processor. With a `cache` directory an answer is kept there and counts as long as the program, its environment's
/// configuration, PYTHON* variables and the directories of its path are what they were, so that a Python is started
/// once for each state of the machine. A program that is a script (a shim) may choose another Python each time: that is
/// asked each time.
std::optional<Interpreter> ask_python(const fs::path& program, const fs::path& cwd, const Environment& env,
                                      const fs::path& cache);

/// What a script names behind `#!`: "/usr/bin/python3", or of `#!/usr/bin/env python3` the second word; nothing if
/// the file is no script.
std::optional<std::string> script_interpreter(const fs::path& file);

}  // namespace mlo
