#include "lib/lineage/graph.hpp"

#include <set>

#include "lib/util/text.hpp"

namespace mlo {
namespace {

/// Something that was executed: a stage, or a run without stages.
struct Step {
  const RunRecord* record = nullptr;
  std::string node;
};

std::pair<UtcTime, std::string> order(const RunRecord& record) { return {record.started, record.id}; }

/// Everything a record wrote.
std::vector<const Artifact*> written(const RunRecord& record) {
  std::vector<const Artifact*> out;
  for (const Artifact& artifact : record.outputs) out.push_back(&artifact);
  for (const Artifact& artifact : record.artifacts) out.push_back(&artifact);
  return out;
}

bool reads(const RunRecord& record, const Digest& id) {
  return std::any_of(record.inputs.begin(), record.inputs.end(), [&](const Artifact& input) { return input.id == id; });
}

/// `inner` relative to `outer` if it lies below it.
std::optional<std::string> below(const std::string& outer, const std::string& inner) {
  if (inner.size() <= outer.size() + 1 || !inner.starts_with(outer + "/")) return std::nullopt;
  return inner.substr(outer.size() + 1);
}

std::string size_of(const Artifact& artifact) {
  return artifact.directory ? fmt::format("{}, {}", count_of(artifact.files, "file"), format_bytes({artifact.bytes}))
                            : format_bytes({artifact.bytes});
}

using OutputsByPath = std::multimap<std::string_view, const Artifact*>;

class Builder {
 public:
  explicit Builder(const LineageHistory& history) : history_(history) {}

  LineageGraph build() {
    for (const Run& run : history_.runs) runs_[run.record.id] = &run.record;
    for (const auto& [run, stages] : history_.stages) {
      for (const RunRecord& stage : stages) by_id_[stage.id] = &stage;
    }
    for (const DatasetFact& fact : history_.datasets) add_dataset(fact.manifest.name, fact.manifest.tree, &fact);
    for (const Run& run : history_.runs) collect_steps(run.record);
    for (const auto& [id, step] : steps_) {
      for (const Artifact* artifact : written(*step.record)) writers_[artifact->id].push_back(&step);
    }
    for (const auto& [id, step] : steps_) add_step(step);
    for (const Run& run : history_.runs) add_run(run.record);
    for (const ModelFact& model : history_.models) add_model(model);
    return {std::move(nodes_), {edges_.begin(), edges_.end()}};
  }

 private:
  const std::vector<RunRecord>& stages_of(const RunRecord& run) const {
    static const std::vector<RunRecord> none;
    const auto it = history_.stages.find(run.id);
    return it == history_.stages.end() ? none : it->second;
  }

  /// The record that did the work of a cached one; itself if that is not known here.
  const RunRecord& original(const RunRecord& stage) const {
    const RunRecord* at = &stage;
    for (std::set<std::string> seen; at->cached_from && seen.insert(at->id).second;) {
      const auto it = by_id_.find(*at->cached_from);
      if (it == by_id_.end()) break;
      at = it->second;
    }
    return *at;
  }

  void collect_steps(const RunRecord& run) {
    for (const RunRecord& stage : stages_of(run)) {
      const RunRecord& record = original(stage);
      steps_[record.id] = {&record, "stage:" + record.id};
    }
    if (stages_of(run).empty()) steps_[run.id] = {&run, "run:" + run.id};
  }

  LineageNode& node(std::string id, LineageKind kind, std::string name) {
    LineageNode& out = nodes_[id];
    if (out.id.empty()) {
      out.id = std::move(id);
      out.kind = kind;
      out.name = std::move(name);
    }
    return out;
  }

  void edge(const std::string& from, const std::string& to) {
    if (from != to) edges_.insert({from, to});
  }

  std::string add_dataset(const std::string& name, const Digest& id, const DatasetFact* fact) {
    LineageNode& out = node(fmt::format("dataset:{}@{}", name, id.str()), LineageKind::dataset,
                            fmt::format("{}@{}", name, id.brief()));
    out.digest = id.str();
    if (fact != nullptr) {
      out.detail = fmt::format("{}, {}, {}", fact->manifest.path, format_bytes({fact->manifest.bytes}),
                               fact->commit.empty() ? "not committed" : "commit " + fact->commit.substr(0, 7));
    }
    return out.id;
  }

  void add_code(const RunRecord& record, const std::string& to) {
    if (record.code.commit.empty()) return;
    const std::string tree = record.code.tree ? "+" + record.code.tree->str() : "";
    const std::size_t colon = record.code.commit.find(':');
    LineageNode& out =
        node("code:" + record.code.commit + tree, LineageKind::code, record.code.commit.substr(colon + 1, 7));
    out.detail = fmt::format("{}{}", record.code.branch.empty() ? "no branch" : record.code.branch,
                             record.code.dirty ? ", with uncommitted changes" : "");
    edge(out.id, to);
  }

  std::string add_artifact(const Artifact& artifact, const std::string& origin) {
    const std::string suffix = origin.empty() ? "" : "@" + origin;
    LineageNode& out = node("artifact:" + artifact.id.str() + suffix, LineageKind::artifact, artifact.path);
    out.digest = artifact.id.str();
    out.detail = size_of(artifact);
    return out.id;
  }

  /// Whoever wrote the content that `reader`, a stage of `run` or a run, read.
  const Step* find_writer(const RunRecord& reader, const Artifact& input) const {
    const auto it = writers_.find(input.id);
    if (it == writers_.end()) return nullptr;
    const Step* best = nullptr;
    const auto rank = [&](const Step& step) {
      const auto wrote = written(*step.record);
      const bool same_path = std::any_of(wrote.begin(), wrote.end(),
                                         [&](const Artifact* a) { return a->id == input.id && a->path == input.path; });
      const bool same_run = !reader.parent.empty() && step.record->parent == reader.parent;
      return std::tuple(same_run, same_path, order(*step.record));
    };
    for (const Step* step : it->second) {
      if (order(*step->record) >= order(reader)) continue;
      if (best == nullptr || rank(*step) > rank(*best)) best = step;
    }
    return best;
  }

  /// The dataset version that this is: the same content at the dataset's path or, if nobody else can have written it,
  /// anywhere. A record may name one that is in no history here.
  std::string find_dataset(const RunRecord& reader, const Artifact& input, bool anywhere) {
    const DatasetFact* best = nullptr;
    std::set<std::string> known;
    for (const DatasetFact& fact : history_.datasets) {
      if (fact.manifest.tree != input.id) continue;
      known.insert(fact.manifest.name);
      const bool here = fact.manifest.path == input.path;
      if (here || (anywhere && best == nullptr)) best = &fact;
    }
    if (best != nullptr) return add_dataset(best->manifest.name, input.id, best);
    for (const auto& [name, id] : reader.datasets) {
      if (id == input.id.str() && !known.contains(name)) return add_dataset(name, input.id, nullptr);
    }
    return {};
  }

  /// True if the input is a part of this version of a dataset, or holds it.
  bool shares(const DatasetFact& fact, const Artifact& input) const {
    const DatasetManifest& dataset = fact.manifest;
    if (const auto inner = below(dataset.path, input.path); inner && dataset.directory)
      return history_.find_in_tree(dataset.tree, *inner) == input.id;
    if (const auto held = below(input.path, dataset.path); held && input.directory)
      return history_.find_in_tree(input.id, *held) == dataset.tree;
    return false;
  }

  /// Several versions of a dataset may share a part; the one that the reader's record names is the one it read.
  std::vector<const DatasetFact*> versions_of_part(const RunRecord& reader, const Artifact& input) const {
    std::map<std::string, std::vector<const DatasetFact*>> sharing;
    for (const DatasetFact& fact : history_.datasets) {
      if (shares(fact, input)) sharing[fact.manifest.name].push_back(&fact);
    }
    std::vector<const DatasetFact*> out;
    for (const auto& [name, facts] : sharing) {
      const auto recorded = reader.datasets.find(name);
      const auto exact = std::find_if(facts.begin(), facts.end(), [&](const DatasetFact* fact) {
        return recorded != reader.datasets.end() && fact->manifest.tree.str() == recorded->second;
      });
      out.insert(out.end(), exact == facts.end() ? facts.begin() : exact,
                 exact == facts.end() ? facts.end() : exact + 1);
    }
    return out;
  }

  /// A directory that other stages filled, or a file of a directory that one wrote: the run names what was in the work
  /// tree.
  void add_output_edges(const RunRecord& reader, const Artifact& input, const std::string& to) {
    const auto add = [&](const Artifact* output) {
      const Step* writer = find_writer(reader, *output);
      if (writer != nullptr) edge(add_artifact(*output, writer->record->id), to);
    };
    const OutputsByPath& outputs = outputs_of(reader.parent);
    if (input.directory) {
      const std::string inside = input.path + "/";
      for (auto it = outputs.lower_bound(inside); it != outputs.end() && it->first.starts_with(inside); ++it)
        add(it->second);
    }
    const std::string_view path = input.path;
    for (std::size_t slash = path.rfind('/'); slash != path.npos && slash > 0; slash = path.rfind('/', slash - 1)) {
      const auto [begin, end] = outputs.equal_range(path.substr(0, slash));
      std::for_each(begin, end, [&](const auto& output) {
        if (output.second->directory) add(output.second);
      });
    }
  }

  const OutputsByPath& outputs_of(const std::string& run_id) {
    const auto [it, is_new] = outputs_.try_emplace(run_id);
    const auto run = is_new ? runs_.find(run_id) : runs_.end();
    if (run == runs_.end()) return it->second;
    for (const Artifact* output : written(*run->second)) it->second.emplace(output->path, output);
    return it->second;
  }

  std::string add_input(const RunRecord& reader, const Artifact& input) {
    const Step* writer = find_writer(reader, input);
    if (std::string dataset = find_dataset(reader, input, writer == nullptr); !dataset.empty()) {
      if (writer != nullptr && !reads(*writer->record, input.id)) edge(writer->node, dataset);
      return dataset;
    }
    if (writer != nullptr) return add_artifact(input, writer->record->id);
    const std::vector<const DatasetFact*> sources = versions_of_part(reader, input);
    std::vector<std::string> names;
    for (const DatasetFact* fact : sources)
      names.push_back(fmt::format("{}@{}", fact->manifest.name, fact->manifest.tree.brief()));
    std::string id = add_artifact(input, join(names, "+"));
    for (const DatasetFact* fact : sources) edge(add_dataset(fact->manifest.name, fact->manifest.tree, fact), id);
    add_output_edges(reader, input, id);
    return id;
  }

  void add_step(const Step& step) {
    const RunRecord& record = *step.record;
    if (!record.stage.empty()) {
      LineageNode& out = node(step.node, LineageKind::stage, record.stage);
      out.run = record.parent;
      const auto run = runs_.find(record.parent);
      out.detail = fmt::format("run {}, {}", run == runs_.end() ? record.parent.substr(0, 12) : run->second->name,
                               to_string(record.status));
      add_code(record, step.node);
    }
    for (const Artifact& input : record.inputs) edge(add_input(record, input), step.node);
    for (const Artifact* artifact : written(record)) edge(step.node, add_artifact(*artifact, record.id));
  }

  void add_run(const RunRecord& run) {
    LineageNode& out = node("run:" + run.id, LineageKind::run, run.name);
    out.run = run.id;
    out.detail = fmt::format("{}, {}, {}", run.id.substr(0, 12), format_utc_short(run.started), to_string(run.status));
    add_code(run, out.id);
    if (stages_of(run).empty()) return;
    std::map<std::string, const RunRecord*> feeders;
    for (const RunRecord& stage : stages_of(run)) feeders[original(stage).id] = &original(stage);
    const std::set<Digest> here = written_by(feeders);
    for (const Artifact& output : run.outputs) {
      const Step* writer =
          here.contains(output.id) ? nullptr : find_writer(run, output);  // a stage that was up to date
      if (writer != nullptr) feeders[writer->record->id] = writer->record;
    }
    std::map<Digest, std::set<std::string>> readers;
    for (const auto& [id, feeder] : feeders) {
      for (const Artifact& input : feeder->inputs) readers[input.id].insert(id);
    }
    for (const auto& [id, feeder] : feeders) {
      const auto wrote = written(*feeder);
      const bool consumed = std::any_of(wrote.begin(), wrote.end(), [&readers, &own = id](const Artifact* artifact) {
        const auto found = readers.find(artifact->id);
        return found != readers.end() && found->second.size() > found->second.count(own);
      });
      if (!consumed && steps_.contains(id)) edge(steps_.at(id).node, out.id);
    }
  }

  static std::set<Digest> written_by(const std::map<std::string, const RunRecord*>& records) {
    std::set<Digest> out;
    for (const auto& [id, record] : records) {
      for (const Artifact* artifact : written(*record)) out.insert(artifact->id);
    }
    return out;
  }

  /// The output that was registered, or the directory it lies in; nothing if the run is not known.
  std::string find_output(const ModelManifest& m) {
    const auto run = runs_.find(m.run);
    if (run == runs_.end()) return {};
    std::vector<const RunRecord*> records = {run->second};
    for (const RunRecord& stage : stages_of(*run->second)) records.push_back(&original(stage));
    std::string around;
    for (const RunRecord* record : records) {
      if (!steps_.contains(record->id)) continue;
      for (const Artifact* artifact : written(*record)) {
        if (artifact->id == m.model.id && artifact->path == m.model.path) return add_artifact(*artifact, record->id);
        if (artifact->directory && below(artifact->path, m.model.path)) around = add_artifact(*artifact, record->id);
      }
    }
    if (!around.empty()) return around;
    const Step* writer = find_writer(*run->second, m.model);  // a stage that was up to date
    return writer == nullptr ? std::string() : add_artifact(m.model, writer->record->id);
  }

  void add_used(const UsedDataset& used, const RunRecord* run, const std::string& to) {
    for (const DatasetFact& fact : history_.datasets) {
      if (fact.manifest.name == used.name && fact.manifest.tree == used.id)
        return edge(add_dataset(used.name, used.id, &fact), to);
    }
    Artifact artifact;
    artifact.path = used.name;
    artifact.id = used.id;
    for (const Run& known : history_.runs) {
      for (const RunRecord& stage : stages_of(known.record)) {
        for (const Artifact& input : stage.inputs) {
          if (input.path == used.name && input.id == used.id) artifact = input;
        }
      }
    }
    edge(run != nullptr ? add_input(*run, artifact) : add_dataset(used.name, used.id, nullptr), to);
  }

  void add_model(const ModelFact& fact) {
    const ModelManifest& m = fact.manifest;
    const std::string name = fmt::format("{}@v{}", m.name, m.version);
    LineageNode& out = node(fmt::format("model:{}@{}", m.name, m.version), LineageKind::model, name);
    out.digest = m.model.id.str();
    out.detail =
        fact.stages.empty() ? m.model.path : fmt::format("{}, holds {}", m.model.path, join(fact.stages, ", "));
    const std::string id = out.id;
    const auto run = runs_.find(m.run);
    const RunRecord* record = run == runs_.end() ? nullptr : run->second;
    const std::string output = find_output(m);
    if (!output.empty()) edge(output, id);
    add_used(m.holdout, record, id);
    if (!output.empty()) return;  // else what the run read leads here by way of its output
    for (const UsedDataset& used : m.training) add_used(used, record, id);
  }

  const LineageHistory& history_;
  std::map<std::string, LineageNode> nodes_;
  std::set<LineageEdge> edges_;
  std::map<std::string, const RunRecord*> runs_;   // by id, without stages
  std::map<std::string, const RunRecord*> by_id_;  // stage records
  std::map<std::string, Step> steps_;              // by record id
  std::map<Digest, std::vector<const Step*>> writers_;
  std::map<std::string, OutputsByPath> outputs_;  // by run id
};

}  // namespace

LineageGraph build_lineage(const LineageHistory& history) { return Builder(history).build(); }

}  // namespace mlo
