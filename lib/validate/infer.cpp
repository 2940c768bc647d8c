#include "lib/validate/infer.hpp"

#include <cmath>

#include "lib/codec/json.hpp"
#include "lib/util/text.hpp"
#include "lib/validate/opened.hpp"
#include "lib/validate/sql.hpp"

namespace mlo::validate {
namespace {

using table::ColumnType;

constexpr std::uint64_t kMostValues = 20;  ///< of a column of texts whose values are listed
constexpr std::uint64_t kFewestRows = 50;  ///< from which "no doubles" and a list of values are no accident

struct ColumnFacts {
  ColumnRef column;
  std::uint64_t values = 0, distinct = 0;
  Value min{}, max{};
  Value set = Value::array();
};

Value cell(const table::Column& column) {
  if (column.nulls.at(0) != 0) return {};
  if (column.type == ColumnType::real) return column.reals().front();
  if (column.type == ColumnType::string) return column.strings().front();
  return column.integers().front();
}

std::uint64_t count(const table::Column& column) { return static_cast<std::uint64_t>(column.integers().front()); }

bool has_order(ColumnType type) { return is_number(type) || type == ColumnType::date || type == ColumnType::timestamp; }

/// A whole number of rows below which the share is not: 0.987 becomes 0.98.
double rounded_share(std::uint64_t part, std::uint64_t all) {
  return std::floor(static_cast<double>(part) / static_cast<double>(all) * 100) / 100;
}

class Inference {
 public:
  Inference(World& world, const Rows& rows) : table_(world, rows, {}) {}

  SuiteManifest run(const std::string& name) {
    table_.with_types([&] { look(); });
    if (rows_ == 0) throw Error(ErrorKind::invalid, fmt::format("`{}` has no rows", printable(table_.rows().label)));
    suite_.name = name;
    Value names = Value::array();
    for (const ColumnFacts& facts : facts_) names.push(facts.column.name);
    add("expect_table_columns_to_match_set").set("column_set", std::move(names));
    add("expect_table_row_count_to_be_between").set("min_value", 1);
    for (const ColumnFacts& facts : facts_) describe(facts);
    return std::move(suite_);
  }

 private:
  void look() {
    facts_.clear();
    std::vector<std::string> select = {"count(*)"};
    for (const table::Column& column : table_.columns()) {
      facts_.push_back({reference_to(column)});
      const ColumnRef& ref = facts_.back().column;
      const bool order = has_order(ref.type);
      select.push_back(fmt::format("count({})", ref.sql));
      select.push_back(fmt::format("count(DISTINCT {})", ref.sql));
      for (const char* end : {"min", "max"}) {
        const std::string value = fmt::format("{}({})", end, ref.sql);
        select.push_back(!order ? "NULL" : is_number(ref.type) ? value : fmt::format("CAST({} AS VARCHAR)", value));
      }
    }
    const auto found = table_.select(fmt::format("SELECT {} FROM {}", join(select, ", "), table_.from()));
    rows_ = count(found.at(0));
    for (std::size_t i = 0; i < facts_.size(); ++i) {
      ColumnFacts& facts = facts_[i];
      facts.values = count(found[1 + 4 * i]);
      facts.distinct = count(found[2 + 4 * i]);
      if (!has_order(facts.column.type)) continue;
      facts.min = cell(found[3 + 4 * i]);
      facts.max = cell(found[4 + 4 * i]);
    }
    look_at_sets();
  }

  void look_at_sets() {
    std::vector<ColumnFacts*> asked;
    std::vector<std::string> select;
    for (ColumnFacts& facts : facts_) {
      if (facts.column.type != ColumnType::string || facts.distinct > kMostValues || rows_ < kFewestRows) continue;
      asked.push_back(&facts);
      select.push_back(fmt::format(
          "CAST(to_json(list_sort(list(DISTINCT {0}) FILTER (WHERE {0} IS NOT NULL))) AS VARCHAR)", facts.column.sql));
    }
    if (asked.empty()) return;
    const auto found = table_.select(fmt::format("SELECT {} FROM {}", join(select, ", "), table_.from()));
    for (std::size_t i = 0; i < asked.size(); ++i) {
      if (found[i].nulls.front() == 0) asked[i]->set = parse_json(found[i].strings().front(), "values");
    }
  }

  Value& add(std::string type) {
    suite_.expectations.push_back({type, {}});
    return suite_.expectations.back().body.set("type", std::move(type));
  }

  void describe(const ColumnFacts& facts) {
    const auto on_column = [&](std::string type) -> Value& {
      return add(std::move(type)).set("column", facts.column.name);
    };
    if (facts.column.type != ColumnType::other)
      on_column("expect_column_values_to_be_of_type").set("type_", to_string(facts.column.type));
    if (facts.values == 0) {
      on_column("expect_column_values_to_be_null");
      return;
    }
    Value& not_null = on_column("expect_column_values_to_not_be_null");
    if (facts.values < rows_) not_null.set("mostly", rounded_share(facts.values, rows_));
    const bool key = facts.column.type == ColumnType::integer || facts.column.type == ColumnType::string;
    if (key && rows_ >= kFewestRows && facts.distinct == facts.values) on_column("expect_column_values_to_be_unique");
    if (!facts.set.items().empty()) on_column("expect_column_values_to_be_in_set").set("value_set", facts.set);
    if (!facts.min.is_null())
      on_column("expect_column_values_to_be_between").set("min_value", facts.min).set("max_value", facts.max);
  }

  OpenTable table_;
  std::uint64_t rows_ = 0;
  std::vector<ColumnFacts> facts_;
  SuiteManifest suite_;
};

}  // namespace

SuiteManifest infer_suite(World& world, const Rows& rows, const std::string& name) {
  return Inference(world, rows).run(name);
}

}  // namespace mlo::validate
