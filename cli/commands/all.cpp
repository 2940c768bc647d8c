#include "cli/command_table.hpp"

namespace mlo::cli {

#define MLO_COMMAND(function, path) Command function();
#include "cli/commands/commands.def"
#undef MLO_COMMAND

std::span<const TableEntry> command_table() {
  static constexpr TableEntry kTable[] = {
#define MLO_COMMAND(function, path) {path, function},
#include "cli/commands/commands.def"
#undef MLO_COMMAND
  };
  return kTable;
}

std::span<const GroupEntry> command_groups() {
  static constexpr GroupEntry kGroups[] = {
      {"version-data", "data", "version datasets beside the code"},
      {"run", "", "run the pipeline, or one tracked command"},
      {"track", "", "log, list, compare and search runs"},
      {"materialize", "", "features: training sets as of their time, and an online store"},
      {"drift", "", "find out whether data still looks like it did"},
      {"register", "", "make versions of models from runs"},
      {"promote", "", "let versions hold stages, if their gates say yes"},
      {"remote", "", "say where objects are shared"},
      {"hooks", "", "keep data and code together in git's own commands"},
  };
  return kGroups;
}

std::vector<Section> command_sections() {
  return {{"START HERE", {"init", "status"}},
          {"DATA", {"version-data", "remote", "push", "pull"}},
          {"RUNS", {"run", "track", "lineage"}},
          {"MODELS", {"register", "promote", "get"}},
          {"FEATURES AND DRIFT", {"materialize", "drift"}},
          {"MLO ITSELF", {"hooks", "completion", "help", "version"}}};
}

const GroupEntry* find_group(std::string_view name) {
  for (const GroupEntry& group : command_groups()) {
    if (group.name == name || (!group.alias.empty() && group.alias == name)) return &group;
  }
  return nullptr;
}

}  // namespace mlo::cli
