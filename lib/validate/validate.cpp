#include "lib/validate/validate.hpp"

#include <map>
#include <set>

#include "lib/codec/json.hpp"
#include "lib/util/text.hpp"
#include "lib/validate/scope.hpp"

namespace mlo::validate {
namespace {

using Columns = std::vector<table::Column>;

Value value_of(const table::Column& column) {
  if (column.nulls.at(0) != 0) return {};
  if (column.type == table::ColumnType::real) return column.reals().front();
  if (column.type == table::ColumnType::string) return column.strings().front();
  return column.integers().front();
}

std::uint64_t count_in(const table::Column& column) { return static_cast<std::uint64_t>(column.integers().front()); }

/// Rows that break a check, as a condition.
std::string broken(const RowCheck& check) {
  return fmt::format("({}) AND ({}) IS NOT TRUE", check.judged, check.holds);
}

/// One validation.
class Validation {
 public:
  Validation(World& world, const Rows& rows, const SuiteManifest& suite, const ValidateOptions& options)
      : expectations_(read_expectations(suite)),
        sample_(options.sample),
        table_(world, rows, find_others(options.other)),
        now_(world.clock.now()) {
    report_.data = rows.label;
    report_.suite = suite.name;
    report_.when = now_;
  }

  ValidationReport run() {
    table_.with_types([&] {
      report_.results.clear();
      for (const Expectation& e : expectations_) report_.results.push_back({e.type, e.columns, e.bound, e.mostly});
      doubled_.clear();
      judge();
      look_at_rows();
    });
    return std::move(report_);
  }

 private:
  std::map<std::string, Rows> find_others(const FindRows& find) {
    std::map<std::string, Rows> found;
    for (const Expectation& expectation : expectations_) {
      for (const std::string& name : expectation.other) {
        if (found.contains(name) || missing_.contains(name)) continue;
        try {
          if (!find) throw Error(ErrorKind::invalid, "there are no other tables here");
          found.emplace(name, find(name));
        } catch (const Error& error) {
          if (error.kind() == ErrorKind::interrupted) throw;
          missing_.emplace(name, error.message());
        }
      }
    }
    return found;
  }

  /// Nothing if the expectation cannot be judged; its result says why.
  std::optional<Check> compile(std::size_t i, TableScope& scope) {
    try {
      return expectations_[i].compile(scope);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::invalid) throw;
      report_.results[i].reason = error.message();
      return std::nullopt;
    }
  }

  /// All counts and figures by one SELECT.
  void judge() {
    TableScope scope(table_, now_, missing_);
    std::vector<std::string> select = {"count(*)"};
    std::vector<std::function<void(const Columns&)>> takers;
    for (std::size_t i = 0; i < expectations_.size(); ++i) {
      const std::optional<Check> check = compile(i, scope);
      if (!check) continue;
      if (const auto* shape = std::get_if<ShapeCheck>(&*check)) {
        take_shape(*shape, report_.results[i]);
      } else if (const auto* value = std::get_if<ValueCheck>(&*check)) {
        const std::size_t at = select.size(), count = value->observed.size();
        select.insert(select.end(), value->observed.begin(), value->observed.end());
        select.push_back(value->holds);
        takers.push_back([this, i, at, count](const Columns& found) { take_value(i, found, at, count); });
      } else {
        const RowCheck& rows = std::get<RowCheck>(*check);
        const std::size_t at = select.size();
        const bool doubles = !rows.key.empty();
        select.push_back(fmt::format("count(*) FILTER (WHERE {})", rows.judged));
        select.push_back(doubles ? fmt::format("count(DISTINCT {}) FILTER (WHERE {})", rows.key, rows.judged)
                                 : fmt::format("count(*) FILTER (WHERE {})", broken(rows)));
        takers.push_back([this, i, at, doubles](const Columns& found) { take_rows(i, found, at, doubles); });
      }
    }
    const Columns found = table_.select(fmt::format("SELECT {} FROM {}", join(select, ", "), scope.from()));
    report_.rows = count_in(found.at(0));
    for (const auto& take : takers) take(found);
  }

  static void take_shape(const ShapeCheck& check, ExpectationResult& out) {
    out.success = check.holds;
    out.observed = check.observed;
    if (!check.holds) out.reason = check.reason;
  }

  void take_value(std::size_t i, const Columns& found, std::size_t at, std::size_t count) {
    ExpectationResult& out = report_.results[i];
    if (count == 1) {
      out.observed = value_of(found[at]);
    } else {
      out.observed = Value::array();
      for (std::size_t k = 0; k < count; ++k) out.observed->push(value_of(found[at + k]));
    }
    const table::Column& holds = found[at + count];
    out.success = holds.nulls.front() == 0 && holds.integers().front() != 0;
  }

  void take_rows(std::size_t i, const Columns& found, std::size_t at, bool doubles) {
    ExpectationResult& out = report_.results[i];
    out.judged = count_in(found[at]);
    const std::uint64_t second = count_in(found[at + 1]);
    if (doubles && second < *out.judged) doubled_.insert(i);
    if (!doubles) out.unexpected = second;
    decide(out);
  }

  static void decide(ExpectationResult& out) {
    const double judged = static_cast<double>(*out.judged);
    out.success = judged == 0 || (judged - static_cast<double>(out.unexpected)) / judged >= out.mostly;
  }

  /// Counts the rows that have a double, and takes samples.
  void look_at_rows() {
    TableScope scope(table_, now_, missing_);
    std::vector<std::string> select;
    std::vector<std::size_t> asked;
    for (std::size_t i = 0; i < expectations_.size(); ++i) {
      const bool doubled = doubled_.contains(i);
      if (!doubled && (report_.results[i].unexpected == 0 || sample_ == 0)) continue;
      const std::optional<Check> compiled = compile(i, scope);
      RowCheck check = std::get<RowCheck>(*compiled);
      if (doubled) {
        check.holds = fmt::format(
            "NOT {}",
            scope.derive(fmt::format("({0}) IN (SELECT {0} FROM {1} WHERE {2} GROUP BY 1 HAVING count(*) > 1)",
                                     check.key, table_.from(), check.judged)));
      }
      select.push_back(fmt::format("count(*) FILTER (WHERE {})", broken(check)));
      select.push_back(sample_sql(check, scope));
      asked.push_back(i);
    }
    if (asked.empty()) return;
    const Columns found = table_.select(fmt::format("SELECT {} FROM {}", join(select, ", "), scope.from()));
    for (std::size_t k = 0; k < asked.size(); ++k) {
      ExpectationResult& out = report_.results[asked[k]];
      out.unexpected = count_in(found[2 * k]);
      decide(out);
      if (sample_ > 0) out.sample = read_sample(found[2 * k + 1].strings().front());
    }
  }

  /// The first broken rows as JSON: a list of lists of texts, the number of the row before its values.
  std::string sample_sql(const RowCheck& check, TableScope& scope) const {
    if (sample_ == 0) return "NULL";
    // Texts are made of what was picked: made before, they would be made for every row.
    // No column is called as `each` is: names of the scope are its own.
    const std::string row = scope.row(), each = row + "each";
    std::vector<std::string> fields = {"r := " + row}, texts = {fmt::format("CAST({}.r AS VARCHAR)", each)};
    for (const std::string& name : check.columns) {
      const std::string field = fmt::format("v{}", fields.size());
      fields.push_back(fmt::format("{} := {}", field, table::quote_name(name)));
      texts.push_back(fmt::format("CAST({}.{} AS VARCHAR)", each, field));
    }
    const std::string picked = fmt::format("arg_min(struct_pack({}), {}, {}) FILTER (WHERE {})", join(fields, ", "),
                                           row, sample_, broken(check));
    return fmt::format("CAST(to_json(list_transform({}, lambda {}: [{}])) AS VARCHAR)", picked, each,
                       join(texts, ", "));
  }

  static std::vector<FailingRow> read_sample(const std::string& json) {
    std::vector<FailingRow> out;
    const Value rows = parse_json(json, "the sample");
    for (const Value& item : rows.items()) {
      FailingRow row;
      row.row = parse_u64(item.items().front().as_string()).value_or(0);
      for (std::size_t i = 1; i < item.items().size(); ++i) {
        const Value& value = item.items()[i];
        row.values.push_back(value.is_null() ? std::nullopt : std::optional(value.as_string()));
      }
      out.push_back(std::move(row));
    }
    return out;
  }

  std::vector<Expectation> expectations_;
  std::map<std::string, std::string> missing_;
  std::size_t sample_;
  OpenTable table_;
  UtcTime now_;
  std::set<std::size_t> doubled_;  ///< expectations that rows be unique, where some are not
  ValidationReport report_;
};

}  // namespace

ValidationReport validate(World& world, const Rows& rows, const SuiteManifest& suite, const ValidateOptions& options) {
  return Validation(world, rows, suite, options).run();
}

}  // namespace mlo::validate
