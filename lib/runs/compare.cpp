#include "lib/runs/compare.hpp"

#include "lib/capture/command_facts.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

struct Facts {
  std::map<std::pair<Facet, std::string>, std::string> texts;
  std::map<std::string, double> metrics;
};

Facts facts_of(const Run& run) {
  const RunRecord& r = run.record;
  Facts out;
  const auto add = [&](Facet facet, std::string key, std::string value) {
    if (!value.empty()) out.texts.emplace(std::pair(facet, std::move(key)), std::move(value));
  };
  for (const auto& [key, point] : r.metrics) {
    out.metrics.emplace(key, point.value);
    add(Facet::metric, key, format_double(point.value));
  }
  for (const auto& [key, value] : r.params.members()) add(Facet::param, key, display(value));
  for (const auto& [name, id] : r.datasets) add(Facet::data, name, id);
  for (const Artifact& input : r.inputs) add(Facet::data, input.path, input.id.str());
  add(Facet::code, "commit", r.code.commit);
  add(Facet::code, "branch", r.code.branch);
  if (r.code.tree) add(Facet::code, "uncommitted", r.code.tree->str());
  for (const auto& [key, value] : r.tags) add(Facet::tag, key, value);
  for (const auto& [key, value] : r.environment.facts) add(Facet::environment, key, value);
  add(Facet::run, "command", join(r.command, " "));
  add(Facet::run, "experiment", r.experiment);
  add(Facet::run, "status", std::string(to_string(r.status)));
  add(Facet::run, "user", r.user);
  return out;
}

using Rows = std::map<std::pair<Facet, std::string>, ComparedRow>;

/// `python:numpy`, of the kinds of which the runs have different lists.
void add_packages(const std::vector<Run>& runs, const FindPackages& find_packages, Rows& rows) {
  std::map<std::string, std::vector<PackageList>> kinds;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    for (const auto& [kind, id] : package_lists(runs[i].record.environment)) {
      const auto list = find_packages(id);
      auto& lists = kinds[kind];
      if (list && lists.size() == i) lists.push_back(*list);
    }
  }
  for (const auto& [kind, lists] : kinds) {
    if (lists.size() != runs.size()) continue;
    std::set<std::string> names;
    for (const PackageList& list : lists) {
      for (const PackageChange& change : compare_packages(lists[0], list)) names.insert(change.name);
    }
    for (const std::string& name : names) {
      ComparedRow row{Facet::package, fmt::format("{}:{}", kind, name), {}, {}, true};
      row.numbers.resize(runs.size());
      for (const PackageList& list : lists) {
        const auto it = list.find(name);
        row.values.push_back(it == list.end() ? std::nullopt : std::optional(it->second));
      }
      rows.emplace(std::pair(row.facet, row.key), std::move(row));
    }
  }
}

/// What is known of a key over all runs.
struct Seen {
  std::size_t runs = 0;
  std::set<std::string> values;
};

/// Ascending by (slices last, the same in all last, how many runs lack it, key).
std::vector<std::string> ranked(const std::map<std::string, Seen>& keys, std::size_t most) {
  std::vector<std::tuple<bool, bool, std::size_t, std::string>> order;
  for (const auto& [key, seen] : keys) {
    order.emplace_back(key.find('[') != std::string::npos, seen.runs > 1 && seen.values.size() == 1,
                       SIZE_MAX - seen.runs, key);
  }
  std::sort(order.begin(), order.end());
  std::vector<std::string> out;
  for (const auto& rank : order) {
    if (out.size() < most) out.push_back(std::get<3>(rank));
  }
  return out;
}

}  // namespace

std::string_view to_string(Facet facet) {
  switch (facet) {
    case Facet::metric:
      return "metrics";
    case Facet::param:
      return "params";
    case Facet::data:
      return "data";
    case Facet::code:
      return "code";
    case Facet::tag:
      return "tags";
    case Facet::environment:
      return "environment";
    case Facet::package:
      return "packages";
    case Facet::run:
      return "run";
  }
  return "unknown";
}

std::vector<ComparedRow> compare_runs(const std::vector<Run>& runs, const FindPackages& find_packages) {
  Rows rows;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const Facts facts = facts_of(runs[i]);
    for (const auto& [name, value] : facts.texts) {
      auto& row = rows.try_emplace(name, ComparedRow{name.first, name.second, {}, {}, false}).first->second;
      row.values.resize(runs.size());
      row.numbers.resize(runs.size());
      row.values[i] = value;
      if (name.first == Facet::metric) row.numbers[i] = facts.metrics.at(name.second);
    }
  }
  if (find_packages) add_packages(runs, find_packages, rows);
  std::vector<ComparedRow> out;
  for (auto& [name, row] : rows) {
    const auto& values = row.values;
    row.differs = std::any_of(values.begin(), values.end(), [&](const auto& value) { return value != values[0]; });
    out.push_back(std::move(row));
  }
  std::stable_partition(out.begin(), out.end(), [](const ComparedRow& row) { return row.differs; });
  return out;
}

std::vector<std::string> telling_metrics(const std::vector<Run>& runs, std::size_t most) {
  std::map<std::string, Seen> keys;
  for (const Run& run : runs) {
    for (const auto& [key, point] : run.record.metrics) {
      ++keys[key].runs;
      keys[key].values.insert(fmt::format("{}", point.value));
    }
  }
  return ranked(keys, most);
}

std::vector<std::string> varying_params(const std::vector<Run>& runs, std::size_t most) {
  std::map<std::string, Seen> keys;
  for (const Run& run : runs) {
    for (const auto& [key, value] : run.record.params.members()) {
      ++keys[key].runs;
      keys[key].values.insert(display(value));
    }
  }
  std::erase_if(keys, [&](const auto& key) { return key.second.values.size() == 1 && key.second.runs == runs.size(); });
  return ranked(keys, most);
}

}  // namespace mlo
