#include "lib/report/model_card.hpp"

#include "lib/runs/run_message.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

/// Text that stands as it is: nothing in it is markup, and it stays in its line.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    if (std::string_view("\\`*_{}[]<>#|~&!").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

/// The same for several paragraphs.
std::string paragraphs(std::string_view text) {
  std::string out;
  for (const std::string_view line : split_lines(text)) out += escaped(line) + "\n";
  return out;
}

std::string code(std::string_view text) { return "`" + replace_all(printable(text), "`", "'") + "`"; }

void prose(std::string& out, std::string_view title, const std::string& text) {
  if (!text.empty()) out += fmt::format("\n## {}\n\n{}", title, paragraphs(text));
}

using Rows = std::vector<std::vector<std::string>>;

void table(std::string& out, const std::vector<std::string>& titles, const Rows& rows) {
  const auto line = [&](const std::vector<std::string>& cells) { out += "| " + join(cells, " | ") + " |\n"; };
  line(titles);
  out += "|";
  for (std::size_t i = 0; i < titles.size(); ++i) out += " --- |";
  out += "\n";
  for (const auto& row : rows) line(row);
}

/// auc[carrier=AA] -> {auc, carrier=AA}
std::pair<std::string, std::string> split_slice(const std::string& key) {
  const std::size_t open = key.find('[');
  if (open == std::string::npos) return {key, ""};
  return {key.substr(0, open), replace_all(key.substr(open + 1, key.size() - open - 2), "][", ", ")};
}

void evaluation(std::string& out, const ModelManifest& m) {
  out += fmt::format("\n## Evaluation\n\nOn {} ({}).\n\n", code(m.holdout.name), code(m.holdout.id.str()));
  Rows scores, slices;
  for (const auto& [key, value] : m.metrics) {
    const auto [metric, slice] = split_slice(key);
    if (slice.empty())
      scores.push_back({escaped(metric), format_metric(value)});
    else
      slices.push_back({escaped(metric), escaped(slice), format_metric(value)});
  }
  if (!scores.empty()) table(out, {"metric", "value"}, scores);
  if (slices.empty()) return;
  out += "\n### Slices\n\n";
  table(out, {"metric", "slice", "value"}, slices);
}

void training(std::string& out, const ModelManifest& m) {
  out += "\n## Training\n\n";
  Rows data;
  for (const UsedDataset& used : m.training) data.push_back({code(used.name), code(used.id.str())});
  table(out, {"data", "content"}, data);
  if (m.params.members().empty()) return;
  Rows params;
  for (const auto& [key, value] : m.params.members()) params.push_back({escaped(key), escaped(display(value))});
  out += "\n";
  table(out, {"parameter", "value"}, params);
}

}  // namespace

std::string model_card(const ModelManifest& m, const std::string& tag, const std::string& commit) {
  std::string out = fmt::format("# {}\n", escaped(tag));
  if (!m.card.description.empty()) out += "\n" + paragraphs(m.card.description);
  out += "\n";
  Rows facts = {{"version", escaped(m.version)}};
  if (!m.card.owners.empty()) facts.push_back({"owners", escaped(join(m.card.owners, ", "))});
  facts.push_back({"registered by", escaped(m.author)});
  if (!m.card.license.empty()) facts.push_back({"license", escaped(m.card.license)});
  facts.push_back({"made", format_utc_short(m.created) + " UTC"});
  facts.push_back({"content", fmt::format("{}, {}, {}", code(m.model.path), format_bytes({m.model.bytes}),
                                          code(m.model.id.str()))});
  table(out, {"", ""}, facts);
  prose(out, "Intended use", m.card.intended_use);
  prose(out, "Limitations", m.card.limitations);
  prose(out, "Ethical considerations", m.card.ethics);
  evaluation(out, m);
  training(out, m);
  out += "\n## Features\n\n";
  Rows features;
  for (const SchemaColumn& column : m.features) features.push_back({escaped(column.name), escaped(column.type)});
  table(out, {"feature", "type"}, features);
  out += "\n## Environment\n\n";
  Rows versions;
  for (const auto& [name, version] : m.dependencies) versions.push_back({escaped(name), escaped(version)});
  for (const auto& [name, value] : m.environment.facts) versions.push_back({escaped(name), escaped(value)});
  table(out, {"software", "version"}, versions);
  out += fmt::format("\n## Lineage\n\n- run {}{}\n- code {}{}\n- manifest at commit {}\n", code(m.run),
                     m.stage.empty() ? "" : fmt::format(", stage {}", code(m.stage)), code(m.code.commit),
                     m.code.dirty ? ", with uncommitted changes" : "", code(commit));
  return out +
         fmt::format("\n`mlo lineage {}` shows all of it; `mlo register verify {}` looks at it again.\n", tag, tag);
}

}  // namespace mlo
