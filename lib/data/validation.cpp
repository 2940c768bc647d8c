#include "lib/data/validation.hpp"

#include "lib/data/datasets.hpp"
#include "lib/manifest/names.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"
#include "lib/validate/gx_suite.hpp"

namespace mlo {
namespace {

constexpr std::uint64_t kMostSuiteBytes = 64U << 20U;

/// Another table that a suite of a repository names: it must not lead out of there.
DataSource find_related(const Workspace* workspace, const fs::path& base, const std::optional<std::string>& revision,
                        const std::string& typed) {
  const auto [name, version] = split_dataset_spec(typed);
  if (workspace != nullptr && is_dataset_name(name) && (version || revision || find_dataset(*workspace, name))) {
    const std::string spec = version || !revision ? typed : fmt::format("{}@{}", name, *revision);
    return dataset_source(*workspace, typed, resolve_dataset(*workspace, spec));
  }
  if (revision || !is_safe_relative(typed))
    throw Error(ErrorKind::invalid,
                fmt::format("`{}` is neither a dataset{} here", printable(typed), revision ? "" : " nor a path below"));
  return resolve_source(base, nullptr, typed);
}

}  // namespace

SuiteManifest load_suite(const fs::path& file, const std::string& label) {
  return validate::parse_any_suite(read_file(file, kMostSuiteBytes), label);
}

std::string suite_of(const Workspace& workspace, const DatasetManifest& dataset) {
  if (const auto now = find_dataset(workspace, dataset.name); now && now->suite) return *now->suite;
  if (dataset.suite) return *dataset.suite;
  throw Error(ErrorKind::not_found, fmt::format("the dataset `{}` names no suite", dataset.name))
      .hint(
          fmt::format("propose one with `mlo version-data validate --infer {0} -o .mlo/suites/{0}.yaml`, name it with "
                      "`mlo version-data add {1} --suite .mlo/suites/{0}.yaml`",
                      dataset.name, shell_quote(dataset.path)));
}

DataSource dataset_source(const Workspace& workspace, std::string label, const DatasetManifest& dataset) {
  return stored_source(workspace, std::move(label), dataset.tree, dataset.directory,
                       fs::path(dataset.path).filename().native());
}

validate::Rows rows_of(const DataSource& source) { return {source.label, source.files, source.format}; }

validate::ValidationReport validate_source(World& world, const Workspace* workspace, const fs::path& base,
                                           const DataSource& source, const SuiteManifest& suite, std::size_t sample,
                                           const std::optional<std::string>& revision) {
  validate::ValidateOptions options{.sample = sample};
  options.other = [&](const std::string& typed) { return rows_of(find_related(workspace, base, revision, typed)); };
  validate::ValidationReport report = validate::validate(world, rows_of(source), suite, options);
  if (source.tree) report.id = source.tree->str();
  return report;
}

}  // namespace mlo
