#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace mlo::cli {

std::string bash_completion();
std::string zsh_completion();
std::string fish_completion();

/// By the shell's name; Error{usage} for one that mlo has no script for.
std::string completion_for(std::string_view shell);

}  // namespace mlo::cli
