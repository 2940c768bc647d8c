#pragma once
#include <map>
#include <string>
#include <vector>

#include "cli/spec.hpp"

namespace mlo::cli {

/// What may come after the words of a path ("" is `mlo` itself, "version-data", "version-data add").
struct CompletionNode {
  std::vector<std::pair<std::string, std::string>> words;  ///< subcommands, with their summaries
  std::vector<OptionSpec> options;
  bool operands = false;  ///< takes arguments of its own, so files are offered
};

/// Sorted by path.
std::map<std::string, CompletionNode> completion_tree();

}  // namespace mlo::cli
