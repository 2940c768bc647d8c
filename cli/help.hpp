#pragma once
#include <map>
#include <string>
#include <string_view>

#include "cli/command_table.hpp"
#include "cli/context.hpp"
#include "cli/help_topics.hpp"

namespace mlo::cli {

void show_overview(Page& page);                         ///< `mlo`
void show_group(Page& page, const GroupEntry& group);   ///< `mlo version-data`
void show_command(Page& page, const Command& command);  ///< `mlo run --help`
void show_topic(Page& page, const HelpTopic& topic);    ///< `mlo help exit-codes`

/// What each exit code of a command means: its own and those of every command.
std::map<int, std::string> exit_notes(const CommandInfo& info);

/// The entry whose path is exactly these words, or null.
const TableEntry* find_command(std::string_view path);

}  // namespace mlo::cli
