#include "cli/command.hpp"
#include "cli/commands/data_page.hpp"
#include "lib/data/datasets.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::string name;
};

void declare(Args& args, Options& o) { args.positional(o.name, "NAME", "dataset"); }

Value to_value(const std::vector<DatasetVersion>& history) {
  Value list = Value::array();
  for (const DatasetVersion& version : history) {
    Value item;
    item.set("commit", version.commit.hex()).set("time", format_utc(version.when)).set("author", version.author);
    item.set("subject", version.subject).set("removed", !version.manifest);
    item.set("id", version.manifest ? Value(version.manifest->tree.str()) : Value());
    item.set("origin", version.manifest ? origin_value(version.manifest->origin) : Value());
    item.set("bytes", version.manifest ? Value(version.manifest->bytes) : Value());
    list.push(item.set("files", version.manifest ? Value(version.manifest->files) : Value()));
  }
  Value out;
  return out.set("versions", std::move(list));
}

Table to_table(const std::vector<DatasetVersion>& history) {
  Table table{{{"commit"},
               {"date", Align::left, Fit::whole},
               {"author"},
               {"version", Align::left, Fit::whole},
               {"files", Align::right},
               {"size", Align::right},
               {"subject", Align::left, Fit::wrap}},
              {}};
  const bool imported = std::any_of(history.begin(), history.end(),
                                    [](const DatasetVersion& v) { return v.manifest && v.manifest->origin; });
  if (imported) table.columns.push_back({"from", Align::left, Fit::wrap});
  for (const DatasetVersion& v : history) {
    table.rows.push_back({{v.commit.hex().substr(0, 10), Style::dim},
                          {format_utc_short(v.when)},
                          {v.author},
                          {v.manifest ? v.manifest->tree.brief() : "removed", Style::name},
                          {v.manifest ? format_count(v.manifest->files) : ""},
                          {v.manifest ? format_bytes({v.manifest->bytes}) : ""},
                          {v.subject}});
    if (imported)
      table.rows.back().push_back({v.manifest && v.manifest->origin ? origin_text(*v.manifest->origin) : ""});
  }
  return table;
}

int run(Context& ctx, const Options& o) {
  const auto history = dataset_history(ctx.workspace(), o.name);
  ctx.print([&] { return to_value(history); },
            [&](Page& page) {
              if (history.empty())
                page.line("no version is committed yet");
              else
                page.table(to_table(history));
            });
  return 0;
}

}  // namespace

Command version_data_history() {
  CommandInfo info;
  info.path = "version-data history";
  info.summary = "list the versions of a dataset over git's history";
  info.description = "Every commit reachable from HEAD that changed the dataset's manifest, newest first.";
  info.examples = {{"mlo version-data history raw", "who changed it, when, and how large it was"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli
