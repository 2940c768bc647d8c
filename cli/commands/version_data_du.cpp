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
  const auto part = [](const StoreUsage::Part& p) {
    return Value::object().set("files", p.files).set("bytes", p.bytes);
  };
  return Value::object()
      .set("objects", part(store.objects))
      .set("packs", part(store.packs))
      .set("indexes", part(store.indexes))
      .set("trash", part(store.trash))
      .set("quarantine", part(store.quarantine))
      .set("bytes", store.total());
}

Value value_of(const StoredBytes& bytes, bool history) {
  Value out = Value::object().set("stored_bytes", bytes.stored).set("shared_bytes", bytes.shared);
  if (history) out.set("old_bytes", bytes.old);
  return out;
}

Value value_of(const DatasetUsage& usage, bool history) {
  Value out = Value::object()
                  .set("name", usage.manifest.name)
                  .set("files", usage.manifest.files)
                  .set("bytes", usage.manifest.bytes)
                  .set("stored_bytes", usage.bytes.stored)
                  .set("shared_bytes", usage.bytes.shared)
                  .set("absent_objects", usage.absent);
  if (history) out.set("versions", usage.versions).set("old_bytes", usage.bytes.old);
  return out;
}

Table table_of(const DataUsage& usage, bool history) {
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
  const auto add = [&](const std::string& name, std::uint64_t files, std::uint64_t size, const StoredBytes& bytes,
                       const std::string& versions) {
    std::vector<Table::Cell> row = {{name, Style::name},
                                    {format_count(files)},
                                    {format_bytes({size})},
                                    {format_bytes({bytes.stored})},
                                    {format_bytes({bytes.shared})}};
    if (history) {
      row.push_back({versions});
      row.push_back({format_bytes({bytes.old})});
    }
    table.rows.push_back(std::move(row));
  };
  std::uint64_t files = 0, size = 0;
  for (const DatasetUsage& one : usage.datasets) {
    add(one.manifest.name, one.manifest.files, one.manifest.bytes, one.bytes, format_count(one.versions));
    files += one.manifest.files;
    size += one.manifest.bytes;
  }
  if (usage.datasets.size() > 1) add("together", files, size, usage.total, "");
  return table;
}

void print(Page& page, const DataUsage& usage, const StoreUsage& store, bool history) {
  if (!usage.datasets.empty()) page.table(table_of(usage, history));
  for (const DatasetUsage& one : usage.datasets) {
    if (one.absent > 0)
      page.line(
          fmt::format("{}: {} not here; `mlo pull` brings them", one.manifest.name, count_of(one.absent, "object")));
  }
  std::vector<std::string> parts;
  const auto part = [&](const StoreUsage::Part& p, std::string_view one, std::string_view many) {
    if (p.files > 0) parts.push_back(fmt::format("{} ({})", count_of(p.files, one, many), format_bytes({p.bytes})));
  };
  part(store.objects, "whole file", "whole files");
  part(store.packs, "pack", "packs");
  part(store.indexes, "index", "indexes");
  part(store.trash, "file in trash", "files in trash");
  part(store.quarantine, "file in quarantine", "files in quarantine");
  page.line(fmt::format("the store takes {}{}{}", format_bytes({store.total()}), parts.empty() ? "" : ": ",
                        join(parts, ", ")));
}

int run(Context& ctx, const Options& o) {
  const Workspace& workspace = ctx.workspace();
  const DataUsage usage = measure_datasets(workspace, o.names, o.history ? History::measure : History::skip);
  const StoreUsage store = measure_store(workspace.store());
  ctx.print(
      [&] {
        Value list = Value::array();
        for (const DatasetUsage& one : usage.datasets) list.push(value_of(one, o.history));
        return Value::object()
            .set("datasets", std::move(list))
            .set("total", value_of(usage.total, o.history))
            .set("store", value_of(store));
      },
      [&](Page& page) { print(page, usage, store, o.history); });
  return exit_code::ok;
}

}  // namespace

Command version_data_du() {
  CommandInfo info;
  info.path = "version-data du";
  info.summary = "show what datasets take of the disk";
  info.description =
      "For each dataset: files and bytes of the work tree's version, what the store's disk holds for it (each content "
      "once, as it lies there, perhaps compressed; trees too), and how much of that another dataset needs too. With "
      "`--history` also how many different versions HEAD's history has, and what only the older ones need. What "
      "several datasets share counts once for all together. The last line is the whole store.";
  info.examples = {{"mlo version-data du", "what takes the space?"},
                   {"mlo version-data du raw --history", "and what do its old versions take?"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli
