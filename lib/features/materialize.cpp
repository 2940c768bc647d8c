#include "lib/features/materialize.hpp"

#include <map>

#include "lib/crypto/sha256.hpp"
#include "lib/features/latest_rows.hpp"
#include "lib/features/view_reader.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::features {
namespace {

std::vector<StoredInput> stored_inputs(const ViewPlan& plan) {
  std::map<std::string, Digest> digests;
  for (const InputTable& table : plan.inputs) {
    // A query's tables may share files; their names are part of the definition.
    for (const InputFile& file : table.files)
      digests.emplace(table.name.empty() ? file.label : table.name + ": " + file.label, *file.digest);
  }
  std::vector<StoredInput> inputs;
  for (const auto& [label, digest] : digests) inputs.push_back({label, digest});
  return inputs;
}

/// "2 new files" or "data/a.csv is new".
void add_reason(ViewPlan& plan, const std::vector<std::string>& labels, std::string_view what) {
  if (labels.size() == 1) plan.reasons.push_back(fmt::format("`{}` {}", labels.front(), what));
  if (labels.size() > 1) plan.reasons.push_back(fmt::format("{} files {}", labels.size(), what));
}

void compare_inputs(ViewPlan& plan) {
  std::map<std::string, Digest> before;
  for (const StoredInput& input : plan.state->inputs) before.emplace(input.label, input.digest);
  std::vector<std::string> added, changed, removed;
  const std::vector<StoredInput> now = stored_inputs(plan);
  for (std::size_t i = 0; i < now.size(); ++i) {
    const auto known = before.find(now[i].label);
    if (known != before.end() && known->second == now[i].digest) {
      before.erase(known);
      continue;
    }
    (known == before.end() ? added : changed).push_back(now[i].label);
    plan.read.push_back(i);
    if (known != before.end()) before.erase(known);
  }
  for (const auto& [label, digest] : before) removed.push_back(label);
  add_reason(plan, added, "new");
  add_reason(plan, changed, "changed");
  add_reason(plan, removed, "gone");
  plan.retired = changed;
  plan.retired.insert(plan.retired.end(), removed.begin(), removed.end());
}

void decide(ViewPlan& plan, const Digest& definition, UtcTime now) {
  if (!plan.state) {
    plan.reasons = {"not materialized yet"};
  } else if (plan.state->definition != definition) {
    plan.reasons = {"its definition changed"};
  } else if (plan.state->due && *plan.state->due <= now) {
    plan.reasons = {"rows that lay in the future are due"};
  } else {
    compare_inputs(plan);
    if (plan.reasons.empty()) return;
    if (std::holds_alternative<TableSource>(plan.view->source)) {
      plan.action = ViewAction::merge;
      return;
    }
  }
  plan.action = ViewAction::rebuild;
}

/// Carries out one plan.
class ViewUpdate {
 public:
  ViewUpdate(Workspace& workspace, const table::Engine& engine, const Definitions& definitions, const ViewPlan& plan,
             OnlineStore& store)
      : workspace_(workspace),
        definitions_(definitions),
        plan_(plan),
        store_(store),
        reader_(engine, workspace, definitions, *plan.view, plan.inputs),
        task_(workspace.world().progress.start("materializing " + plan.view->name, ProgressUnit::items, 0)) {
    for (std::size_t i = 0; i < plan.view->features.size(); ++i) features_.push_back(i);
  }

  ViewResult run() {
    result_.view = plan_.view->name;
    result_.reasons = plan_.reasons;
    result_.action = plan_.action;
    if (plan_.action == ViewAction::rebuild || !merge()) rebuild();
    return std::move(result_);
  }

 private:
  /// False if that is not enough: a key's latest row is gone, and which one takes its place no file that is read says.
  bool merge() {
    const auto update = store_.begin(plan_.view->name, OnlineStore::Begin::merge);
    for (const std::string& label : plan_.retired) update->retire(label);
    LatestRows rows(*update, now_);
    for (const std::size_t file : plan_.read) read_file(file, rows);
    rows.flush();
    if (update->has_retired()) {
      result_.action = ViewAction::rebuild;
      result_.reasons.emplace_back("rows are gone that were the latest");
      return false;
    }
    finish(*update, rows, plan_.state->due);
    return true;
  }

  void rebuild() {
    const auto update = store_.begin(plan_.view->name, OnlineStore::Begin::empty);
    LatestRows rows(*update, now_);
    if (reader_.has_query()) {
      reader_.read(features_, RowOrder::kept, [&](const FeatureRows& some) { take(some, rows, ""); });
    } else {
      for (std::size_t i = 0; i < plan_.inputs.front().files.size(); ++i) read_file(i, rows);
    }
    rows.flush();
    finish(*update, rows, {});
  }

  void read_file(std::size_t file, LatestRows& rows) {
    const std::string& label = plan_.inputs.front().files[file].label;
    reader_.read_file(file, features_, RowOrder::kept, [&](const FeatureRows& some) { take(some, rows, label); });
  }

