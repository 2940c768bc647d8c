#pragma once
#include <string_view>

#include "cli/command_table.hpp"
#include "cli/context.hpp"

namespace mlo::cli {

void show_overview(Page& page);                          ///< `mlo`
void show_group(Page& page, const GroupEntry& group);    ///< `mlo version-data`
void show_command(Page& page, const Command& command);   ///< `mlo run --help`

/// The entry whose path is exactly these words, or null.
const TableEntry* find_command(std::string_view path);

}  // namespace mlo::cli
