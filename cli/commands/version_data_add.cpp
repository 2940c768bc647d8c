#include "cli/command.hpp"
#include "cli/commands/data_page.hpp"
#include "cli/commands/validation_page.hpp"
#include "cli/exit_code.hpp"
#include "lib/data/add.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::vector<std::string> paths;
  std::optional<std::string> name, message, source, suite;
  bool commit = false, validate = false;
};

void declare(Args& args, Options& o) {
  args.positional(o.paths, "PATH", Args::Many::one_or_more, "file or directory to version");
  args.option(o.name, "--name", "NAME", "name of the dataset (default: made from the path)");
  args.option(o.source, "--source", "TEXT", "where the data comes from, for the record");
  args.option(o.suite, "--suite", "FILE", "suite that `validate` judges the data by, for the record");
  args.flag(o.validate, "--validate", "refuse data that breaks its suite, before it becomes a version");
  args.flag(o.commit, "--commit", "make the git commit too");
  args.option(o.message, "--message,-m", "TEXT", "message of the commit (implies --commit)");
}

Value to_value(const AddReport& report) {
  Value list = Value::array();
  for (const AddedDataset& added : report.datasets) {
    Value item = dataset_value(added.manifest);
    item.set("changed", added.changed()).set("previous", added.previous ? Value(added.previous->str()) : Value());
    Value untracked = Value::array();
    for (const std::string& path : added.untracked) untracked.push(path);
    item.set("untracked", std::move(untracked)).set("linked", added.links.files);
    list.push(std::move(item));
  }
  Value validations = Value::array();
  for (const validate::ValidationReport& validation : report.validations) validations.push(to_value(validation));
  Value out;
  out.set("datasets", std::move(list)).set("commit", report.commit ? Value(*report.commit) : Value());
  return out.set("validations", std::move(validations));
}

void to_page(Page& page, const AddReport& report) {
  for (const validate::ValidationReport& validation : report.validations) validation_lines(page, validation);
  for (const AddedDataset& added : report.datasets) {
    const DatasetManifest& m = added.manifest;
    page.line({{added.changed() ? "added " : "unchanged "},
               {m.name, Style::name},
               {fmt::format(": {}, {}", size_text(m.files, m.bytes), m.tree.brief())}});
    if (!added.untracked.empty())
      page.line(
          fmt::format("  taken out of git's index: {} (still on disk)", count_of(added.untracked.size(), "file")));
    if (added.links.files > 0)
      page.line(fmt::format("  read-only from now on: {}, shared with the store",
                            size_text(added.links.files, added.links.bytes)));
    for (const std::string& path : added.links.in_use)
      page.line(fmt::format("  not linked: {}, which may be open for writing", printable(path)));
  }
  if (report.commit) page.line("committed " + report.commit->substr(0, 12));
}

int run(Context& ctx, const Options& o) {
  AddRequest request{
      .paths = {}, .name = o.name, .source = o.source, .message = o.message, .commit = o.commit || o.message};
  request.validate = o.validate;
  if (o.suite) request.suite = suite_path(ctx, *o.suite);
  for (const std::string& path : o.paths) request.paths.push_back(ctx.workspace().to_repo_path(path));
  const AddReport report = add_datasets(ctx.workspace(), request);
  ctx.print([&] { return to_value(report); }, [&](Page& page) { to_page(page, report); });
  if (report.refused()) {
    ctx.world().log.hint("nothing was added; see the rows with `mlo version-data validate PATH --suite FILE`");
    return exit_code::verdict;
  }
  if (!report.commit &&
      std::any_of(report.datasets.begin(), report.datasets.end(), [](const AddedDataset& d) { return d.changed(); })) {
    ctx.world().log.hint("the manifest is staged; commit it with `git commit`");
  }
  return exit_code::ok;
}

}  // namespace

Command version_data_add() {
  CommandInfo info;
  info.path = "version-data add";
  info.summary = "version a file or directory";
  info.description =
      "Stores the content by its SHA-256, writes the manifest `.mlo/data/NAME.yaml` and one line in the `.gitignore` "
      "beside the data, and stages both. "
      "Run it again after a change to make the next version; data that did not change costs one look at each file.\n\n"
      "Files named in a `.mloignore` (gitignore's grammar) are no part of the data. Files that git tracked are taken "
      "out of its index and stay on disk.\n\n"
      "With `link: hardlink` in the configuration, on a file system without reflinks, files that lie whole in the "
      "store "
      "become read-only links of what was stored, and take the disk once; `mlo version-data unprotect` makes them "
      "writable.\n\n"
      "A suite (`mlo help expectations`) says what the data must be like; it is asked with --validate and by `mlo "
      "version-data validate`.";
  info.examples = {
      {"mlo version-data add data/raw", "version a directory and stage its manifest"},
      {"mlo version-data add flights.parquet --name flights -m 'data: flights of 2013'", "name it and commit"}};
  info.exits = {{exit_code::verdict, "the data breaks its suite, and nothing was added (--validate)"},
                {exit_code::conflict, "a file changed while it was read, or git is in the middle of a merge"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli
