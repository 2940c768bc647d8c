#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "lib/features/train.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::string spine;
  std::vector<std::string> features, keys;
  std::optional<std::string> output;
  std::string timestamp = "event_timestamp";
  bool full_names = false;
  bool feast_compat = false;
};

void declare(Args& args, Options& o) {
  args.positional(o.spine, "SPINE",
                  "table of who is asked for and when: join keys and a time (Parquet, CSV, JSON lines)");
  args.positional(o.features, "FEATURE", Args::Many::one_or_more, "a service, or view:feature");
  args.option(o.output, "--output,-o", "FILE", "where to write: .parquet or .csv (required)");
  args.option(o.timestamp, "--timestamp", "COLUMN", "the spine's column of times (default event_timestamp)");
  args.option(o.keys, "--map", "KEY=COLUMN", "the spine calls this join key otherwise");
  args.flag(o.full_names, "--full-names", "call columns view__feature instead of feature");
  args.flag(o.feast_compat, "--feast-compat",
            "as Feast does, let a row answer before it was created: a model may see what nobody knew");
}

features::TrainRequest read_request(Context& ctx, const features::Definitions& definitions, const Options& o) {
  if (!o.output) throw Error(ErrorKind::usage, "nowhere to write").hint("add `-o train.parquet`");
  features::TrainRequest request;
  request.spine = absolute_in(ctx.world().cwd, o.spine);
  request.spine_label = o.spine;
  request.output = absolute_in(ctx.world().cwd, *o.output);
  request.output_label = *o.output;
  request.timestamp = o.timestamp;
  request.features = definitions.resolve(o.features);
  for (const std::string& text : o.keys) {
    const auto at = text.find('=');
    if (at == 0 || at == std::string::npos || at + 1 == text.size())
      throw Error(ErrorKind::usage, fmt::format("`{}` is not KEY=COLUMN", printable(text)));
    request.key_columns.emplace_back(text.substr(0, at), text.substr(at + 1));
  }
  request.names = o.full_names ? features::ColumnNames::full : features::ColumnNames::brief;
  request.knowledge = o.feast_compat ? features::Knowledge::event_only : features::Knowledge::at_the_time;
  return request;
}

Value to_value(const features::TrainReport& report, const std::string& output) {
  Value views = Value::array();
  for (const auto& view : report.views) {
    Value columns = Value::array();
    for (const std::string& column : view.columns) columns.push(column);
    views.push(Value::object()
                   .set("name", view.name)
                   .set("columns", std::move(columns))
                   .set("rows_read", view.rows_read)
                   .set("rows_skipped", view.rows_skipped)
                   .set("present", view.present)
                   .set("outside_ttl", view.outside_ttl)
                   .set("not_found", view.not_found));
  }
  return Value::object().set("output", output).set("rows", report.rows).set("views", std::move(views));
}

void lines(Page& page, const features::TrainReport& report, const std::string& output) {
  Table table{{{"view"},
               {"columns", Align::left, Fit::wrap},
               {"read", Align::right},
               {"found", Align::right},
               {"too old", Align::right},
               {"not found", Align::right}},
              {}};
  for (const auto& view : report.views) {
    table.rows.push_back({{view.name, Style::name},
                          {join(view.columns, ", ")},
                          {format_count(view.rows_read), Style::number},
                          {format_count(view.present), Style::number},
                          {format_count(view.outside_ttl), Style::number},
                          {format_count(view.not_found), Style::number}});
  }
  page.table(table);
  page.line({{"wrote "}, {output, Style::name}, {fmt::format(": {}", count_of(report.rows, "row"))}});
}

int run(Context& ctx, const Options& o) {
  const auto definitions = features::Definitions::load(ctx.workspace());
  const features::TrainRequest request = read_request(ctx, definitions, o);
  const features::TrainReport report = build_training_set(ctx.workspace(), definitions, request);
  for (const auto& view : report.views) {
    if (view.rows_skipped > 0) {
      ctx.world().log.warn(
          fmt::format("{} of view `{}` without a join key or a time", count_of(view.rows_skipped, "row"), view.name));
    }
  }
  ctx.print([&] { return to_value(report, request.output_label); },
            [&](Page& page) { lines(page, report, request.output_label); });
  return exit_code::ok;
}

}  // namespace

Command materialize_train() {
  CommandInfo info;
  info.path = "materialize train";
  info.summary = "write a training set: each row with the features of its moment";
  info.description =
      "The output has every row and column of the spine, in order, and the columns of the features. A feature's value "
      "is "
      "that of the latest row of its view, by event time, that was known at the time: neither its event nor its "
      "creation "
      "lies after the spine's. One older than the view's ttl does not count. What has no answer is null.\n\n"
      "Times without a zone are UTC. Views are defined in .mlo/features/*.yaml (schemas/README.md). It reads and "
      "writes files, so it can be a stage of mlo.yaml like any other command.";
  info.examples = {
      {"mlo materialize train flights.parquet delay -o train.parquet",
       "the features of service `delay` for each flight"},
      {"mlo materialize train flights.csv weather:temp --map airport=origin --timestamp departure -o train.csv",
       "one feature, by columns that the flights call otherwise"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli
