#include <cmath>
#include <limits>

#include "lib/codec/json.hpp"
#include "lib/codec/reader.hpp"
#include "lib/drift/report.hpp"
#include "lib/util/text.hpp"

namespace mlo::drift {
namespace {

Value optional_value(const std::optional<std::string>& text) { return text ? Value(*text) : Value(); }

template <class Items>
Value array_of(const Items& items) {
  Value array = Value::array();
  for (const auto& item : items) array.push(item);
  return array;
}

Value side_value(const ColumnSide& side) {
  Value out;
  out.set("type", side.type)
      .set("values", side.values)
      .set("nulls", side.nulls)
      .set("not_finite", side.not_finite)
      .set("distinct", side.distinct);
  if (side.moments) {
    const stats::Moments& m = *side.moments;
    out.set("mean", m.mean)
        .set("deviation", m.deviation)
        .set("minimum", m.minimum)
        .set("median", m.median)
        .set("maximum", m.maximum);
  }
  return out;
}

Value column_value(const ColumnDrift& column) {
  Value out;
  out.set("name", column.name)
      .set("kind", std::string(to_string(column.kind)))
      .set("outcome", std::string(to_string(column.outcome)));
  out.set("test", column.test.empty() ? Value() : Value(column.test));
  out.set("score", column.score ? Value(*column.score) : Value());
  out.set("threshold", column.test.empty() ? Value() : Value(column.threshold));
  out.set("reason", column.reason.empty() ? Value() : Value(column.reason)).set("notes", array_of(column.notes));
  out.set("reference", side_value(column.reference)).set("current", side_value(column.current));
  Value shape = Value::object();
  if (!column.shape.edges.empty()) shape.set("edges", array_of(column.shape.edges));
  if (!column.shape.labels.empty()) shape.set("labels", array_of(column.shape.labels));
  shape.set("reference", array_of(column.shape.reference)).set("current", array_of(column.shape.current));
  return out.set("shape", std::move(shape));
}

std::string text_or_empty(ObjectReader& reader, std::string_view key) {
  return reader.require(key).is_null() ? std::string() : reader.string(key);
}

std::optional<std::string> optional_text(ObjectReader& reader, std::string_view key) {
  if (reader.require(key).is_null()) return std::nullopt;
  return reader.string(key);
}

/// A number, or one of the strings that JSON has for what is none.
double read_real(const Value& value, std::string_view source) {
  if (value.is_number()) return value.as_number();
  if (value.is(Value::Type::string)) {
    if (value.as_string() == "NaN") return std::numeric_limits<double>::quiet_NaN();
    if (value.as_string() == "Infinity") return std::numeric_limits<double>::infinity();
    if (value.as_string() == "-Infinity") return -std::numeric_limits<double>::infinity();
  }
  fail_at(source, value, "expected a number");
}

std::vector<double> read_reals(ObjectReader& reader, std::string_view key, std::string_view source) {
  std::vector<double> reals;
  for (const Value& item : reader.array(key)) reals.push_back(read_real(item, source));
  return reals;
}

std::uint64_t read_count(ObjectReader& reader, std::string_view key) {
  const std::int64_t count = reader.integer(key);
  if (count < 0) reader.fail(key, fmt::format("`{}` must not be negative", key));
  return static_cast<std::uint64_t>(count);
}

ColumnSide read_side(const Value& value, std::string_view source) {
  ObjectReader reader(value, source, "a side of a column");
  ColumnSide side{.type = reader.string("type"),
                  .nulls = read_count(reader, "nulls"),
                  .not_finite = read_count(reader, "not_finite"),
                  .values = read_count(reader, "values"),
                  .distinct = read_count(reader, "distinct")};
  if (reader.find("mean") != nullptr) {
    const auto real = [&](std::string_view key) { return read_real(reader.require(key), source); };
    side.moments = stats::Moments{.count = side.values,
                                  .mean = real("mean"),
                                  .deviation = real("deviation"),
                                  .minimum = real("minimum"),
                                  .median = real("median"),
                                  .maximum = real("maximum")};
  }
  reader.finish();
  return side;
}

template <class Enum>
Enum read_word(ObjectReader& reader, std::string_view key, std::initializer_list<Enum> all) {
  const std::string word = reader.string(key);
  for (const Enum candidate : all) {
    if (to_string(candidate) == word) return candidate;
  }
  reader.fail(key, fmt::format("`{}` is no {}", printable(word), key));
}

ColumnDrift read_column(const Value& value, std::string_view source) {
  ObjectReader reader(value, source, "a column");
  ColumnDrift column;
  column.name = reader.string("name");
  column.kind =
      read_word(reader, "kind",
                {ColumnKind::number, ColumnKind::category, ColumnKind::text, ColumnKind::time, ColumnKind::other});
  column.outcome = read_word(reader, "outcome", {Outcome::stable, Outcome::drifted, Outcome::untested});
  column.test = text_or_empty(reader, "test");
  if (const Value& score = reader.require("score"); !score.is_null()) column.score = read_real(score, source);
  if (const Value& threshold = reader.require("threshold"); !threshold.is_null())
    column.threshold = read_real(threshold, source);
  column.reason = text_or_empty(reader, "reason");
  column.notes = reader.strings("notes");
  column.reference = read_side(reader.require("reference"), source);
  column.current = read_side(reader.require("current"), source);
  ObjectReader shape(reader.require("shape"), source, "a shape");
  column.shape = {read_reals(shape, "edges", source), shape.strings("labels"), read_reals(shape, "reference", source),
                  read_reals(shape, "current", source)};
  const std::size_t bars = column.shape.reference.size();
  const bool fits = column.shape.current.size() == bars &&
                    (column.shape.labels.empty() || column.shape.labels.size() == bars) &&
                    (column.shape.edges.empty() || column.shape.edges.size() == bars + 1) &&
                    (bars == 0 || column.shape.edges.empty() != column.shape.labels.empty());
  if (!fits) reader.fail("shape", "the parts of the shape do not fit together");
  shape.finish();
  reader.finish();
  return column;
}

}  // namespace

Value to_value(const DriftReport& report) {
  Value out;
  out.set("mlo", "drift/1")
      .set("drift", report.is_drift())
      .set("model", report.model.empty() ? Value() : Value(report.model));
  out.set("reference", report.reference).set("current", report.current);
  out.set("reference_id", optional_value(report.reference_id)).set("current_id", optional_value(report.current_id));
  out.set("when", format_utc(report.when))
      .set("reference_rows", report.reference_rows)
      .set("current_rows", report.current_rows);
  out.set("compared", std::uint64_t{report.compared()})
      .set("drifted", std::uint64_t{report.drifted()})
      .set("share", report.share());
  out.set("share_limit", report.share_limit)
      .set("missing", array_of(report.missing))
      .set("added", array_of(report.added));
  Value columns = Value::array();
  for (const ColumnDrift& column : report.columns) columns.push(column_value(column));
  return out.set("columns", std::move(columns));
}

DriftReport parse_report(std::string_view json, std::string_view source) {
  const Value document = parse_json(json, source);
  ObjectReader reader(document, source, "the drift report");
  if (reader.string("mlo") != "drift/1") reader.fail("mlo", "not a drift report of this version");
  DriftReport report;
  report.model = text_or_empty(reader, "model");
  report.reference = reader.string("reference");
  report.current = reader.string("current");
  report.reference_id = optional_text(reader, "reference_id");
  report.current_id = optional_text(reader, "current_id");
  const auto when = parse_utc(reader.string("when"));
  if (!when) reader.fail("when", "not a time in UTC");
  report.when = *when;
  report.reference_rows = read_count(reader, "reference_rows");
  report.current_rows = read_count(reader, "current_rows");
  report.share_limit = reader.number("share_limit");
  report.missing = reader.strings("missing");
  report.added = reader.strings("added");
  for (const Value& column : reader.array("columns")) report.columns.push_back(read_column(column, source));
  for (const char* derived : {"drift", "compared", "drifted", "share"}) reader.require(derived);
  reader.finish();
  return report;
}

}  // namespace mlo::drift
