#include "cli/commands/data_page.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

Value texts_value(const std::vector<std::string>& texts) {
  Value out = Value::array();
  for (const std::string& text : texts) out.push(text);
  return out;
}

Value migrated_value(const MigrateReport& report, bool dry_run) {
  Value list = Value::array();
  for (const MigratedDataset& dataset : report.datasets) {
    Value item;
    if (dry_run) {
      item.set("path", dataset.manifest.path).set("directory", dataset.manifest.directory);
    } else {
      item = dataset_value(dataset.manifest).set("changed", dataset.changed);
    }
    list.push(item.set("from", dataset.from));
  }
  Value history;
  if (report.history) {
    history.set("commits", report.history->commits).set("refs", texts_value(report.history->refs));
    history.set("left_out", texts_value(report.history->left_out));
  }
  Value out;
  out.set("datasets", std::move(list)).set("skipped", texts_value(report.skipped));
  out.set("removed", texts_value(report.removed)).set("ignores", texts_value(report.ignores));
  out.set("history", std::move(history)).set("dry_run", dry_run);
  return out.set("commit", report.commit ? Value(*report.commit) : Value());
}

void migrated_lines(Page& page, const MigrateReport& report, bool dry_run) {
  if (report.datasets.empty()) page.line("nothing to import");
  for (const MigratedDataset& dataset : report.datasets) {
    const DatasetManifest& m = dataset.manifest;
    if (dry_run) {
      page.line({{"would import "}, {m.path, Style::name}, {" (" + dataset.from + ")", Style::dim}});
      continue;
    }
    page.line({{dataset.changed ? "imported " : "unchanged "},
               {m.name, Style::name},
               {fmt::format(": {}, {}", size_text(m.files, m.bytes), m.tree.brief())},
               {" (" + dataset.from + ")", Style::dim}});
  }
  for (const std::string& line : report.skipped) page.line("skipped " + line);
  for (const std::string& file : report.ignores)
    page.line(fmt::format("{} {} to a .mloignore", dry_run ? "would copy" : "copied", file));
  for (const std::string& file : report.removed) page.line((dry_run ? "would remove " : "removed ") + file);
  if (report.history) {
    const MigratedHistory& h = *report.history;
    page.line(fmt::format("history: {}{}{}", count_of(h.commits, "commit"), h.refs.empty() ? "" : " on ",
                          join(h.refs, ", ")));
    for (const std::string& line : h.left_out) page.line("  left out " + line);
  }
  if (report.commit) page.line("committed " + report.commit->substr(0, 12));
}

}  // namespace

void print_migrated(Context& ctx, const MigrateReport& report, const std::string& from, bool dry_run) {
  ctx.print([&] { return migrated_value(report, dry_run); },
            [&](Page& page) { migrated_lines(page, report, dry_run); });
  const bool changed = std::any_of(report.datasets.begin(), report.datasets.end(),
                                   [](const MigratedDataset& dataset) { return dataset.changed; });
  if (dry_run || !changed) return;
  if (!report.commit) ctx.world().log.hint("the manifests are staged; commit them with `git commit`");
  ctx.world().log.hint(from == "dvc"
                           ? "DVC's cache is as it was; once nothing needs it: rm -r .dvc/cache"
                           : "git-lfs's objects are as they were; once nothing needs them: git lfs uninstall");
}

}  // namespace mlo::cli
