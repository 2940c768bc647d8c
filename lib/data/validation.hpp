#pragma once
#include <optional>
#include <string>

#include "lib/data/table_source.hpp"
#include "lib/manifest/dataset.hpp"
#include "lib/manifest/suite.hpp"
#include "lib/validate/validate.hpp"

// Validation of datasets: which suite is whose, and where the tables are that it speaks of.
namespace mlo {

/// A suite of the work tree, by its path in the repository or, without one, from `cwd`: YAML, or JSON of Great
/// Expectations. Error{not_found}, Error{invalid} with file:line:column.
SuiteManifest load_suite(const fs::path& file, const std::string& label);

/// The path of the suite that the work tree's manifest of this dataset names, else the version's own. Error{not_found}
/// with what to type if there is none.
std::string suite_of(const Workspace& workspace, const DatasetManifest& dataset);

/// The rows of a version, from the store.
DataSource dataset_source(const Workspace& workspace, std::string label, const DatasetManifest& dataset);
validate::Rows rows_of(const DataSource& source);

/// Judges a table. Other tables of the suite are datasets (at `revision`, if one is given) or paths below `base`.
validate::ValidationReport validate_source(World& world, const Workspace* workspace, const fs::path& base,
                                           const DataSource& source, const SuiteManifest& suite, std::size_t sample,
                                           const std::optional<std::string>& revision = {});

}  // namespace mlo
