#include "cli/command.hpp"
#include "cli/commands/data_page.hpp"
#include "cli/exit_code.hpp"
#include "lib/data/checkout.hpp"
#include "lib/data/datasets.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

#include <map>

namespace mlo::cli {
namespace {

struct Options {
  std::vector<std::string> names;
  std::optional<std::string> revision;
  bool force = false, dry_run = false;
};

void declare(Args& args, Options& o) {
  args.positional(o.names, "NAME", Args::Many::zero_or_more, "datasets, or NAME@VERSION (default: all)");
  args.option(o.revision, "--rev,-r", "REV", "git revision whose versions to bring back");
  args.flag(o.force, "--force,-f", "overwrite and remove files whose content is saved nowhere");
  args.flag(o.dry_run, "--dry-run,-n", "only say what would be done");
}

void require_one_version(const std::vector<std::string>& specs) {
  std::map<std::string, std::string> asked;
  for (const std::string& spec : specs) {
    const auto [name, version] = split_dataset_spec(spec);
    const auto [it, fresh] = asked.emplace(name, spec);
    if (!fresh && it->second != spec)
      throw Error(ErrorKind::usage,
                  fmt::format("`{}` and `{}` are two versions of one dataset", printable(it->second), printable(spec)))
          .hint("name one; `mlo version-data get` writes another beside it");
  }
}

std::vector<DatasetManifest> choose(Workspace& workspace, const Options& o) {
  if (!o.revision) return select_datasets(workspace, o.names);
  if (o.names.empty()) return load_datasets_at(workspace, *o.revision);
  std::vector<std::string> specs;
  for (const std::string& name : o.names) specs.push_back(name + "@" + *o.revision);
  return select_datasets(workspace, specs);
}

Value to_value(const std::vector<CheckoutReport>& reports, bool dry_run) {
  Value list = Value::array();
  for (const CheckoutReport& report : reports) {
    Value item = dataset_value(report.manifest);
    item.set("written", report.written).set("removed", report.removed).set("linked", report.linked);
    list.push(item.set("bytes_written", report.bytes_written));
  }
  Value out;
  return out.set("datasets", std::move(list)).set("dry_run", dry_run);
}

std::string links_of(const CheckoutReport& report) {
  return report.linked == 0 ? "" : fmt::format(" ({} of them read-only, shared with the store)", report.linked);
}

int run(Context& ctx, const Options& o) {
  Workspace& workspace = ctx.workspace();
  const bool chosen = o.revision || std::any_of(o.names.begin(), o.names.end(), [](const std::string& name) {
                        return split_dataset_spec(name).second.has_value();
                      });
  std::vector<CheckoutReport> reports;
  require_one_version(o.names);
  const std::vector<DatasetManifest> versions = choose(workspace, o);
  if (chosen) {
    for (const DatasetManifest& version : versions) require_apart(workspace, version);
  }
  for (const DatasetManifest& version : versions) {
    reports.push_back(check_out_dataset(workspace, version, o.force ? Overwrite::anything : Overwrite::saved_only,
                                        o.dry_run ? Execution::dry_run : Execution::real));
    // What the work tree names already needs no manifest written.
    if (!o.dry_run && chosen) adopt_version(workspace, version);
  }
  ctx.print([&] { return to_value(reports, o.dry_run); },
            [&](Page& page) {
              if (reports.empty()) page.line("no datasets");
              for (const CheckoutReport& r : reports) {
                page.line({{r.manifest.name, Style::name},
                           {r.changed() ? fmt::format(": {}{} written{}, {} removed", o.dry_run ? "would be " : "",
                                                      size_text(r.written, r.bytes_written), links_of(r), r.removed)
                                        : ": already there"}});
              }
            });
  return exit_code::ok;
}

}  // namespace

Command version_data_checkout() {
  CommandInfo info;
  info.path = "version-data checkout";
  info.summary = "make the data on disk be a version";
  info.description =
      "Brings back the data that the manifests name: after `git switch` or `git pull`, or from any git revision. With "
      "a revision the "
      "manifest of that revision is written and staged too, as `git checkout REV -- FILE` would.\n\n"
      "Unsaved changes (content that is not in the store) are never lost without --force. Stopped at any moment, every "
      "file is the old one or the new one, "
      "and the same command finishes the work.\n\n"
      "`link` in the configuration says how far files may share bytes with the store: `copy`; `reflink` (default), "
      "where "
      "the file system can; `hardlink`, where it cannot: read-only, for a change would be one of the store.";
  info.examples = {{"mlo version-data checkout", "make all data fit the manifests"},
                   {"mlo version-data checkout raw --rev v1.0", "one dataset as it was at a tag"},
                   {"mlo version-data checkout raw@sha256:3f5a --dry-run", "what a version by its id would change"}};
  info.exits = {{exit_code::conflict, "unsaved changes are in the way, or another dataset lies where it should"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli
