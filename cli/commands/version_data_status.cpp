#include "cli/command.hpp"
#include "cli/commands/data_page.hpp"
#include "lib/data/datasets.hpp"
#include "lib/data/status.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::vector<std::string> names;
  bool granular = false;
};

void declare(Args& args, Options& o) {
  args.positional(o.names, "NAME", Args::Many::zero_or_more, "datasets to look at (default: all)");
  args.flag(o.granular, "--granular,-g", "list each file that differs");
}

Value to_value(const std::vector<DatasetStatus>& statuses, bool granular) {
  Value list = Value::array();
  for (const DatasetStatus& status : statuses) {
    Value item = dataset_value(status.manifest);
    item.set("state", to_string(status.state)).set("counts", counts_value(count_changes(status.changes)));
    if (granular) item.set("changes", changes_value(status.changes));
    list.push(std::move(item));
  }
  Value out;
  return out.set("datasets", std::move(list));
}

void to_page(Page& page, const ObjectStore& store, const std::vector<DatasetStatus>& statuses, bool granular) {
  if (statuses.empty()) page.line("no datasets");
  for (const DatasetStatus& status : statuses) {
    std::string detail;
    if (status.state == DataState::modified) detail = "  " + counts_text(count_changes(status.changes));
    const bool here = store.has(status.manifest.tree);
    if (status.state == DataState::missing && here) detail = "  bring it back with `mlo version-data checkout`";
    if (status.state == DataState::unknown || (status.state == DataState::missing && !here))
      detail = "  its version is not here; fetch it with `mlo pull`";
    const Style style = status.state == DataState::unchanged ? Style::good : Style::warn;
    page.line({{std::string(to_string(status.state)) + " ", style}, {status.manifest.name, Style::name}, {detail}});
    if (status.manifest.origin) page.line({{"  from " + origin_text(*status.manifest.origin), Style::dim}});
    if (granular) change_lines(page, status.manifest.path, status.changes);
  }
}

int run(Context& ctx, const Options& o) {
  const auto statuses = data_status(ctx.workspace(), select_datasets(ctx.workspace(), o.names));
  ctx.print([&] { return to_value(statuses, o.granular); },
            [&](Page& page) { to_page(page, ctx.workspace().store(), statuses, o.granular); });
  return 0;
}

}  // namespace

Command version_data_status() {
  CommandInfo info;
  info.path = "version-data status";
  info.summary = "show which data differs from its manifest";
  info.description =
      "Compares the data on disk with the versions that the manifests name. Only files that changed since the last "
      "look are read.";
  info.examples = {{"mlo version-data status", "all datasets"},
                   {"mlo version-data status raw --granular", "each file of one"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli
