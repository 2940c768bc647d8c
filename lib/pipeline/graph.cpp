#include "lib/pipeline/graph.hpp"

#include <queue>
#include <set>
#include <unordered_map>

#include "lib/codec/reader.hpp"
#include "lib/util/error.hpp"

namespace mlo {
namespace {

/// Outputs by path, to find the one at or above a path and those below it.
class OutputMap {
 public:
  OutputMap(const std::vector<Stage>& stages, std::string_view file) {
    for (StageIndex i = 0; i < stages.size(); ++i) {
      for (const Output& output : stages[i].outputs) {
        const auto [it, added] = owner_.emplace(output.path, i);
        if (!added) {
          fail(file, stages[i],
               fmt::format("stages `{}` and `{}` both write `{}`", stages[it->second].name, stages[i].name,
                           output.path));
        }
        sorted_.emplace_back(output.path, i);
      }
    }
    std::sort(sorted_.begin(), sorted_.end());
    for (const auto& [path, i] : sorted_) {
      const std::size_t slash = path.rfind('/');
      if (slash == std::string_view::npos) continue;
      if (const auto above = find_at_or_above(path.substr(0, slash))) {
        fail(file, stages[i],
             fmt::format("output `{}` of stage `{}` lies inside output `{}` of stage `{}`", path, stages[i].name,
                         above->first, stages[above->second].name));
      }
    }
  }

  std::optional<std::pair<std::string_view, StageIndex>> find_at_or_above(std::string_view path) const {
    for (;;) {
      if (const auto it = owner_.find(path); it != owner_.end()) return std::pair(it->first, it->second);
      const std::size_t slash = path.rfind('/');
      if (slash == std::string_view::npos) return std::nullopt;
      path = path.substr(0, slash);
    }
  }

  template <class Visit>
  void each_below(const std::string& path, const Visit& visit) const {
    const std::string prefix = path + "/";
    for (auto it = std::lower_bound(sorted_.begin(), sorted_.end(), std::pair<std::string_view, StageIndex>(prefix, 0));
         it != sorted_.end() && it->first.starts_with(prefix); ++it) {
      visit(it->second);
    }
  }

 private:
  [[noreturn]] static void fail(std::string_view file, const Stage& stage, std::string message) {
    Value at;
    at.set_mark(stage.mark);
    fail_at(file, at, std::move(message));
  }

  std::unordered_map<std::string_view, StageIndex> owner_;  // borrows the stages' paths
  std::vector<std::pair<std::string_view, StageIndex>> sorted_;
};

std::string_view base_name(std::string_view stage) { return stage.substr(0, stage.find('@')); }

}  // namespace

Graph::Graph(std::vector<Stage> stages, std::string_view file) : stages_(std::move(stages)) {
  std::set<std::string_view> names;
  for (const Stage& stage : stages_) {
    if (!names.insert(stage.name).second)
      throw Error(ErrorKind::invalid, fmt::format("{}: two stages are named `{}`", file, stage.name));
  }
  link(file);
  sort(file);
}

void Graph::link(std::string_view file) {
  const OutputMap outputs(stages_, file);
  upstream_.resize(stages_.size());
  downstream_.resize(stages_.size());
  for (StageIndex i = 0; i < stages_.size(); ++i) {
    std::vector<StageIndex>& needed = upstream_[i];
    const auto need = [&](const std::string& path) {
      if (const auto owner = outputs.find_at_or_above(path)) needed.push_back(owner->second);
      outputs.each_below(path, [&](StageIndex below) { needed.push_back(below); });
      if (std::find(needed.begin(), needed.end(), i) != needed.end()) {
        Value at;
        at.set_mark(stages_[i].mark);
        fail_at(file, at, fmt::format("stage `{}` depends on its own output: `{}`", stages_[i].name, path));
      }
    };
    for (const std::string& dep : stages_[i].deps) need(dep);
    for (std::size_t k = 0; k < stages_[i].params.size(); ++k) {
      const std::string& params = stages_[i].params[k].file;
      if (k == 0 || stages_[i].params[k - 1].file != params) need(params);
    }
    std::sort(needed.begin(), needed.end());
    needed.erase(std::unique(needed.begin(), needed.end()), needed.end());
    if (stages_[i].frozen) needed.clear();
    for (const StageIndex up : needed) downstream_[up].push_back(i);
  }
}

void Graph::sort(std::string_view file) {
  std::vector<std::size_t> waiting(stages_.size());
  std::priority_queue<StageIndex, std::vector<StageIndex>, std::greater<>> ready;
  for (StageIndex i = 0; i < stages_.size(); ++i) {
    waiting[i] = upstream_[i].size();
    if (waiting[i] == 0) ready.push(i);
  }
  order_.reserve(stages_.size());
  while (!ready.empty()) {
    const StageIndex i = ready.top();
    ready.pop();
    order_.push_back(i);
    for (const StageIndex next : downstream_[i]) {
      if (--waiting[next] == 0) ready.push(next);
    }
  }
  if (order_.size() == stages_.size()) return;

  // Every stage still waiting has an upstream one that waits too, so walking up must come back to where it was.
  StageIndex at = 0;
  while (waiting[at] == 0) ++at;
  std::vector<StageIndex> path;
  while (std::find(path.begin(), path.end(), at) == path.end()) {
    path.push_back(at);
    at = *std::find_if(upstream_[at].begin(), upstream_[at].end(), [&](StageIndex up) { return waiting[up] > 0; });
  }
  path.erase(path.begin(), std::find(path.begin(), path.end(), at));
  std::reverse(path.begin(), path.end());
  std::rotate(path.begin(), std::min_element(path.begin(), path.end()), path.end());
  std::string text;
  for (const StageIndex i : path) text += fmt::format("`{}` -> ", stages_[i].name);
  Value mark;
  mark.set_mark(stages_[path.front()].mark);
  fail_at(file, mark,
          fmt::format("the stages depend on each other in a circle: {}`{}`", text, stages_[path.front()].name));
}

std::vector<StageIndex> Graph::named(const std::vector<std::string>& targets) const {
  std::vector<bool> chosen(stages_.size(), targets.empty());
  std::vector<std::string> names;
  for (const std::string& target : targets) {
    bool found = false;
    for (StageIndex i = 0; i < stages_.size(); ++i) {
      const Stage& stage = stages_[i];
      const bool writes =
          std::any_of(stage.outputs.begin(), stage.outputs.end(), [&](const Output& o) { return o.path == target; });
      if (stage.name == target || base_name(stage.name) == target || writes) chosen[i] = found = true;
    }
    if (found) continue;
    for (const Stage& stage : stages_) names.push_back(stage.name);
    const std::string near = nearest(target, names);
    throw Error(ErrorKind::not_found, fmt::format("no stage or output named `{}`", target))
        .hint(near.empty() ? "list the stages with `mlo run status`" : fmt::format("did you mean `{}`?", near));
  }
  std::vector<StageIndex> out;
  for (const StageIndex i : order_) {
    if (chosen[i]) out.push_back(i);
  }
  return out;
}

std::vector<StageIndex> Graph::reach(std::vector<StageIndex> from, const Neighbours& next) const {
  std::vector<bool> chosen(stages_.size(), false);
  for (const StageIndex i : from) chosen[i] = true;
  while (!from.empty()) {
    const StageIndex i = from.back();
    from.pop_back();
    for (const StageIndex other : next[i]) {
      if (!chosen[other]) from.push_back(other);
      chosen[other] = true;
    }
  }
  std::vector<StageIndex> out;
  for (const StageIndex i : order_) {
    if (chosen[i]) out.push_back(i);
  }
  return out;
}

std::vector<StageIndex> Graph::select(const std::vector<std::string>& targets) const {
  return targets.empty() ? order_ : reach(named(targets), upstream_);
}

std::vector<StageIndex> Graph::after(const std::vector<std::string>& targets) const {
  return reach(named(targets), downstream_);
}

}  // namespace mlo
