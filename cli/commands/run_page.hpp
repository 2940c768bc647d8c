#pragma once
#include "cli/context.hpp"
#include "lib/runs/run_store.hpp"

// How the `track` commands show runs.
namespace mlo::cli {

/// All of a run, as `--json` gives it.
Value run_value(const Run& run);
Value runs_value(const std::vector<Run>& runs);

/// One line a run: name, id, status, when, the metrics that tell most and the parameters that vary.
/// As many of these as fit; the names of the others come below.
void print_runs(Page& page, const std::vector<Run>& runs, UtcTime now);

Style status_style(RunStatus status);
/// "40 s ago", "3 h ago", "2 d ago", then the date.
std::string format_age(UtcTime then, UtcTime now);
/// A fact with its digest shortened: a program as "/usr/bin/python3.11 (6c1b2d3e4f5a)".
std::string brief_fact(const std::string& value);
/// The first 12 digits: the millisecond the run started in.
std::string short_id(const std::string& id);

/// The runs that these words name, in their order, each once.
std::vector<Run> find_runs(Workspace& workspace, const std::vector<std::string>& words);

/// "KEY=VALUE" cut at the first `=` that is not inside `[..]`; Error{usage} naming `what` otherwise.
std::pair<std::string, std::string> split_assignment(const std::string& word, std::string_view what);

}  // namespace mlo::cli
