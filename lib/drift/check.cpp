#include "lib/drift/check.hpp"

#include <algorithm>
#include <cmath>

#include "lib/codec/reader.hpp"
#include "lib/drift/shape.hpp"
#include "lib/drift/typing.hpp"
#include "lib/stats/binning.hpp"
#include "lib/util/error.hpp"
#include "lib/util/parallel.hpp"
#include "lib/util/text.hpp"

namespace mlo::drift {
namespace {

constexpr double kNullShareChange = 0.05;           // from here on a changed share of nulls is worth a note
constexpr std::uint64_t kCellsAtOnce = 50'000'000;  // of both sides: 400 MB of numbers

ColumnSide describe(const LoadedColumn& column, std::uint64_t rows) {
  ColumnSide side{.type = std::string(table::to_string(column.type)),
                  .nulls = column.nulls,
                  .not_finite = column.not_finite,
                  .values = column.usable(rows),
                  .distinct = column.values.size()};
  if (!column.numbers.empty()) {
    side.distinct = stats::count_distinct(column.numbers);
    side.moments = stats::describe(column.numbers);
  }
  return side;
}

double share_of(std::uint64_t part, std::uint64_t rows) {
  return static_cast<double>(part) / static_cast<double>(rows);
}

void add_notes(ColumnDrift& column, const DriftReport& report) {
  if (column.reference.type != column.current.type) {
    column.notes.push_back(fmt::format("type {} -> {}", column.reference.type, column.current.type));
  }
  const double before = share_of(column.reference.nulls, report.reference_rows);
  const double after = share_of(column.current.nulls, report.current_rows);
  if (std::abs(before - after) >= kNullShareChange) {
    column.notes.push_back(fmt::format("nulls {:.1f}% -> {:.1f}%", before * 100, after * 100));
  }
}

const DriftTest& choose_test(const std::string& name, const Samples& samples, const DriftOptions& options) {
  if (const auto chosen = options.column_tests.find(name); chosen != options.column_tests.end()) {
    const DriftTest& test = require_test(chosen->second);
    if (test.reads(samples.kind)) return test;
    throw Error(ErrorKind::usage, fmt::format("test `{}` does not read column `{}`: it is a {}", test.name,
                                              printable(name), to_string(samples.kind)))
        .hint("see `mlo drift tests` for what each test reads");
  }
  for (const std::string& wanted : options.tests) {
    if (const DriftTest& test = require_test(wanted); test.reads(samples.kind)) return test;
  }
  const auto values = samples.kind == ColumnKind::number ? static_cast<double>(samples.reference.size())
                                                         : stats::totals(samples.value_counts()).reference;
  return default_test(samples, static_cast<std::size_t>(values));
}

void measure(ColumnDrift& column, const Samples& samples, const DriftOptions& options) {
  const DriftTest& test = choose_test(column.name, samples, options);
  column.test = test.name;
  column.threshold = options.threshold.value_or(test.threshold);
  if (const auto own = options.column_thresholds.find(column.name); own != options.column_thresholds.end())
    column.threshold = own->second;
  column.shape = draw_shape(samples);
  try {
    column.score = test.compare(samples);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::invalid) throw;
    column.reason = error.message();
    return;
  }
  column.outcome = test.is_drift(*column.score, column.threshold) ? Outcome::drifted : Outcome::stable;
  if (std::isnan(*column.score)) column.reason = "the score is beyond the range of numbers";
}

/// What can be said of a column that is on both sides.
void compare(ColumnDrift& column, LoadedColumn& reference, LoadedColumn& current, const DriftReport& report,
             const DriftOptions& options) {
  column.reference = describe(reference, report.reference_rows);
  column.current = describe(current, report.current_rows);
  column.kind = infer_kind(reference);
  if (const auto wanted = options.kinds.find(column.name); wanted != options.kinds.end())
    column.kind = require_kind(reference, wanted->second);
  add_notes(column, report);
  const bool testable = column.kind == ColumnKind::number || column.kind == ColumnKind::category;
  if (column.reference.values == 0) {
    column.reason = "the reference has no values";
  } else if (column.current.values == 0) {
    column.outcome = Outcome::drifted;
    column.reason = "no values left";
  } else if (!testable) {
    const bool chosen = options.column_tests.contains(column.name);
    if (chosen) {
      throw Error(ErrorKind::usage,
                  fmt::format("no test reads column `{}`: it is {}", printable(column.name), to_string(column.kind)))
          .hint(fmt::format("if it holds categories, say `--as {}=category`", shell_quote(column.name)));
    }
    column.reason = column.kind == ColumnKind::text   ? "free text"
                    : column.kind == ColumnKind::time ? "dates and times"
                                                      : "nested or binary values";
  } else if (!are_comparable(reference, current, column.kind)) {
    column.outcome = Outcome::drifted;
    column.reason = "values not comparable";
  } else {
    measure(column, make_samples(reference, current, column.kind), options);
  }
}

std::vector<std::string> names_of(const TableReader& reader) {
  std::vector<std::string> names;
  for (const auto& column : reader.columns()) names.push_back(column.name);
  return names;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Every column the options name exists on one side at least.
void require_columns(const DriftOptions& options, const std::vector<std::string>& reference,
                     const std::vector<std::string>& current) {
  std::vector<std::string> named = options.columns;
  named.insert(named.end(), options.ignored.begin(), options.ignored.end());
  for (const auto& [name, test] : options.column_tests) named.push_back(name);
  for (const auto& [name, threshold] : options.column_thresholds) named.push_back(name);
  for (const auto& [name, kind] : options.kinds) named.push_back(name);
  for (const std::string& name : named) {
    if (contains(reference, name) || contains(current, name)) continue;
    const std::string near = nearest(name, reference);
    throw Error(ErrorKind::usage, fmt::format("no column named `{}`", printable(name)))
        .hint(near.empty() ? fmt::format("the reference has {}", printable(join(reference, ", ")))
                           : fmt::format("did you mean `{}`?", printable(near)));
  }
}

std::size_t index_of(const std::vector<std::string>& names, const std::string& name) {
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

void require_rows(const TableReader& reader) {
  if (reader.rows() == 0)
    throw Error(ErrorKind::invalid, fmt::format("`{}` has no rows", printable(reader.source().label)));
}

}  // namespace

DriftReport check_drift(World& world, const DataSource& reference, const DataSource& current,
                        const DriftOptions& options) {
  require_valid(options);
  const table::Engine engine = table::Engine::load();
  TableReader before(engine, world, reference);
  TableReader after(engine, world, current);
  require_rows(before);
  require_rows(after);
  const std::vector<std::string> old_names = names_of(before);
  const std::vector<std::string> new_names = names_of(after);
  require_columns(options, old_names, new_names);

  DriftReport report{.reference = reference.label,
                     .current = current.label,
                     .when = world.clock.now(),
                     .reference_rows = before.rows(),
                     .current_rows = after.rows(),
                     .share_limit = options.share};
  if (reference.tree) report.reference_id = reference.tree->str();
  if (current.tree) report.current_id = current.tree->str();
  const auto wanted = [&](const std::string& name) {
    return !contains(options.ignored, name) && (options.columns.empty() || contains(options.columns, name));
  };
  std::vector<std::size_t> both;  // indices into report.columns
  for (const std::string& name : old_names) {
    if (!wanted(name)) continue;
    ColumnDrift column{.name = name};
    column.reference.type = table::to_string(before.columns()[index_of(old_names, name)].type);
    if (contains(new_names, name)) {
      both.push_back(report.columns.size());
    } else {
      report.missing.push_back(name);
      column.outcome = Outcome::drifted;
      column.reason = "missing";
    }
    report.columns.push_back(std::move(column));
  }
  for (const std::string& name : new_names) {
    if (wanted(name) && !contains(old_names, name)) report.added.push_back(name);
  }

  const auto task = world.progress.start("comparing columns", ProgressUnit::items, both.size());
  const auto at_once = std::max<std::uint64_t>(1, kCellsAtOnce / (report.reference_rows + report.current_rows));
  for (std::size_t from = 0; from < both.size(); from += at_once) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(at_once, both.size() - from));
    std::vector<std::size_t> old_places;
    std::vector<std::size_t> new_places;
    for (std::size_t i = from; i < from + count; ++i) {
      old_places.push_back(index_of(old_names, report.columns[both[i]].name));
      new_places.push_back(index_of(new_names, report.columns[both[i]].name));
    }
    auto old_columns = before.load(old_places);
    auto new_columns = after.load(new_places);
    parallel_for(count, world.threads, [&](std::size_t i) {
      check_stop(world);
      compare(report.columns[both[from + i]], old_columns[i], new_columns[i], report, options);
      task->advance(1);
    });
  }
  if (report.compared() > 0) return report;
  Error error(ErrorKind::invalid, fmt::format("no column of `{}` and `{}` could be compared",
                                              printable(reference.label), printable(current.label)));
  if (!report.columns.empty()) {
    const ColumnDrift& first = report.columns.front();
    error.hint(fmt::format("`{}`: {}", printable(first.name), first.reason));
  }
  throw error;
}

}  // namespace mlo::drift
