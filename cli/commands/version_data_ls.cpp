#include "cli/command.hpp"
#include "cli/commands/data_page.hpp"
#include "lib/data/datasets.hpp"
#include "lib/data/listing.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::optional<std::string> dataset, path;
  bool recursive = false;
};

void declare(Args& args, Options& o) {
  args.positional(o.dataset, "NAME", "dataset, or NAME@VERSION (default: list the datasets)");
  args.positional(o.path, "PATH", "directory or file inside it");
  args.flag(o.recursive, "--recursive,-R", "everything below");
}

int list_datasets(Context& ctx) {
  const auto datasets = load_datasets(ctx.workspace());
  ctx.print(
      [&] {
        Value list = Value::array();
        for (const DatasetManifest& dataset : datasets) list.push(dataset_value(dataset));
        Value out;
        return out.set("datasets", std::move(list));
      },
      [&](Page& page) {
        Table table{{{"name"}, {"files", Align::right}, {"size", Align::right}, {"version"}, {"path"}}, {}};
        for (const DatasetManifest& d : datasets) {
          table.rows.push_back({{d.name, Style::name},
                                {format_count(d.files)},
                                {format_bytes({d.bytes})},
                                {d.tree.brief(), Style::dim},
                                {d.path}});
        }
        if (datasets.empty())
          page.line("no datasets");
        else
          page.table(table);
      });
  return 0;
}

std::string_view kind_name(TreeEntryKind kind) {
  switch (kind) {
    case TreeEntryKind::file:
      return "file";
    case TreeEntryKind::executable:
      return "executable";
    case TreeEntryKind::symlink:
      return "symlink";
    case TreeEntryKind::directory:
      return "directory";
  }
  return "";
}

int run(Context& ctx, const Options& o) {
  if (!o.dataset) return list_datasets(ctx);
  const DatasetManifest version = resolve_dataset(ctx.workspace(), *o.dataset);
  const auto entries =
      list_version(ctx.workspace().store(), version, o.path.value_or(""), o.recursive ? Depth::all : Depth::one);
  ctx.print(
      [&] {
        Value list = Value::array();
        for (const ListedEntry& listed : entries) {
          Value item;
          item.set("path", listed.path).set("kind", kind_name(listed.entry.kind)).set("bytes", listed.entry.size);
          list.push(item.set("id", listed.entry.id.str()));
        }
        Value out = dataset_value(version);
        return out.set("entries", std::move(list));
      },
      [&](Page& page) {
        Table table{{{"size", Align::right}, {"id"}, {"path"}}, {}};
        for (const ListedEntry& listed : entries) {
          const bool directory = listed.entry.kind == TreeEntryKind::directory;
          table.rows.push_back({{format_bytes({listed.entry.size})},
                                {listed.entry.id.brief(), Style::dim},
                                {listed.path + (directory ? "/" : "")}});
        }
        page.table(table);
      });
  return 0;
}

}  // namespace

Command version_data_ls() {
  CommandInfo info;
  info.path = "version-data ls";
  info.summary = "list datasets, or what a version holds";
  info.description =
      "Without a name: the datasets of the work tree. With one: the files of a version, whether they are on disk or "
      "not.";
  info.examples = {{"mlo version-data ls", "all datasets"},
                   {"mlo version-data ls raw@v1.0 images -R", "a directory of an old version, with everything below"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli
