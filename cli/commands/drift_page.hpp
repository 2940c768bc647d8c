#pragma once
#include "cli/command.hpp"
#include "lib/drift/options.hpp"
#include "lib/drift/report.hpp"

// What the drift commands share: options, the table, the files they write.
namespace mlo::cli {

/// How a check is chosen on the command line.
struct DriftChoice {
  std::vector<std::string> columns, ignored, tests, thresholds, kinds;
  std::optional<std::string> share;
};
void declare_choice(Args& args, DriftChoice& choice);
/// Lays the choice over `base` (a baseline's options). Error{usage} for what does not parse.
drift::DriftOptions read_choice(const DriftChoice& choice, drift::DriftOptions base);

struct DriftFiles {
  std::optional<std::string> html, prometheus;
};
void declare_files(Args& args, DriftFiles& files);
/// Writes what was asked for, each by a temporary file and a rename.
void write_files(Context& ctx, const DriftFiles& files, const drift::DriftReport& report);

void report_lines(Page& page, const drift::DriftReport& report);

/// Where the last check of this repository is kept for `drift report`: a cache, not a record.
fs::path last_report_file(const Workspace& workspace);
/// Null outside a repository that mlo knows.
Workspace* find_workspace(Context& ctx);

}  // namespace mlo::cli
