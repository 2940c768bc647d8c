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
    out_ = table::start_column(wanted.column, column_type(wanted.type));
  }

  const Column& parse(const Column& texts, std::uint64_t first_row) {
    clear(out_);
    out_.nulls = texts.nulls;
    for (std::size_t i = 0; i < texts.nulls.size(); ++i) {
      const std::string_view text = trim(texts.strings()[i]);
      if (!append(texts.nulls[i] != 0, text)) fail_value(relation_, wanted_, first_row + i, texts.strings()[i]);
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
  const auto [least, most] = std::minmax_element(column.integers().begin(), column.integers().end());
  if (least == column.integers().end() ||
      (is_spellable(UtcTime::from_micros(*least)) && is_spellable(UtcTime::from_micros(*most))))
    return;
  for (std::size_t i = 0; i < column.nulls.size(); ++i) {
    if (column.nulls[i] == 0 && !is_spellable(UtcTime::from_micros(column.integers()[i])))
      fail_value(relation, wanted, first_row + i, "a time beyond the years 0 to 9999");
  }
}

std::vector<Plan> plan_columns(const std::vector<Column>& found, const Relation& relation,
                               const std::vector<WantedColumn>& wanted) {
  std::vector<std::string> names;
  for (const Column& column : found) names.push_back(column.name);
  std::vector<Plan> plans;
  for (const WantedColumn& want : wanted) {
    const auto at = std::find(names.begin(), names.end(), want.column);
    if (at == names.end()) {
      Error error(ErrorKind::invalid, fmt::format("{} has no column `{}`", relation.label, printable(want.column)));
      const std::string near = nearest(want.column, names);
      throw error.hint((near.empty() ? fmt::format("it has {}", printable(join(names, ", ").substr(0, 300)))
                                     : fmt::format("did you mean `{}`?", printable(near))) +
                       (want.option.empty() ? "" : fmt::format("; `{}` names another", want.option)));
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

/// From what was selected to what was wanted: values of their types, or an error that names the row.
class Conversion {
 public:
  Conversion(const Relation& relation, const std::vector<Plan>& plans) : relation_(relation), plans_(plans) {
    for (std::size_t i = 0; i < plans.size(); ++i) {
      parsers_.emplace_back(relation, plans[i].wanted);
      if (!plans[i].spelling.empty()) checked_.push_back(i);
    }
  }

  /// The wanted columns, then the spellings of those that have one.
  std::vector<table::Expression> select() const {
    std::vector<table::Expression> all;
    for (const Plan& plan : plans_) all.push_back({plan.sql, plan.wanted.column});
    for (const std::size_t i : checked_) all.push_back({plans_[i].spelling, plans_[i].wanted.column});
    return all;
  }

  std::vector<const Column*> convert(const std::vector<Column>& columns, std::uint64_t place) {
    const std::uint64_t row = place + 1;
    for (std::size_t i = 0; i < checked_.size(); ++i) {
      const Column& spelling = columns[plans_.size() + i];
      const auto bad =
          static_cast<std::size_t>(std::find(spelling.nulls.begin(), spelling.nulls.end(), 0) - spelling.nulls.begin());
      if (bad < spelling.nulls.size())
        fail_value(relation_, plans_[checked_[i]].wanted, row + bad, spelling.strings()[bad]);
    }
    std::vector<const Column*> out;
    for (std::size_t i = 0; i < plans_.size(); ++i) {
      out.push_back(plans_[i].parse ? &parsers_[i].parse(columns[i], row) : &columns[i]);
      if (plans_[i].wanted.type == FeatureType::timestamp)
        require_spellable(relation_, plans_[i].wanted, *out.back(), row);
    }
    return out;
  }

 private:
  const Relation& relation_;
  const std::vector<Plan>& plans_;
  std::vector<TextParser> parsers_;
  std::vector<std::size_t> checked_;
};

void read_in_order(table::Connection& connection, World& world, const Relation& relation,
                   const std::vector<Plan>& plans, const TakeRows& take) {
  Conversion conversion(relation, plans);
  std::vector<std::string> selected;
  for (const table::Expression& expression : conversion.select()) selected.push_back(expression.sql);
  std::uint64_t place = 0;
  connection.stream(fmt::format("SELECT {} FROM {}", join(selected, ", "), from_clause(relation, plans)), world.stop,
                    [&](const std::vector<Column>& columns) {
                      take(conversion.convert(columns, place), place);
                      place += columns.front().nulls.size();
                    });
}

void read_in_parallel(table::Connection& connection, World& world, const Relation& relation,
                      const std::vector<Plan>& plans, const std::string& number, const TakeRows& take) {
  std::vector<table::Expression> select = Conversion(relation, plans).select();
  select.push_back({number, number});
  connection.scatter(select, relation.sql, world.stop, [&](const std::vector<Column>& columns) {
    const std::vector<std::int64_t>& places = columns.back().integers();
    MLO_ASSERT(!places.empty() && places.back() - places.front() + 1 == static_cast<std::int64_t>(places.size()));
    const auto place = static_cast<std::uint64_t>(places.front());
    take(Conversion(relation, plans).convert(columns, place), place);
  });
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
                                                         : Relation::Form::json,
          .numbered = format == table::FileFormat::parquet && files.size() == 1};
}

std::vector<Column> columns_of(table::Connection& connection, const Relation& relation) {
  return connection.select(fmt::format("SELECT * FROM {} LIMIT 0", relation.sql));
}

void read_typed(table::Connection& connection, World& world, const Relation& relation,
                const std::vector<WantedColumn>& wanted, RowOrder order, const TakeRows& take) {
  const std::vector<Column> found = columns_of(connection, relation);
  const std::vector<Plan> plans = plan_columns(found, relation, wanted);
  const std::string number = relation.numbered ? table::row_number_of(found, table::FileFormat::parquet) : "";
  if (order == RowOrder::kept || number.empty()) return read_in_order(connection, world, relation, plans, take);
  try {
    read_in_parallel(connection, world, relation, plans, number, take);
  } catch (const Error&) {
    check_stop(world);
    // Which of several bad rows was met first is chance; the first one is what the user is told.
    read_in_order(connection, world, relation, plans, [](const auto&, std::uint64_t) {});
    throw;
  }
}

}  // namespace mlo::features
