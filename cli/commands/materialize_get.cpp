#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "cli/moment.hpp"
#include "lib/features/lookup.hpp"
#include "lib/features/materialize.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

using features::OnlineColumn;
using features::OnlineStatus;
using Keys = std::map<std::string, std::vector<std::string>>;

struct Options {
  std::vector<std::string> features, keys;
  std::optional<std::string> at;
  bool full_names = false;
};

void declare(Args& args, Options& o) {
  args.positional(o.features, "FEATURE", Args::Many::one_or_more, "a service, or view:feature");
  args.option(o.keys, "--key,-k", "KEY=VALUE", "whose features; repeat it for each join key, and for further entities");
  args.option(o.at, "--at", "TIME", "the moment that ages are counted to, not now: 2013-07-01T12:00:00Z");
  args.flag(o.full_names, "--full-names", "call features view__feature instead of feature");
}

Keys read_keys(const Options& o) {
  Keys keys;
  for (const std::string& text : o.keys) {
    const auto at = text.find('=');
    if (at == 0 || at == std::string::npos)
      throw Error(ErrorKind::usage, fmt::format("`{}` is not KEY=VALUE", printable(text)));
    keys[text.substr(0, at)].push_back(text.substr(at + 1));
  }
  return keys;
}

std::string name_of(const OnlineColumn& column, bool full) {
  return full ? column.feature.view + "__" + column.feature.feature : column.feature.feature;
}

/// Feast's answer: a list per name, join keys first, values of all entities in it.
Value to_value(const std::vector<OnlineColumn>& columns, const std::vector<TypedName>& keys, const Keys& values,
               bool full) {
  Value names = Value::array(), results = Value::array();
  for (const TypedName& key : keys) {
    names.push(key.name);
    Value texts = Value::array(), statuses = Value::array(), times = Value::array();
    for (const std::string& text : values.at(key.name)) {
      const auto number = key.type == FeatureType::integer ? parse_i64(text) : std::nullopt;
      texts.push(number ? Value(*number) : Value(text));
      statuses.push(to_string(OnlineStatus::present));
      times.push(format_utc(UtcTime()));
    }
    results.push(Value::object()
                     .set("values", std::move(texts))
                     .set("statuses", std::move(statuses))
                     .set("event_timestamps", std::move(times)));
  }
  for (const OnlineColumn& column : columns) {
    names.push(name_of(column, full));
    Value cells = Value::array(), statuses = Value::array(), times = Value::array();
    for (const OnlineColumn::Cell& cell : column.cells) {
      cells.push(features::to_value(cell.value, column.type));
      statuses.push(to_string(cell.status));
      times.push(cell.event ? Value(format_utc(*cell.event)) : Value());
    }
    results.push(Value::object()
                     .set("values", std::move(cells))
                     .set("statuses", std::move(statuses))
                     .set("event_timestamps", std::move(times)));
  }
  return Value::object()
      .set("metadata", Value::object().set("feature_names", std::move(names)))
      .set("results", std::move(results));
}

void lines(Page& page, const std::vector<OnlineColumn>& columns, const std::vector<TypedName>& keys, const Keys& values,
           bool full) {
  Table table{{}, {}};
  for (const TypedName& key : keys) table.columns.push_back({key.name, Align::left, Fit::cut, Title::name});
  for (const char* title : {"feature", "value", "status", "event"}) table.columns.push_back({title});
  for (std::size_t i = 0; i < columns.front().cells.size(); ++i) {
    for (const OnlineColumn& column : columns) {
      const OnlineColumn::Cell& cell = column.cells[i];
      const bool present = cell.status == OnlineStatus::present;
      std::vector<Table::Cell> row;
      for (const TypedName& key : keys) row.push_back({values.at(key.name)[i]});
      row.push_back({name_of(column, full), Style::name});
      row.push_back({present ? display(features::to_value(cell.value, column.type)) : "-", Style::number});
      row.push_back({std::string(to_string(cell.status)), present ? Style::good : Style::warn});
      row.push_back({cell.event ? format_utc_short(*cell.event) : "-", Style::dim});
      table.rows.push_back(std::move(row));
    }
  }
  page.table(table);
}

int run(Context& ctx, const Options& o) {
  const auto definitions = features::Definitions::load(ctx.workspace());
  const auto wanted = definitions.resolve(o.features);
  const Keys values = read_keys(o);
  const UtcTime at = o.at ? read_moment(*o.at) : ctx.world().clock.now();
  const auto store = features::open_online_store(ctx.workspace(), /*create=*/false);
  const auto columns = features::look_up(definitions, store.get(), wanted, values, at);
  const auto keys = features::keys_of(definitions, wanted);
  ctx.print([&] { return to_value(columns, keys, values, o.full_names); },
            [&](Page& page) { lines(page, columns, keys, values, o.full_names); });
  return exit_code::ok;
}

}  // namespace

Command materialize_get() {
  CommandInfo info;
  info.path = "materialize get";
  info.summary = "look up the latest features of an entity";
  info.description =
      "Answers from the online store as `mlo materialize` left it. A feature is PRESENT, NULL_VALUE (its latest row "
      "says "
      "null), OUTSIDE_MAX_AGE (the latest row is older than the view's ttl), or NOT_FOUND (no row has this key). --at "
      "counts ages to another moment, for data of the past; what came after it in the store is still the latest. "
      "--json has the shape of Feast's feature server: one entry per name, join keys first, each with the values of "
      "all "
      "entities.";
  info.examples = {
      {"mlo materialize get delay --key airport=JFK", "all features of a service for one airport"},
      {"mlo materialize get weather:temp --key airport=JFK --key airport=LGA --json", "one feature of two"},
      {"mlo materialize get delay --key airport=JFK --at 2013-12-31", "as of the end of that day"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli
