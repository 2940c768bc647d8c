#pragma once
#include <map>
#include <string>
#include <string_view>

// Every command as documents: made from the same table as --help.
namespace mlo::cli {

/// cli/README.md.
std::string command_reference();
/// File name ("mlo-track-log.1") to its roff text: one page for mlo, one for each command.
std::map<std::string, std::string> man_pages(std::string_view version);

}  // namespace mlo::cli
