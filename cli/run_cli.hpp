#pragma once
#include <string>
#include <vector>

#include "cli/host.hpp"

namespace mlo::cli {

/// Runs one mlo command line (without the program's name) and returns its exit code. Never throws: every failure has
/// become its line on stderr.
int run_cli(const std::vector<std::string>& args, Host& host);

}  // namespace mlo::cli
