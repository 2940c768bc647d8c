#pragma once
#include "cli/context.hpp"
#include "lib/sync/push.hpp"

// What push and pull print alike.
namespace mlo::cli {

/// What `--all` asks for. Error{usage} beside names.
Versions chosen_versions(bool all, const std::vector<std::string>& names);

Value sync_value(const SyncReport& report, const std::string& remote, bool dry_run);
/// `verb`: "pushed" or "pulled".
void sync_lines(Page& page, const SyncReport& report, std::string_view verb, bool dry_run);

}  // namespace mlo::cli
