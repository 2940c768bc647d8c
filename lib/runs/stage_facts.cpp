#include "lib/runs/stage_facts.hpp"

#include "lib/capture/environment.hpp"
#include "lib/manifest/names.hpp"
#include "lib/util/text.hpp"

namespace mlo {

std::string qualified_key(std::string_view stage, std::string_view key) {
  return fmt::format("{}/{}", replace_all(stage, "@", ":"), key);
}

namespace {

/// What all stages were computed with that say anything of it: programs, what is installed.
void add_common_environment(FactMap& facts, const std::vector<RunRecord>& stages) {
  std::map<std::string, std::set<std::string>> said;
  for (const RunRecord& stage : stages) {
    for (const auto& [name, value] : stage.environment.facts) {
      for (const std::string_view kind : {"program.", "interpreter.", "packages.", "container.runs"}) {
        if (name.starts_with(kind)) said[name].insert(value);
      }
    }
  }
  for (const auto& [name, values] : said) {
    if (values.size() == 1) facts.emplace(name, *values.begin());
  }
}

}  // namespace

void add_stage_facts(RunRecord& invocation, const std::vector<RunRecord>& stages) {
  add_common_environment(invocation.environment.facts, stages);
  std::map<std::string, std::size_t> logged_by;
  for (const RunRecord& stage : stages) {
    for (const auto& [key, point] : stage.metrics) ++logged_by[key];
    for (const auto& [key, value] : stage.params.members()) {
      if (invocation.params.find(key) == nullptr) invocation.params.set(key, value);
    }
  }
  for (const RunRecord& stage : stages) {
    for (const auto& [key, point] : stage.metrics) {
      const std::string name = logged_by[key] == 1 ? key : qualified_key(stage.stage, key);
      if (is_metric_key(name)) invocation.metrics.try_emplace(name, point);
    }
  }
}

}  // namespace mlo
