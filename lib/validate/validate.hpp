#pragma once
#include <functional>
#include <string>
#include <vector>

#include "lib/manifest/suite.hpp"
#include "lib/table/table_file.hpp"
#include "lib/util/world.hpp"
#include "lib/validate/report.hpp"

namespace mlo::validate {

/// Files of one format that make one table.
struct Rows {
  std::string label;            ///< as people should read it
  std::vector<fs::path> files;  ///< absolute, symlinks resolved
  table::FileFormat format = table::FileFormat::csv;
};

/// Finds another table that a suite speaks of. What it throws makes the expectation fail with that reason.
using FindRows = std::function<Rows(const std::string& typed)>;

struct ValidateOptions {
  std::size_t sample = 5;  ///< failing rows to show of each expectation
  FindRows other = {};     ///< empty: no other tables
};

/// Judges a table: one SELECT reads it once for all counts and figures; only if rows fail, a second one counts the
/// doubles and takes a sample. An expectation that cannot be judged (no such column) has failed. Error{invalid} naming
/// the table if it cannot be read, or with file:line:column for a suite that is wrong; Error{config} without the
/// analytics engine.
ValidationReport validate(World& world, const Rows& rows, const SuiteManifest& suite,
                          const ValidateOptions& options = {});

}  // namespace mlo::validate
