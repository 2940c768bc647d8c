#include "lib/registry/registry_message.hpp"

#include <set>

#include "lib/crypto/sha256.hpp"
#include "lib/runs/run_message.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

std::string subject(const ModelManifest& m) { return fmt::format("register {} v{}", m.name, m.version); }

/// Scores without slices, which are detail.
std::string scores(const ModelManifest& m) {
  std::string out;
  for (const auto& [key, value] : m.metrics) {
    if (key.find('[') == std::string::npos) out += fmt::format("  {}  {}\n", key, format_metric(value));
  }
  return out.empty() ? out : fmt::format("scores on {}\n{}\n", printable(m.holdout.name), out);
}

}  // namespace

std::string register_commit_message(const ModelManifest& m) {
  std::string out = subject(m) + "\n\n";
  if (!m.card.description.empty()) out += printable(split(m.card.description, '\n').front()) + "\n\n";
  out += scores(m);
  out += fmt::format("Mlo-Model: {}@v{}\nMlo-Run: {}\n", m.name, m.version, m.run);
  std::set<std::string> data;
  for (const UsedDataset& used : m.training) data.insert(fmt::format("{} {}", used.name, used.id.str()));
  data.insert(fmt::format("{} {}", m.holdout.name, m.holdout.id.str()));
  for (const std::string& line : data) out += fmt::format("Mlo-Data: {}\n", printable(line));
  return out;
}

std::string register_tag_message(const ModelManifest& m) {
  return fmt::format("{}\n\n{}Mlo-Run: {}\nMlo-Manifest: {}\n", subject(m), scores(m), m.run,
                     sha256(emit_model(m)).str());
}

std::optional<std::string> find_trailer(std::string_view message, std::string_view key) {
  while (message.ends_with('\n')) message.remove_suffix(1);
  const auto lines = split_lines(message);
  for (auto it = lines.rbegin(); it != lines.rend() && !it->empty(); ++it) {
    if (it->size() > key.size() + 2 && it->starts_with(key) && it->substr(key.size(), 2) == ": ")
      return std::string(it->substr(key.size() + 2));
  }
  return std::nullopt;
}

}  // namespace mlo
