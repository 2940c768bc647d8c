#include "lib/features/typed_reader.hpp"

#include "lib/codec/reader.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::features {
namespace {

using table::Column;
using table::ColumnType;

/// How one wanted column is read and checked.
struct Plan {
  WantedColumn wanted;
  std::string sql;            ///< gives the value
  bool parse = false;         ///< the value is text that is parsed here
  std::string spelling = {};  ///< gives the text of a value that could not be converted, else null
};

/// Whether the engine's own type converts without loss.
bool converts(ColumnType from, FeatureType to) {
  switch (to) {
    case FeatureType::boolean:
      return from == ColumnType::boolean;
    case FeatureType::integer:
      return from == ColumnType::integer;
    case FeatureType::real:
      return from == ColumnType::real || from == ColumnType::integer;
    case FeatureType::date:
      return from == ColumnType::date;
    case FeatureType::timestamp:
      return from == ColumnType::timestamp || from == ColumnType::date;
    case FeatureType::string:
      return from != ColumnType::real && from != ColumnType::other;
  }
  return false;
}

std::string_view sql_type(FeatureType type) {
  static constexpr std::string_view kTypes[] = {"BOOLEAN", "BIGINT", "DOUBLE", "VARCHAR", "DATE", "TIMESTAMPTZ"};
  return kTypes[static_cast<std::size_t>(type)];
}

Plan plan_column(const WantedColumn& wanted, ColumnType found, const Relation& relation) {
  const std::string name = table::quote_name(wanted.column);
  const bool json = relation.form == Relation::Form::json;
  const bool spelled = relation.form != Relation::Form::typed || found == ColumnType::string;
  const bool time = wanted.type == FeatureType::timestamp || wanted.type == FeatureType::date;
  if (spelled && (relation.form != Relation::Form::typed || time)) {
    const std::string text = json ? fmt::format("json_extract_string({}, '$')", name) : name;
    if (wanted.type == FeatureType::string) return {wanted, text};
    if (!time) return {wanted, text, /*parse=*/true};
    const std::string cast = fmt::format("TRY_CAST({} AS {})", text, sql_type(wanted.type));
    return {wanted, cast, false, fmt::format("CASE WHEN {} IS NULL THEN {} END", cast, text)};
  }
  if (!converts(found, wanted.type)) {
    throw Error(ErrorKind::invalid, fmt::format("column `{}` of {} is {}, not {}", printable(wanted.column),
                                                relation.label, to_string(found), to_string(wanted.type)))
        .hint(fmt::format("cast it in a view's `sql`, or declare it as {}", to_string(found)));
  }
  // Times of any kind arrive as UTC microseconds; a cast to one with zone would go through a calendar, row by row.
  if (found == ColumnType::timestamp && wanted.type == FeatureType::timestamp) return {wanted, name};
  return {wanted, fmt::format("CAST({} AS {})", name, sql_type(wanted.type))};
}

[[noreturn]] void fail_value(const Relation& relation, const WantedColumn& wanted, std::uint64_t row,
                             std::string_view value) {
  Error error(ErrorKind::invalid,
              fmt::format("row {} of {}: column `{}`: `{}` is no {}", row, relation.label, printable(wanted.column),
                          printable(value.substr(0, 80)), to_string(wanted.type)));
  if (wanted.type == FeatureType::timestamp)
    error.hint("times look like 2001-02-03 04:05:06, as UTC or with an offset");
  throw error;
}

/// Parses text columns into values of their type.
class TextParser {
 public:
  TextParser(const Relation& relation, const WantedColumn& wanted) : relation_(relation), wanted_(wanted) {
    out_.name = wanted.column;
    out_.type = column_type(wanted.type);
    if (wanted.type == FeatureType::real) out_.values.emplace<1>();
  }

  const Column& parse(const Column& texts, std::uint64_t first_row) {
    clear(out_);
    out_.nulls = texts.nulls;
    for (std::size_t i = 0; i < texts.nulls.size(); ++i) {
      const std::string_view text = trim(texts.strings()[i]);
      if (!append(texts.nulls[i], text)) fail_value(relation_, wanted_, first_row + i, texts.strings()[i]);
    }
    return out_;
  }

 private:
  bool append(bool null, std::string_view text) {
    if (wanted_.type == FeatureType::real) {
      const auto value = null ? 0.0 : parse_double(text);
      if (value) std::get<1>(out_.values).push_back(*value);
      return value.has_value();
    }
    const auto value = null ? 0 : wanted_.type == FeatureType::integer ? parse_i64(text) : parse_boolean(text);
    if (value) std::get<0>(out_.values).push_back(*value);
    return value.has_value();
  }

  static std::optional<std::int64_t> parse_boolean(std::string_view text) {
    const std::string word = to_lower(text);
    if (word == "true" || word == "t" || word == "1") return 1;
    if (word == "false" || word == "f" || word == "0") return 0;
    return std::nullopt;
  }

  const Relation& relation_;
  const WantedColumn& wanted_;
  Column out_;
};

void require_spellable(const Relation& relation, const WantedColumn& wanted, const Column& column,
                       std::uint64_t first_row) {
  for (std::size_t i = 0; i < column.nulls.size(); ++i) {
    if (!column.nulls[i] && !is_spellable(UtcTime::from_micros(column.integers()[i])))
      fail_value(relation, wanted, first_row + i, "a time beyond the years 0 to 9999");
  }
}

std::vector<Plan> plan_columns(table::Connection& connection, const Relation& relation,
                               const std::vector<WantedColumn>& wanted) {
  const std::vector<Column> found = columns_of(connection, relation);
  std::vector<std::string> names;
  for (const Column& column : found) names.push_back(column.name);
  std::vector<Plan> plans;
  for (const WantedColumn& want : wanted) {
    const auto at = std::find(names.begin(), names.end(), want.column);
    if (at == names.end()) {
      Error error(ErrorKind::invalid, fmt::format("{} has no column `{}`", relation.label, printable(want.column)));
      const std::string near = nearest(want.column, names);
      throw error.hint(near.empty() ? fmt::format("it has {}", printable(join(names, ", ").substr(0, 300)))
                                    : fmt::format("did you mean `{}`?", printable(near)));
    }
    plans.push_back(plan_column(want, found[static_cast<std::size_t>(at - names.begin())].type, relation));
  }
  return plans;
}

/// JSON values are read as they are written, whatever the engine would guess of the first ones.
std::string from_clause(const Relation& relation, const std::vector<Plan>& plans) {
  if (relation.form != Relation::Form::json) return relation.sql;
  std::vector<std::string> columns;
  for (const Plan& plan : plans) columns.push_back(table::quote(plan.wanted.column) + ": 'JSON'");
  std::sort(columns.begin(), columns.end());
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  return relation.sql.substr(0, relation.sql.size() - 1) + ", columns = {" + join(columns, ", ") + "})";
}

}  // namespace

ColumnType column_type(FeatureType type) {
  static constexpr ColumnType kTypes[] = {ColumnType::boolean, ColumnType::integer, ColumnType::real,
                                          ColumnType::string,  ColumnType::date,    ColumnType::timestamp};
  return kTypes[static_cast<std::size_t>(type)];
}

Relation relation_of(const std::vector<fs::path>& files, table::FileFormat format, std::string label,
                     const std::vector<std::string>& nulls) {
  const bool csv = table::is_csv(format);
  return {.sql = table::scan(files, format, {.as_text = true, .nulls = nulls}),
          .label = std::move(label),
          .form = csv                                    ? Relation::Form::text
                  : format == table::FileFormat::parquet ? Relation::Form::typed
                                                         : Relation::Form::json};
}

std::vector<Column> columns_of(table::Connection& connection, const Relation& relation) {
  return connection.select(fmt::format("SELECT * FROM {} LIMIT 0", relation.sql));
}

void read_typed(table::Connection& connection, World& world, const Relation& relation,
                const std::vector<WantedColumn>& wanted,
                const std::function<void(const std::vector<const Column*>&)>& take) {
  const std::vector<Plan> plans = plan_columns(connection, relation, wanted);
  std::vector<std::string> selected;
  std::vector<TextParser> parsers;
  for (const Plan& plan : plans) {
    selected.push_back(plan.sql);
    parsers.emplace_back(relation, plan.wanted);
  }
  std::vector<std::size_t> checked;  // the plans with a spelling, whose columns follow
  for (std::size_t i = 0; i < plans.size(); ++i) {
    if (plans[i].spelling.empty()) continue;
    selected.push_back(plans[i].spelling);
    checked.push_back(i);
  }
  std::uint64_t row = 1;
  std::vector<const Column*> out(plans.size());
  connection.stream(fmt::format("SELECT {} FROM {}", join(selected, ", "), from_clause(relation, plans)), world.stop,
                    [&](const std::vector<Column>& columns) {
                      for (std::size_t i = 0; i < checked.size(); ++i) {
                        const Column& spelling = columns[plans.size() + i];
                        const auto bad =
                            std::find(spelling.nulls.begin(), spelling.nulls.end(), false) - spelling.nulls.begin();
                        if (static_cast<std::size_t>(bad) < spelling.nulls.size())
                          fail_value(relation, plans[checked[i]].wanted, row + static_cast<std::uint64_t>(bad),
                                     spelling.strings()[static_cast<std::size_t>(bad)]);
                      }
                      for (std::size_t i = 0; i < plans.size(); ++i) {
                        out[i] = plans[i].parse ? &parsers[i].parse(columns[i], row) : &columns[i];
                        if (plans[i].wanted.type == FeatureType::timestamp)
                          require_spellable(relation, plans[i].wanted, *out[i], row);
                      }
                      if (!columns.empty()) row += columns.front().nulls.size();
                      take(out);
                    });
}

}  // namespace mlo::features
