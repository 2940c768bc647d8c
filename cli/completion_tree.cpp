#include "cli/completion_tree.hpp"

#include "cli/command_table.hpp"

namespace mlo::cli {

std::map<std::string, CompletionNode> completion_tree() {
  std::map<std::string, CompletionNode> tree;
  tree[""].options = global_options(/*json=*/false);
  for (const TableEntry& entry : command_table()) {
    const CommandSpec spec = describe(entry.make());
    const std::string path(entry.path);
    CompletionNode& node = tree[path];
    node.options = spec.options;
    node.operands = !spec.positionals.empty();
    const std::size_t space = path.find(' ');
    const std::string first = path.substr(0, space);
    const GroupEntry* group = find_group(first);
    const std::string summary = group != nullptr ? std::string(group->summary) : spec.info.summary;
    auto& top = tree[""].words;
    if (top.empty() || top.back().first != first) top.emplace_back(first, summary);
    if (space == std::string::npos) continue;
    tree[first].words.emplace_back(path.substr(space + 1), spec.info.summary);
    if (tree[first].options.empty()) tree[first].options = global_options(/*json=*/false);
  }
  return tree;
}

}  // namespace mlo::cli
