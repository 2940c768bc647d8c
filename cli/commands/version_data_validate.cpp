#include "cli/command.hpp"
#include "cli/commands/drift_page.hpp"
#include "cli/commands/validation_page.hpp"
#include "cli/exit_code.hpp"
#include "lib/codec/json.hpp"
#include "lib/data/datasets.hpp"
#include "lib/data/validation.hpp"
#include "lib/manifest/names.hpp"
#include "lib/report/validation_html.hpp"
#include "lib/report/validation_junit.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"
#include "lib/validate/expectation.hpp"
#include "lib/validate/infer.hpp"

namespace mlo::cli {
namespace {

using validate::ValidationReport;

constexpr std::int64_t kMostSample = 1000;

struct Options {
  std::vector<std::string> data;
  std::optional<std::string> suite, html, junit, output, convert;
  std::int64_t sample = 5;
  bool infer = false;
};

void declare(Args& args, Options& o) {
  args.positional(o.data, "DATA", Args::Many::zero_or_more,
                  "a table, a directory of tables, or a dataset NAME[@REV] (default: all datasets that name a suite)");
  args.option(o.suite, "--suite", "FILE", "what the data must be like (default: what the dataset's manifest names)");
  args.option(o.sample, "--sample", "N", "failing rows to show of each expectation");
  args.option(o.html, "--html", "FILE", "write a page");
  args.option(o.junit, "--junit", "FILE", "write JUnit XML, a test case an expectation");
  args.flag(o.infer, "--infer", "propose a suite that DATA passes, instead");
  args.option(o.convert, "--import", "FILE", "read a JSON suite of Great Expectations and write it as YAML, instead");
  args.option(o.output, "--output,-o", "FILE", "where --infer and --import write the suite (default: here)");
}

/// What is judged, and the dataset that may say by which suite.
struct Subject {
  DataSource source;
  std::optional<DatasetManifest> dataset;
};

/// A path that is a dataset's place has that dataset's suite.
std::optional<DatasetManifest> find_dataset_of_path(const Workspace& workspace, const fs::path& path) {
  const auto place = relative_to(workspace.root(), path);
  for (DatasetManifest& dataset : load_datasets(workspace)) {
    if (place == dataset.path) return std::move(dataset);
  }
  return std::nullopt;
}

std::vector<Subject> find_subjects(Context& ctx, const Workspace* workspace, const Options& o) {
  std::vector<Subject> out;
  for (const std::string& typed : o.data) {
    Subject subject{resolve_source(ctx.world().cwd, workspace, typed), {}};
    if (subject.source.tree) {
      subject.dataset = resolve_dataset(*workspace, typed);
    } else if (workspace != nullptr) {
      subject.dataset = find_dataset_of_path(*workspace, absolute_in(ctx.world().cwd, typed));
    }
    out.push_back(std::move(subject));
  }
  if (!o.data.empty()) return out;
  for (DatasetManifest& dataset : load_datasets(ctx.workspace())) {
    if (!dataset.suite && !o.suite) continue;
    DataSource source = dataset_source(ctx.workspace(), dataset.name, dataset);
    out.push_back({std::move(source), std::move(dataset)});
  }
  if (out.empty())
    throw Error(ErrorKind::not_found, "no dataset names a suite")
        .hint("name one with `mlo version-data add PATH --suite FILE`");
  return out;
}

SuiteManifest find_suite(Context& ctx, const Workspace* workspace, const Subject& subject, const Options& o) {
  if (o.suite) return load_suite(absolute_in(ctx.world().cwd, *o.suite), *o.suite);
  if (!subject.dataset)
    throw Error(ErrorKind::usage, fmt::format("no suite to judge `{}` by", printable(subject.source.label)))
        .hint("name one with --suite, or propose one with --infer");
  const std::string path = suite_of(*workspace, *subject.dataset);
  return load_suite(workspace->root() / path, path);
}

int show_suite(Context& ctx, const Options& o, const SuiteManifest& suite) {
  const std::string text = emit_suite(suite);
  if (o.output) {
    write_file(absolute_in(ctx.world().cwd, *o.output), text);
    ctx.world().log.hint(
        fmt::format("wrote {} to `{}`", count_of(suite.expectations.size(), "expectation"), *o.output));
  } else if (!ctx.json()) {
    ctx.print_raw(text);
  }
  if (!ctx.json()) return exit_code::ok;
  Value rules = Value::array();
  for (const ExpectationRule& rule : suite.expectations) rules.push(rule.body);
  Value out;
  out.set("name", suite.name).set("expectations", std::move(rules));
  ctx.print([&] { return out; }, [](Page&) {});
  return exit_code::ok;
}

int propose(Context& ctx, const Workspace* workspace, const Options& o) {
  if (o.data.size() != 1) throw Error(ErrorKind::usage, "--infer looks at one DATA");
  const DataSource source = resolve_source(ctx.world().cwd, workspace, o.data.front());
  const std::string name =
      source.tree ? split_dataset_spec(o.data.front()).first : fs::path(o.data.front()).stem().string();
  return show_suite(ctx, o, validate::infer_suite(ctx.world(), rows_of(source), dataset_name_from_path(name)));
}

int convert(Context& ctx, const Options& o) {
  if (!o.data.empty()) throw Error(ErrorKind::usage, "--import takes no DATA");
  const SuiteManifest suite = load_suite(absolute_in(ctx.world().cwd, *o.convert), *o.convert);
  validate::read_expectations(suite);
  return show_suite(ctx, o, suite);
}

std::vector<ValidationReport> check(Context& ctx, const Workspace* workspace, const Options& o) {
  World& world = ctx.world();
  const fs::path base = workspace == nullptr ? world.cwd : workspace->root();
  std::vector<ValidationReport> out;
  for (const Subject& subject : find_subjects(ctx, workspace, o)) {
    const SuiteManifest suite = find_suite(ctx, workspace, subject, o);
    out.push_back(validate_source(world, workspace, base, subject.source, suite, static_cast<std::size_t>(o.sample)));
  }
  return out;
}

int run(Context& ctx, const Options& o) {
  if (o.sample < 0 || o.sample > kMostSample)
    throw Error(ErrorKind::usage, fmt::format("--sample must be from 0 to {}", kMostSample));
  if (o.infer && o.convert) throw Error(ErrorKind::usage, "--infer and --import do not go together");
  if (o.output && !o.infer && !o.convert) throw Error(ErrorKind::usage, "--output goes with --infer or --import");
  if (o.convert) return convert(ctx, o);
  const Workspace* const workspace = find_workspace(ctx);
  if (o.infer) return propose(ctx, workspace, o);
  const std::vector<ValidationReport> reports = check(ctx, workspace, o);
  const fs::path& cwd = ctx.world().cwd;
  if (o.html) write_file(absolute_in(cwd, *o.html), report::validation_html(reports));
  if (o.junit) write_file(absolute_in(cwd, *o.junit), report::validation_junit(reports));
  const bool good = std::all_of(reports.begin(), reports.end(), [](const ValidationReport& r) { return r.success(); });
  ctx.print(
      [&] {
        Value list = Value::array();
        for (const ValidationReport& report : reports) list.push(to_value(report));
        Value out;
        return out.set("success", good).set("reports", std::move(list));
      },
      [&](Page& page) {
        for (const ValidationReport& report : reports) {
          if (&report != &reports.front()) page.line();
          validation_lines(page, report);
        }
      });
  return good ? exit_code::ok : exit_code::verdict;
}

}  // namespace

Command version_data_validate() {
  CommandInfo info;
  info.path = "version-data validate";
  info.summary = "judge data by a suite of expectations";
  info.description =
      "Reads each table once and counts the rows that break an expectation. Suites are YAML files (`mlo help "
      "expectations`) or JSON suites of Great Expectations, whose names, treatment of nulls and `mostly` they share. "
      "Regular expressions are RE2's, which has no look-around and no back references.\n\n"
      "A dataset's suite is what `mlo version-data add --suite` recorded, as it is in the work tree now; the rows are "
      "those of the version. `mlo version-data add --validate` asks it before data becomes a version, a gate `check: "
      "data-validation` before a model is promoted.";
  info.examples = {
      {"mlo version-data validate --infer flights -o .mlo/suites/flights.yaml", "propose a suite, then edit it"},
      {"mlo version-data validate", "judge every dataset that names a suite"},
      {"mlo version-data validate flights@v1 --html report.html --junit report.xml",
       "with a page, and for a CI server"},
      {"mlo version-data validate july.csv --suite flights.yaml --json", "judge a file that is no dataset"},
      {"mlo version-data validate --import suite.json -o flights.yaml", "take over a suite of Great Expectations"}};
  info.exits = {{exit_code::verdict, "the data breaks its suite"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli
