#include "cli/command.hpp"
#include "cli/commands/assignment_page.hpp"
#include "cli/commands/model_page.hpp"
#include "cli/exit_code.hpp"
#include "lib/runs/run_message.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::string name;
};

void declare(Args& args, Options& o) {
  args.positional(o.name, "NAME", "NAME@VERSION, NAME@STAGE, or NAME for its newest version");
}

void rows(Page& page, std::string_view title, const std::vector<std::pair<std::string, std::string>>& pairs) {
  if (pairs.empty()) return;
  page.line();
  page.line({{std::string(title), Style::bold}});
  Table table{{{""}, {""}}, {}};
  for (const auto& [key, value] : pairs) table.rows.push_back({{"  " + key}, {value}});
  page.table(table);
}

void show(Page& page, const ModelVersion& version, const std::vector<Assignment>& stages) {
  const ModelManifest& m = version.manifest;
  const auto line = [&](std::string_view key, const std::string& value) {
    if (!value.empty()) page.line({{fmt::format("{:<12}", key), Style::dim}, {value}});
  };
  page.line({{fmt::format("{}@v{}", m.name, m.version), Style::name}});
  line("about", m.card.description);
  line("model", content_text(m.model));
  line("made", format_utc_short(m.created) + " UTC");
  line("by", m.author);
  line("run", m.stage.empty() ? m.run : fmt::format("{}, stage {}", m.run, m.stage));
  line("code", m.code.commit.substr(m.code.commit.find(':') + 1).substr(0, 12) +
                   (m.code.dirty ? ", with uncommitted changes" : ""));
  for (const UsedDataset& used : m.training) line("trained on", fmt::format("{}@{}", used.name, used.id.brief()));
  line("scored on", fmt::format("{}@{}", m.holdout.name, m.holdout.id.brief()));
  line("registered", "commit " + version.commit.hex().substr(0, 12));
  line("holds", stages_text(stages, m.version));
  for (const Assignment& a : stages) {
    if (!a.verified) line("unverified", fmt::format("{}: {}", a.name, a.problem));
  }
  std::vector<std::pair<std::string, std::string>> scores, params, features, software;
  for (const auto& [key, value] : m.metrics) scores.emplace_back(key, format_metric(value));
  for (const auto& [key, value] : m.params.members()) params.emplace_back(key, display(value));
  for (const SchemaColumn& column : m.features) features.emplace_back(column.name, column.type);
  for (const auto& [name, number] : m.dependencies) software.emplace_back(name, number);
  rows(page, "scores", scores);
  rows(page, "parameters", params);
  rows(page, "features", features);
  rows(page, "software", software);
}

int run(Context& ctx, const Options& o) {
  const ModelVersion version = resolve_model(ctx.workspace(), o.name);
  const std::vector<Assignment> stages = assignments(ctx.workspace(), version.manifest.name);
  ctx.print(
      [&] {
        Value held = Value::array(), unverified = Value::array();
        for (const Assignment& a : stages) {
          if (current_holder(stages, a.stage) == &a && a.version->commit == version.commit) held.push(a.stage);
          if (!a.verified) unverified.push(a.name);
        }
        return model_value(version.manifest)
            .set("stages", std::move(held))
            .set("unverified", std::move(unverified))
            .set("tag", fmt::format("{}@v{}", version.manifest.name, version.manifest.version))
            .set("commit", version.commit.hex());
      },
      [&](Page& page) { show(page, version, stages); });
  return exit_code::ok;
}

}  // namespace

Command register_show() {
  CommandInfo info;
  info.path = "register show";
  info.summary = "show everything about one version of a model";
  info.description = "What its manifest says, and where that lies. `mlo lineage` shows what it came from.";
  info.examples = {{"mlo register show delay", "the newest version"},
                   {"mlo register show delay@1.2.0 --json", "one version, for scripts"}};
  info.exits = {{exit_code::verdict, "the tag is not one that `mlo register` made"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli
