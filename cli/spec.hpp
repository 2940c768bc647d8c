#pragma once
#include <string>
#include <vector>

#include "cli/command.hpp"

// A command's options as plain facts: what help, completions, man pages and the parser are made from.
namespace mlo::cli {

struct OptionSpec {
  std::vector<std::string> names = {};  ///< "--force", "-f"
  std::string value = {};               ///< "N"; empty for a flag
  std::string help = {};
  std::vector<std::string> choices = {};
  std::string fallback = {};  ///< the value without the option; empty if there is none to speak of
  bool repeatable = false;
  bool global = false;  ///< every command takes it
};

struct PositionalSpec {
  std::string name;
  std::string help;
  bool required = false;
  bool many = false;
  bool after_dashes = false;
};

struct CommandSpec {
  CommandInfo info;
  std::vector<OptionSpec> options;
  std::vector<PositionalSpec> positionals;
};

/// Declares the command's options on a recorder. The options every command has come last.
CommandSpec describe(const Command& command);

/// The options that every command takes.
std::vector<OptionSpec> global_options(bool json);

/// "mlo version-data add [options] PATH.."
std::string usage_line(const CommandSpec& spec);
/// "-f, --force", "-j, --jobs N"
std::string option_label(const OptionSpec& option);
/// The option's help with its default.
std::string option_text(const OptionSpec& option);

}  // namespace mlo::cli
