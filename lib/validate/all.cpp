#include <cmath>

#include "lib/util/text.hpp"
#include "lib/validate/expectation.hpp"

namespace mlo::validate {

// Every kind of expectation: name, whether it takes `mostly`, the function that reads it.
#define MLO_EXPECTATIONS(ROW)                                                      \
  ROW("expect_column_max_to_be_between", false, read_max)                          \
  ROW("expect_column_mean_to_be_between", false, read_mean)                        \
  ROW("expect_column_median_to_be_between", false, read_median)                    \
  ROW("expect_column_min_to_be_between", false, read_min)                          \
  ROW("expect_column_pair_values_a_to_be_greater_than_b", true, read_pair_greater) \
  ROW("expect_column_quantile_values_to_be_between", false, read_quantiles)        \
  ROW("expect_column_stdev_to_be_between", false, read_stdev)                      \
  ROW("expect_column_to_exist", false, read_exists)                                \
  ROW("expect_column_unique_value_count_to_be_between", false, read_unique_count)  \
  ROW("expect_column_value_lengths_to_be_between", true, read_lengths)             \
  ROW("expect_column_values_to_be_between", true, read_between)                    \
  ROW("expect_column_values_to_be_in_set", true, read_in_set)                      \
  ROW("expect_column_values_to_be_in_type_list", true, read_type_list)             \
  ROW("expect_column_values_to_be_increasing", true, read_increasing)              \
  ROW("expect_column_values_to_be_null", true, read_null)                          \
  ROW("expect_column_values_to_be_of_type", true, read_type)                       \
  ROW("expect_column_values_to_be_unique", true, read_unique)                      \
  ROW("expect_column_values_to_match_regex", true, read_regex)                     \
  ROW("expect_column_values_to_not_be_in_set", true, read_not_in_set)              \
  ROW("expect_column_values_to_not_be_null", true, read_not_null)                  \
  ROW("expect_column_values_to_not_match_regex", true, read_not_regex)             \
  ROW("expect_compound_columns_to_be_unique", true, read_compound_unique)          \
  ROW("expect_freshness", false, read_freshness)                                   \
  ROW("expect_relationship", true, read_relationship)                              \
  ROW("expect_table_columns_to_match_ordered_list", false, read_columns_list)      \
  ROW("expect_table_columns_to_match_set", false, read_columns_set)                \
  ROW("expect_table_row_count_to_be_between", false, read_row_count)

#define MLO_DECLARE(name, mostly, read) void read(ObjectReader& in, Expectation& out);
MLO_EXPECTATIONS(MLO_DECLARE)
#undef MLO_DECLARE

namespace {

#define MLO_KIND(name, mostly, read) {name, mostly, read},
constexpr ExpectationKind kKinds[] = {MLO_EXPECTATIONS(MLO_KIND)};
#undef MLO_KIND

const ExpectationKind& kind_of(const ExpectationRule& rule, const std::string& source) {
  std::vector<std::string> names;
  for (const ExpectationKind& kind : kKinds) {
    if (kind.name == rule.type) return kind;
    names.emplace_back(kind.name);
  }
  const std::string near = nearest(rule.type, names);
  const Value* type = rule.body.find("type");
  fail_at(source, type == nullptr ? rule.body : *type,
          fmt::format("unknown expectation `{}`; {}", printable(rule.type),
                      near.empty() ? "see `mlo help expectations`" : fmt::format("did you mean `{}`?", near)));
}

}  // namespace

std::span<const ExpectationKind> expectation_kinds() { return kKinds; }

std::vector<Expectation> read_expectations(const SuiteManifest& suite) {
  std::vector<Expectation> out;
  for (const ExpectationRule& rule : suite.expectations) {
    const std::string source = rule.body.mark().line > 0 || suite.source.empty()
                                   ? suite.source
                                   : fmt::format("{}: expectation {}", suite.source, out.size() + 1);
    const ExpectationKind& kind = kind_of(rule, source);
    ObjectReader reader(rule.body, source, fmt::format("`{}`", rule.type));
    for (const char* key : {"type", "id", "note"}) {
      if (reader.find(key) != nullptr) reader.string(key);
    }
    Expectation expectation{rule.type, {}, {}};
    if (kind.mostly && reader.find("mostly") != nullptr) expectation.mostly = reader.number("mostly");
    if (!(expectation.mostly >= 0 && expectation.mostly <= 1))
      reader.fail("mostly", "`mostly` must be between 0 and 1");
    kind.read(reader, expectation);
    reader.finish();
    out.push_back(std::move(expectation));
  }
  return out;
}

}  // namespace mlo::validate
