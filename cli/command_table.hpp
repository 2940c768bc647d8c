#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "cli/command.hpp"

namespace mlo::cli {

/// One line of commands/commands.def. `make` builds the command; only the one that runs is built at start-up.
struct TableEntry {
  std::string_view path;  ///< "version-data add"
  Command (*make)();
};

/// In the order help lists them.
std::span<const TableEntry> command_table();

/// A group is a first word with subcommands; it may be a command too (`run`).
struct GroupEntry {
  std::string_view name;
  std::string_view alias;
  std::string_view summary;
};
std::span<const GroupEntry> command_groups();
const GroupEntry* find_group(std::string_view name_or_alias);

/// A heading of the overview and the first words below it.
struct Section {
  std::string_view title;
  std::vector<std::string_view> words;
};
/// Every first word stands in one of them.
std::vector<Section> command_sections();

}  // namespace mlo::cli