  void take(const FeatureRows& some, LatestRows& rows, const std::string& label) {
    check_stop(workspace_.world());
    rows.add(some, label);
    task_->advance(some.size());
  }

  void finish(OnlineUpdate& update, const LatestRows& rows, std::optional<UtcTime> due) {
    require_unchanged(plan_.inputs);
    if (rows.due()) due = std::min(due.value_or(*rows.due()), *rows.due());
    result_.rows_read += rows.rows_read();
    result_.rows_skipped = rows.rows_skipped();
    result_.rows_future = rows.rows_future();
    result_.state = update.commit({.view = plan_.view->name,
                                   .definition = definition_of(definitions_, *plan_.view),
                                   .inputs = stored_inputs(plan_),
                                   .keys = 0,
                                   .newest = {},
                                   .due = due,
                                   .updated = now_});
  }

  Workspace& workspace_;
  const Definitions& definitions_;
  const ViewPlan& plan_;
  OnlineStore& store_;
  ViewReader reader_;
  std::unique_ptr<ProgressTask> task_;
  UtcTime now_ = workspace_.world().clock.now();
  std::vector<std::size_t> features_;
  ViewResult result_;
};

}  // namespace

std::string_view to_string(ViewAction action) {
  static constexpr std::string_view kNames[] = {"none", "merge", "rebuild"};
  return kNames[static_cast<std::size_t>(action)];
}

std::vector<const InputFile*> ViewPlan::files_to_read() const {
  std::vector<const InputFile*> files;
  if (action == ViewAction::merge) {
    for (const std::size_t i : read) files.push_back(&inputs.front().files[i]);
  } else if (action == ViewAction::rebuild) {
    for (const InputTable& table : inputs) {
      for (const InputFile& file : table.files) files.push_back(&file);
    }
  }
  return files;
}

Digest definition_of(const Definitions& definitions, const ViewManifest& view) {
  Value out = Value::array();
  for (const TypedName& key : definitions.join_keys(view)) {
    out.push(key.name).push(to_string(key.type)).push(source_column(view, key.name));
  }
  out.push(view.timestamp_field).push(view.created_timestamp_column);
  for (const auto& feature : view.features)
    out.push(feature.name).push(to_string(feature.type)).push(source_column(view, feature.name));
  const auto add_nulls = [&](const TableSource& source) {
    out.push(std::int64_t{-1});
    for (const std::string& text : source.nulls) out.push(text);
  };
  if (const auto* const source = std::get_if<TableSource>(&view.source)) {
    add_nulls(*source);
  } else {
    const auto& query = std::get<QuerySource>(view.source);
    out.push(query.sql);
    for (const auto& [name, source_of] : query.tables) {
      out.push(name);
      add_nulls(source_of);
    }
  }
  return sha256(display(out));
}

std::vector<ViewPlan> plan_views(const Workspace& workspace, const Definitions& definitions,
                                 const std::vector<std::string>& names, OnlineStore* store) {
  std::vector<ViewPlan> plans;
  StatCache cache = workspace.stat_cache();
  const UtcTime now = workspace.world().clock.now();
  for (const ViewManifest* const view : definitions.select_views(names)) {
    ViewPlan& plan = plans.emplace_back();
    plan.view = view;
    plan.inputs = resolve_inputs(workspace, *view);
    digest_inputs(workspace, cache, plan.inputs);
    if (store != nullptr) plan.state = store->find_state(view->name);
    decide(plan, definition_of(definitions, *view), now);
  }
  cache.save(now);
  return plans;
}

std::vector<std::string> orphans(const Definitions& definitions, OnlineStore* store) {
  std::vector<std::string> names;
  if (store == nullptr) return names;
  for (const ViewState& state : store->states()) {
    if (!definitions.views().contains(state.view)) names.push_back(state.view);
  }
  return names;
}

std::unique_ptr<OnlineStore> open_online_store(const Workspace& workspace, bool create) {
  return all_online_stores().front().open(workspace.local(), create);
}

MaterializeReport materialize(Workspace& workspace, const Definitions& definitions,
                              const std::vector<std::string>& names) {
  MaterializeReport report;
  const LockFile lock = LockFile::acquire(workspace.local() / "locks" / "online", "mlo materialize",
                                          std::chrono::hours(1), workspace.world());
  const auto store = open_online_store(workspace, /*create=*/true);
  const std::vector<ViewPlan> plans = plan_views(workspace, definitions, names, store.get());
  std::optional<table::Engine> engine;
  for (const ViewPlan& plan : plans) {
    if (plan.action == ViewAction::none) {
      report.views.push_back({.view = plan.view->name, .action = plan.action, .reasons = {}, .state = *plan.state});
      continue;
    }
    if (!engine) engine.emplace(table::Engine::load());
    report.views.push_back(ViewUpdate(workspace, *engine, definitions, plan, *store).run());
  }
  if (names.empty()) {
    for (const std::string& name : orphans(definitions, store.get())) {
      store->remove(name);
      report.removed.push_back(name);
    }
  }
  return report;
}

}  // namespace mlo::features
