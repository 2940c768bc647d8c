#include "cli/command.hpp"
#include "cli/commands/data_page.hpp"
#include "cli/exit_code.hpp"
#include "lib/data/datasets.hpp"
#include "lib/data/remove.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::string name;
  bool keep_files = false, force = false, dry_run = false, yes = false;
};

void declare(Args& args, Options& o) {
  args.positional(o.name, "NAME", "dataset");
  args.flag(o.keep_files, "--keep-files", "leave the data on disk");
  args.flag(o.force, "--force,-f", "even if nothing could bring the data back");
  args.flag(o.dry_run, "--dry-run,-n", "only say what would be done");
  args.flag(o.yes, "--yes,-y", "do not ask");
}

int run(Context& ctx, const Options& o) {
  Workspace& workspace = ctx.workspace();
  const Files files = o.keep_files ? Files::keep : Files::remove;
  const Overwrite overwrite = o.force ? Overwrite::anything : Overwrite::saved_only;
  RemoveReport report = remove_dataset(workspace, o.name, files, overwrite, Execution::dry_run);
  if (!o.dry_run) {
    const std::string data =
        report.files_removed == 0 ? "" : fmt::format(" and {} of data", count_of(report.files_removed, "file"));
    if (!ctx.confirm(fmt::format("remove dataset `{}`{}?", o.name, data), o.yes)) return exit_code::error;
    report = remove_dataset(workspace, o.name, files, overwrite, Execution::real);
  }
  ctx.print(
      [&] {
        Value out = dataset_value(report.manifest);
        return out.set("files_removed", report.files_removed).set("dry_run", o.dry_run);
      },
      [&](Page& page) {
        page.line({{o.dry_run ? "would remove " : "removed "},
                   {o.name, Style::name},
                   {fmt::format(" and {} of data", count_of(report.files_removed, "file"))}});
      });
  return exit_code::ok;
}

}  // namespace

Command version_data_remove() {
  CommandInfo info;
  info.path = "version-data remove";
  info.summary = "stop versioning a dataset";
  info.description =
      "Removes the data from disk, its line in `.gitignore` and its manifest, and stages that. Earlier versions stay "
      "in git's history and in the store: "
      "`git revert` and `mlo version-data checkout` bring them back.";
  info.examples = {{"mlo version-data remove raw --dry-run", "what would go"},
                   {"mlo version-data remove raw --keep-files", "leave the data where it is"}};
  info.exits = {{exit_code::conflict, "the data is saved nowhere else"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli
