#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/command.hpp"

namespace mlo::cli {

/// What the options of every command say.
struct Globals {
  bool json = false, quiet = false, verbose = false, help = false;
  std::string color = "auto";
  std::string directory;
};

/// Parses the arguments that follow the command's own words. Error{usage} names the culprit and, where one is near,
/// what was meant. `globals` may already hold what stood before the command.
std::function<int(Context&)> parse_arguments(const Command& command, std::vector<std::string> args, Globals& globals);

}  // namespace mlo::cli
