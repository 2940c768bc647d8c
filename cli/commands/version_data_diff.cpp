#include "cli/command.hpp"
#include "cli/commands/data_page.hpp"
#include "lib/data/datasets.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::optional<std::string> name, from, to;
};

void declare(Args& args, Options& o) {
  args.positional(o.name, "NAME", "dataset (default: all)");
  args.positional(o.from, "REV", "git revision or sha256:PREFIX to compare from (default: the manifest)");
  args.positional(o.to, "REV2", "version to compare to (default: the data on disk)");
}

struct DatasetDiff {
  std::string name, path;
  std::vector<FileChange> changes;
};

DatasetDiff diff(Workspace& workspace, const std::string& name, const Options& o) {
  const DatasetManifest before = resolve_dataset(workspace, o.from ? name + "@" + *o.from : name);
  if (o.to) {
    const DatasetManifest after = resolve_dataset(workspace, name + "@" + *o.to);
    return {name, after.path, compare_versions(workspace.store(), &before, &after)};
  }
  StatCache cache = workspace.stat_cache();
  DatasetDiff out{name, before.path, changes_of(compare_with_work(workspace, cache, before))};
  cache.save(workspace.world().clock.now());
  return out;
}

Value to_value(const std::vector<DatasetDiff>& diffs) {
  Value list = Value::array();
  for (const DatasetDiff& d : diffs) {
    Value item;
    item.set("name", d.name).set("path", d.path).set("counts", counts_value(count_changes(d.changes)));
    list.push(item.set("changes", changes_value(d.changes)));
  }
  Value out;
  return out.set("datasets", std::move(list));
}

int run(Context& ctx, const Options& o) {
  std::vector<DatasetDiff> diffs;
  if (o.name) {
    diffs.push_back(diff(ctx.workspace(), *o.name, o));
  } else {
    for (const DatasetManifest& dataset : load_datasets(ctx.workspace()))
      diffs.push_back(diff(ctx.workspace(), dataset.name, o));
  }
  ctx.print([&] { return to_value(diffs); },
            [&](Page& page) {
              for (const DatasetDiff& d : diffs) {
                const ChangeCounts counts = count_changes(d.changes);
                change_lines(page, d.path, d.changes);
                page.line({{d.name, Style::name},
                           {": " + counts_text(counts)},
                           {d.changes.empty() ? ""
                                              : fmt::format("; +{} -{}", format_bytes({counts.bytes_added}),
                                                            format_bytes({counts.bytes_removed}))}});
              }
            });
  return 0;
}

}  // namespace

Command version_data_diff() {
  CommandInfo info;
  info.path = "version-data diff";
  info.summary = "list files added, changed and removed between versions";
  info.description =
      "With no revision: from the manifest to the data on disk. With one: from that version to the data on disk. With "
      "two: between them, without touching the disk's data.";
  info.examples = {{"mlo version-data diff raw", "what changed since the last add"},
                   {"mlo version-data diff raw v1.0 HEAD", "between two git revisions"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli
