#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "lib/data/data_usage.hpp"
#include "lib/store/usage.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::vector<std::string> names;
  bool history = false;
};

void declare(Args& args, Options& o) {
  args.positional(o.names, "NAME", Args::Many::zero_or_more, "datasets (default: all)");
  args.flag(o.history, "--history", "also what only older versions need");
}

Value value_of(const StoreUsage& store) {
  const auto part = [](const StoreUsage::Part& p) { return Value::object().set("files", p.files).set("bytes", p.bytes); };
  return Value::object()
      .set("objects", part(store.objects))
      .set("packs", part(store.packs))
      .set("indexes", part(store.indexes))
      .set("trash", part(store.trash))
      .set("quarantine", part(store.quarantine))
      .set("bytes", store.total());
}

Value value_of(const DatasetUsage& usage, bool history) {
  Value out = Value::object()
                  .set("name", usage.manifest.name)
                  .set("files", usage.manifest.files)
                  .set("bytes", usage.manifest.bytes)
                  .set("stored_bytes", usage.stored)
                  .set("shared_bytes", usage.shared)
                  .set("absent_objects", usage.absent);
  if (history) out.set("versions", usage.versions).set("old_bytes", usage.old_bytes);
  return out;
}

Table table_of(const std::vector<DatasetUsage>& datasets, bool history) {
  Table table{.columns = {{"dataset"},
                          {"files", Align::right},
                          {"size", Align::right},
                          {"stored", Align::right},
                          {"shared", Align::right}},
              .rows = {}};
  if (history) {
    table.columns.push_back({"versions", Align::right});
    table.columns.push_back({"older", Align::right});
  }
  for (const DatasetUsage& usage : datasets) {
    std::vector<Table::Cell> row = {{usage.manifest.name, Style::name},
                                    {format_count(usage.manifest.files)},
                                    {format_bytes({usage.manifest.bytes})},
                                    {format_bytes({usage.stored})},
                                    {format_bytes({usage.shared})}};
    if (history) {
      row.push_back({format_count(usage.versions)});
      row.push_back({format_bytes({usage.old_bytes})});
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

void print(Page& page, const std::vector<DatasetUsage>& datasets, const StoreUsage& store, bool history) {
  if (!datasets.empty()) page.table(table_of(datasets, history));
  const auto part = [](std::string_view what, const StoreUsage::Part& p) {
    return p.files == 0 ? "" : fmt::format("; {}: {} ({})", what, count_of(p.files, "file"), format_bytes({p.bytes}));
  };
  page.line(fmt::format("on disk {}: {} ({}) by themselves, {} ({}){}{}{}", format_bytes({store.total()}),
                        count_of(store.objects.files, "object"), format_bytes({store.objects.bytes}),
                        count_of(store.packs.files, "pack"), format_bytes({store.packs.bytes}),
                        part("indexes", store.indexes), part("trash", store.trash),
                        part("quarantine", store.quarantine)));
}

int run(Context& ctx, const Options& o) {
  const Workspace& workspace = ctx.workspace();
  const auto datasets = measure_datasets(workspace, o.names, o.history ? History::measure : History::skip);
  const StoreUsage store = measure_store(workspace.store());
  ctx.print(
      [&] {
        Value list = Value::array();
        for (const DatasetUsage& usage : datasets) list.push(value_of(usage, o.history));
        return Value::object().set("datasets", std::move(list)).set("store", value_of(store));
      },
      [&](Page& page) { print(page, datasets, store, o.history); });
  return exit_code::ok;
}

}  // namespace

Command version_data_du() {
  CommandInfo info;
  info.path = "version-data du";
  info.summary = "show what datasets take of the disk";
  info.description =
      "For each dataset: files and bytes of the work tree's version, how many bytes of it the store has (each content "
      "once, trees included), and how many of these another dataset needs too. With `--history` also how many different "
      "versions HEAD's history has, and what only the older ones need. The last line is the whole store: objects, "
      "packs, trash, quarantine.";
  info.examples = {{"mlo version-data du", "what takes the space?"},
                   {"mlo version-data du raw --history", "and what do its old versions take?"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli
