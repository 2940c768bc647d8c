#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "lib/data/datasets.hpp"
#include "lib/data/scan.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::vector<std::string> paths;
};

struct Answer {
  std::string path;
  std::optional<IgnoreRule> rule;
  bool ignored() const { return rule && rule->ignores; }
  bool has_file() const { return rule && rule->line > 0; }
  std::string file() const { return child_path(rule->directory, ".mloignore"); }
};

void declare(Args& args, Options& o) {
  args.positional(o.paths, "PATH", Args::Many::one_or_more, "files or directories; they need not exist");
}

Value value_of(const Answer& answer) {
  return Value::object()
      .set("path", answer.path)
      .set("ignored", answer.ignored())
      .set("file", answer.has_file() ? Value(answer.file()) : Value())
      .set("line", answer.has_file() ? Value(std::uint64_t{answer.rule->line}) : Value())
      .set("pattern", answer.has_file() ? Value(answer.rule->pattern) : Value());
}

void print(Page& page, const Answer& answer) {
  std::string verdict = answer.ignored() ? "ignored" : "not ignored";
  if (answer.ignored() && !answer.has_file()) verdict = "always ignored";
  if (answer.has_file())
    verdict += fmt::format(", {}:{}: {}", printable(answer.file()), answer.rule->line, printable(answer.rule->pattern));
  page.line({{printable(answer.path), Style::name}, {": " + verdict}});
}

int run(Context& ctx, const Options& o) {
  const Workspace& workspace = ctx.workspace();
  const std::vector<DatasetManifest> datasets = load_datasets(workspace);
  std::vector<Answer> answers;
  for (const std::string& typed : o.paths) {
    const std::string path = workspace.to_repo_path(typed);
    const auto around = std::find_if(datasets.begin(), datasets.end(),
                                     [&](const DatasetManifest& dataset) { return lies_in(path, dataset.path); });
    const std::string top = around == datasets.end() ? std::string() : around->path;
    answers.push_back({path, find_ignore_rule(workspace.root(), top, path)});
  }
  ctx.print(
      [&] {
        Value list = Value::array();
        for (const Answer& answer : answers) list.push(value_of(answer));
        return Value::object().set("paths", std::move(list));
      },
      [&](Page& page) {
        for (const Answer& answer : answers) print(page, answer);
      });
  const bool any = std::any_of(answers.begin(), answers.end(), [](const Answer& answer) { return answer.ignored(); });
  return any ? exit_code::ok : exit_code::verdict;
}

}  // namespace

Command version_data_check_ignore() {
  CommandInfo info;
  info.path = "version-data check-ignore";
  info.summary = "say which line of which .mloignore leaves a path out";
  info.description =
      "For each path the line that decides about it, or about the first directory around it that is left out. Lines "
      "that begin with `!` take in again; where no line speaks of a path, it is part of the data. Below a dataset the "
      "directories within it count, elsewhere all of the repository's. `.git`, `.mlo` and mlo's temporary files are "
      "always left out.";
  info.examples = {{"mlo version-data check-ignore data/raw/a.tmp", "why is it missing from the dataset?"},
                   {"mlo version-data check-ignore data/raw/*", "which of these are left out?"}};
  info.exits = {{exit_code::verdict, "none of the paths is ignored"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli
