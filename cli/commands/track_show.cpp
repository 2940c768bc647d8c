#include "cli/command.hpp"
#include "cli/commands/attestation_page.hpp"
#include "cli/commands/run_page.hpp"
#include "cli/exit_code.hpp"
#include "lib/capture/command_facts.hpp"
#include "lib/runs/attestations.hpp"
#include "lib/runs/live_run.hpp"
#include "lib/runs/run_message.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::string run;
  bool packages = false;
};

void declare(Args& args, Options& o) {
  args.positional(o.run, "RUN", "id, unique beginning of one, or name");
  args.flag(o.packages, "--packages", "also every installed package that its programs found");
}

/// What one kind of installer had installed; nothing if the list is not here.
using Packages = std::map<std::string, std::optional<PackageList>>;

using Rows = std::vector<std::vector<Table::Cell>>;

void section(Page& page, std::string_view title, Rows rows, std::vector<Table::Column> columns = {{""}, {""}, {""}}) {
  if (rows.empty()) return;
  page.line();
  page.line({{std::string(title), Style::bold}});
  for (auto& row : rows) row.front().text.insert(0, "  ");
  page.table({std::move(columns), std::move(rows)});
}

Rows artifact_rows(const std::vector<Artifact>& artifacts) {
  Rows rows;
  for (const Artifact& a : artifacts) {
    rows.push_back({{a.path},
                    {a.id.brief(), Style::dim},
                    {a.directory ? fmt::format("{}, {}", format_bytes({a.bytes}), count_of(a.files, "file"))
                                 : format_bytes({a.bytes})}});
  }
  return rows;
}

Rows trace_rows(const TraceRecord& trace) {
  Rows rows;
  for (const std::string& path : trace.reads) rows.push_back({{path}, {"read"}});
  for (const std::string& path : trace.writes) rows.push_back({{path}, {"written"}});
  return rows;
}

Rows text_rows(const std::map<std::string, std::string>& map) {
  Rows rows;
  for (const auto& [key, value] : map) rows.push_back({{key}, {value}});
  return rows;
}

std::string code_text(const CodeState& code) {
  if (code.commit.empty()) return "no commit yet";
  std::string out = code.commit.substr(code.commit.find(':') + 1).substr(0, 12);
  if (!code.branch.empty()) out += " on " + code.branch;
  if (code.dirty) out += fmt::format(", with uncommitted changes{}", code.tree ? " kept as " + code.tree->brief() : "");
  return out;
}

/// "by cgroup v2, to cpu 2, mem 2GiB; with GPU-a"
std::string bounds_text(const BoundsRecord& bounds) {
  std::string out = fmt::format("by {}", bounds.held_by);
  const char* before = ", to ";
  for (const auto& [name, amount] : bounds.allowed) out += std::exchange(before, ", ") + name + " " + amount;
  if (!bounds.gpus.empty()) out += fmt::format("; with GPU {}", join(bounds.gpus, ", "));
  return out;
}

/// "2 reads and 1 write undeclared"
std::string trace_text(const TraceRecord& trace) {
  std::vector<std::string> parts;
  if (!trace.reads.empty()) parts.push_back(count_of(trace.reads.size(), "read"));
  if (!trace.writes.empty()) parts.push_back(count_of(trace.writes.size(), "write"));
  std::string out = parts.empty() ? "" : join(parts, " and ") + " undeclared";
  if (trace.more > 0) out += fmt::format(", and {} more", trace.more);
  if (!trace.complete()) out += fmt::format("{}not complete: {}", out.empty() ? "" : "; ", trace.reason);
  return out.empty() ? "all that it touched is declared" : out;
}

void head(Page& page, const Run& run) {
  const RunRecord& r = run.record;
  const auto row = [&](std::string_view key, const std::string& value) {
    if (!value.empty()) page.line({{fmt::format("{:<11}", key), Style::dim}, {value}});
  };
  page.line({{r.name, Style::name},
             {"  "},
             {std::string(to_string(r.status)), status_style(r.status)},
             {run.deleted ? "  deleted" : "", Style::warn}});
  row("id", r.id);
  if (!r.stage.empty()) row("stage", fmt::format("{} of run {}", r.stage, r.parent));
  std::vector<std::string> words;
  for (const std::string& word : r.command) words.push_back(r.stage.empty() ? shell_quote(word) : word);
  row("command", join(words, r.stage.empty() ? " " : " && "));
  row("note", run.note);
  row("experiment", r.experiment == "default" ? "" : r.experiment);
  row("user", r.user);
  row("started", format_utc_short(r.started) + " UTC");
  if (r.status != RunStatus::running) {
    row("took", fmt::format("{} ({} of processor, at most {})", format_seconds(r.usage.wall_seconds),
                            format_seconds(r.usage.user_seconds + r.usage.system_seconds),
                            format_bytes({r.usage.max_rss_bytes})));
  }
  if (r.exit_code != 0) row("exit code", std::to_string(r.exit_code));
  if (r.bounds) row("held", bounds_text(*r.bounds));
  if (r.bounds) row("stopped", r.bounds->stopped.substr(r.bounds->stopped.starts_with("stopped: ") ? 9 : 0));
  if (r.trace) row("traced", trace_text(*r.trace));
  row("code", code_text(r.code));
  if (r.cached_from) row("result of", *r.cached_from);
  if (!run.commit.empty()) row("recorded", run.commit.substr(0, 12));
}

bool begins_with_one_of(std::string_view fact, std::initializer_list<std::string_view> kinds) {
  return std::any_of(kinds.begin(), kinds.end(), [&](std::string_view kind) { return fact.starts_with(kind); });
}

/// Machine, software and variables apart; long lists as their size.
void environment(Page& page, const Run& run, const Packages& packages, bool all_packages) {
  Rows machine, software, variables;
  for (const auto& [fact, value] : run.record.environment.facts) {
    if (fact.starts_with("packages.")) {
      const auto& list = packages.at(fact.substr(9));
      const std::string size = list ? count_of(list->size(), "package") : "not here; `mlo pull` brings it";
      software.push_back({{fact}, {size + (list && !all_packages ? "; `--packages` shows them" : "")}});
    } else if (begins_with_one_of(fact, {"program.", "interpreter.", "lockfile.", "container"})) {
      software.push_back({{fact}, {brief_fact(value)}});
    } else {
      (begins_with_one_of(fact, {"env.", "secret."}) ? variables : machine).push_back({{fact}, {value}});
    }
  }
  section(page, "environment", machine);
  section(page, "software", software);
  section(page, "variables", variables);
  if (!all_packages) return;
  for (const auto& [kind, list] : packages)
    section(page, "packages of " + kind, text_rows(list.value_or(PackageList())));
}

void show(Page& page, const Run& run, const std::vector<RunRecord>& stages,
          const std::vector<Attestation>& attestations, const Packages& packages, bool all_packages) {
  const RunRecord& r = run.record;
  head(page, run);
  Rows verified;
  for (const Attestation& attestation : attestations)
    verified.push_back(
        {{std::string(to_string(attestation.verdict)), verdict_style(attestation.verdict)}, {describe(attestation)}});
  Rows metrics, params, stage_rows;
  for (const auto& [key, point] : r.metrics) {
    metrics.push_back({{key},
                       {format_metric(point.value), Style::number},
                       {point.step == 0 ? "" : fmt::format("step {}", point.step), Style::dim}});
  }
  for (const auto& [key, value] : r.params.members()) params.push_back({{key}, {display(value)}});
  for (const RunRecord& stage : stages) {
    stage_rows.push_back({{stage.stage},
                          {std::string(to_string(stage.status)), status_style(stage.status)},
                          {stage.status == RunStatus::cached ? "" : format_seconds(stage.usage.wall_seconds)},
                          {short_id(stage.id), Style::dim}});
  }
  section(page, "metrics", metrics, {{""}, {"", Align::right}, {""}});
  section(page, "params", params);
  section(page, "tags", text_rows(r.tags));
  section(page, "stages", stage_rows, {{""}, {""}, {"", Align::right}, {""}});
  section(page, "verified", verified);
  section(page, "datasets", text_rows(r.datasets));
  section(page, "inputs", artifact_rows(r.inputs));
  section(page, "outputs", artifact_rows(r.outputs));
  if (r.trace) section(page, "undeclared", trace_rows(*r.trace));
  section(page, "artifacts", artifact_rows(r.artifacts));
  environment(page, run, packages, all_packages);
}

Value packages_value(const Packages& packages) {
  Value out = Value::object();
  for (const auto& [kind, list] : packages) {
    Value names = Value::object();
    for (const auto& [name, version] : list.value_or(PackageList())) names.set(name, version);
    out.set(kind, list ? std::move(names) : Value());
  }
  return out;
}

int run(Context& ctx, const Options& o) {
  recover_runs(ctx.workspace());
  RunStore store(ctx.workspace());
  const Run found = store.find(o.run);
  const std::vector<RunRecord> stages = store.stages_of(found.record.id);
  const std::vector<Attestation> attestations = load_attestations(ctx.workspace(), found.record.id);
  Packages packages;
  for (const auto& [kind, id] : package_lists(found.record.environment)) packages[kind] = store.find_packages(id);
  ctx.print(
      [&] {
        Value list = Value::array();
        for (const RunRecord& stage : stages) list.push(run_value({stage, "", false, found.commit}));
        Value out = run_value(found);
        out.set("stages", std::move(list)).set("attestations", attestations_value(attestations));
        if (o.packages) out.set("packages", packages_value(packages));
        return out;
      },
      [&](Page& page) { show(page, found, stages, attestations, packages, o.packages); });
  return exit_code::ok;
}

}  // namespace

Command track_show() {
  CommandInfo info;
  info.path = "track show";
  info.summary = "show everything about one run";
  info.description =
      "Command, code, metrics, parameters, stages, what it read and wrote by content, where it ran (machine, GPUs, "
      "container, programs and what they found installed, variables), and what `mlo run verify` found out about it. A "
      "stage has an id of its own.";
  info.examples = {{"mlo track show brave-otter", "by name; of several with it the newest"},
                   {"mlo track show brave-otter --packages", "with every Python, conda and R package"},
                   {"mlo track show 018f3a2b9c41 --json", "by the beginning of its id, for scripts"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli
