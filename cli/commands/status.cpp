#include "lib/data/status.hpp"
#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "lib/data/datasets.hpp"
#include "lib/features/materialize.hpp"
#include "lib/pipeline/pipeline.hpp"
#include "lib/registry/versions.hpp"
#include "lib/runs/live_run.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

struct Options {};

void declare(Args&, Options&) {}

struct StageLine {
  std::string name;
  StageState state;
  std::vector<Reason> reasons;
};

struct ModelLine {
  std::string name, latest;                                 ///< latest: empty if no version tag is good
  std::vector<std::pair<std::string, std::string>> stages;  ///< stage, version that holds it
  std::vector<std::string> unverified;                      ///< tags
};

/// A view of the online store.
struct ViewLine {
  std::string name;
  bool stale = false;
  std::vector<std::string> reasons;
};

struct Overview {
  std::string root, branch, commit;
  std::vector<DatasetStatus> datasets;
  std::string pipeline;  ///< its file; empty if there is none
  std::vector<StageLine> stages;
  std::optional<Error> pipeline_error;
  std::vector<ViewLine> views;  ///< none if nothing was ever materialized
  std::optional<Error> features_error;
  std::vector<RunRecord> live;
  std::vector<ModelLine> models;
};

void look_at_pipeline(Workspace& workspace, Overview& out) {
  try {
    out.pipeline = Pipeline::find_file(workspace);
    const Pipeline pipeline(workspace);
    for (PlannedStage& planned : pipeline.plan(pipeline.select({}), Force::no).stages) {
      out.stages.push_back({pipeline.graph().stage(planned.index).name, planned.assessment.state,
                            std::move(planned.assessment.reasons)});
    }
    pipeline.save_stat_cache();
  } catch (const Error& error) {
    const bool absent = out.pipeline.empty() && error.kind() == ErrorKind::not_found;  // a state, not a failure
    if (error.kind() == ErrorKind::interrupted) throw;
    if (!absent) out.pipeline_error = error;
  }
}

void look_at_features(const Workspace& workspace, Overview& out) {
  const auto store = features::open_online_store(workspace, /*create=*/false);
  if (store == nullptr) return;
  try {
    const auto definitions = features::Definitions::load(workspace);
    for (features::ViewPlan& plan : features::plan_views(workspace, definitions, {}, store.get()))
      out.views.push_back({plan.view->name, plan.action != features::ViewAction::none, std::move(plan.reasons)});
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) throw;
    out.features_error = error;
  }
}

std::vector<ModelLine> look_at_models(const Workspace& workspace) {
  std::vector<ModelLine> out;
  for (const std::string& name : model_names(workspace)) {
    ModelLine line{name, "", {}, {}};
    for (const VersionTag& tag : version_tags(workspace, name)) {
      if (!tag.registered)
        line.unverified.push_back(tag.name);
      else if (!tag.removed)
        line.latest = tag.version.str();
    }
    const std::vector<Assignment> all = assignments(workspace, name);
    for (const Assignment& a : all) {
      if (!a.verified) line.unverified.push_back(a.name);
      if (current_holder(all, a.stage) == &a) line.stages.emplace_back(a.stage, a.version->manifest.version);
    }
    out.push_back(std::move(line));
  }
  return out;
}

Overview look(Workspace& workspace) {
  Overview out;
  const auto head = workspace.repo().head();
  out.root = workspace.root().string();
  out.branch = workspace.repo().head_branch().value_or("");
  out.commit = head ? head->hex() : "";
  out.datasets = data_status(workspace, load_datasets(workspace));
  look_at_pipeline(workspace, out);
  look_at_features(workspace, out);
  out.live = live_runs(workspace);
  std::erase_if(out.live, [](const RunRecord& record) { return !record.parent.empty(); });  // stages of one of them
  out.models = look_at_models(workspace);
  return out;
}

Value to_value(const Overview& o) {
  Value datasets = Value::array(), stages = Value::array(), live = Value::array();
  for (const DatasetStatus& d : o.datasets) {
    const ChangeCounts counts = count_changes(d.changes);
    datasets.push(Value::object()
                      .set("name", d.manifest.name)
                      .set("path", d.manifest.path)
                      .set("state", to_string(d.state))
                      .set("added", counts.added)
                      .set("changed", counts.changed)
                      .set("removed", counts.removed));
  }
  for (const StageLine& s : o.stages) {
    Value reasons = Value::array();
    for (const Reason& reason : s.reasons) reasons.push(describe(reason));
    stages.push(
        Value::object().set("name", s.name).set("state", to_string(s.state)).set("reasons", std::move(reasons)));
  }
  for (const RunRecord& r : o.live)
    live.push(Value::object().set("id", r.id).set("name", r.name).set("started", format_utc(r.started)));
  Value views = Value::array();
  for (const ViewLine& v : o.views) {
    Value reasons = Value::array();
    for (const std::string& reason : v.reasons) reasons.push(reason);
    views.push(Value::object()
                   .set("name", v.name)
                   .set("state", v.stale ? "stale" : "current")
                   .set("reasons", std::move(reasons)));
  }
  Value models = Value::array();
  for (const ModelLine& m : o.models) {
    Value held = Value::array(), unverified = Value::array();
    for (const auto& [stage, version] : m.stages)
      held.push(Value::object().set("stage", stage).set("version", version));
    for (const std::string& tag : m.unverified) unverified.push(tag);
    models.push(Value::object()
                    .set("name", m.name)
                    .set("latest", m.latest.empty() ? Value() : Value(m.latest))
                    .set("stages", std::move(held))
                    .set("unverified", std::move(unverified)));
  }
  return Value::object()
      .set("root", o.root)
      .set("branch", o.branch)
      .set("commit", o.commit)
      .set("datasets", std::move(datasets))
      .set("pipeline", o.pipeline.empty() ? Value() : Value(o.pipeline))
      .set("pipeline_error", o.pipeline_error ? Value(o.pipeline_error->message()) : Value())
      .set("stages", std::move(stages))
      .set("views", std::move(views))
      .set("features_error", o.features_error ? Value(o.features_error->message()) : Value())
      .set("live_runs", std::move(live))
      .set("models", std::move(models));
}

std::string words(const ChangeCounts& counts) {
  std::vector<std::string> parts;
  if (counts.added > 0) parts.push_back(fmt::format("{} added", format_count(counts.added)));
  if (counts.changed > 0) parts.push_back(fmt::format("{} changed", format_count(counts.changed)));
  if (counts.removed > 0) parts.push_back(fmt::format("{} removed", format_count(counts.removed)));
  return join(parts, ", ");
}

void data_lines(Page& page, const Overview& o) {
  const auto differing = std::count_if(o.datasets.begin(), o.datasets.end(),
                                       [](const auto& d) { return d.state != DataState::unchanged; });
  if (o.datasets.empty()) {
    page.line({{"data      ", Style::bold}, {"nothing versioned yet; start with `mlo version-data add PATH`"}});
    return;
  }
  page.line({{"data      ", Style::bold},
             {fmt::format(
                 "{}, {}", count_of(o.datasets.size(), "dataset"),
                 differing == 0 ? "as their manifests say" : fmt::format("{} not as the manifest says", differing))}});
  for (const DatasetStatus& d : o.datasets) {
    if (d.state == DataState::unchanged) continue;
    const std::string counts =
        d.manifest.directory && d.state == DataState::modified ? words(count_changes(d.changes)) : "";
    page.line({{fmt::format("  {:<10}", to_string(d.state)), Style::warn},
               {d.manifest.name, Style::name},
               {d.manifest.path == d.manifest.name ? "" : "  " + d.manifest.path},
               {counts.empty() ? "" : "  " + counts}});
  }
  const bool missing =
      std::any_of(o.datasets.begin(), o.datasets.end(), [](const auto& d) { return d.state == DataState::missing; });
  if (missing)
    page.line({{"  `mlo version-data checkout` brings back what the store has, `mlo pull` the rest", Style::dim}});
}

void stage_lines(Page& page, const Overview& o) {
  if (o.pipeline_error) {
    page.line({{"pipeline  ", Style::bold}, {o.pipeline_error->message(), Style::bad}});
    return;
  }
  if (o.pipeline.empty()) {
    page.line({{"pipeline  ", Style::bold}, {"none (no mlo.yaml)"}});
    return;
  }
  const auto done = [](const StageLine& s) {
    return s.state == StageState::up_to_date || s.state == StageState::frozen;
  };
  const auto open = o.stages.size() - static_cast<std::size_t>(std::count_if(o.stages.begin(), o.stages.end(), done));
  page.line({{"pipeline  ", Style::bold},
             {fmt::format("{}, {}", count_of(o.stages.size(), "stage"),
                          open == 0 ? "up to date" : fmt::format("{} to do", open))}});
  for (const StageLine& s : o.stages) {
    if (done(s)) continue;
    page.line({{fmt::format("  {:<10}", to_string(s.state)), Style::warn},
               {s.name, Style::name},
               {s.reasons.empty() ? "" : "  " + describe(s.reasons.front())},
               {s.reasons.size() > 1 ? fmt::format(", and {} more", s.reasons.size() - 1) : "", Style::dim}});
  }
  const bool startable = std::none_of(o.stages.begin(), o.stages.end(), [](const StageLine& s) {
    return s.state == StageState::stale && std::any_of(s.reasons.begin(), s.reasons.end(), [](const Reason& reason) {
             return reason.kind == ReasonKind::dep_missing || reason.kind == ReasonKind::param_missing;
           });
  });
  if (open > 0)
    page.line({{startable ? "  `mlo run` brings it up to date; `mlo run why` says more" : "  `mlo run why` says more",
                Style::dim}});
}

void feature_lines(Page& page, const Overview& o) {
  if (o.features_error) return page.line({{"features  ", Style::bold}, {o.features_error->message(), Style::bad}});
  if (o.views.empty()) return;
  const auto stale = std::count_if(o.views.begin(), o.views.end(), [](const ViewLine& v) { return v.stale; });
  page.line({{"features  ", Style::bold},
             {fmt::format("{}, {}", count_of(o.views.size(), "view"),
                          stale == 0 ? "current in the online store" : fmt::format("{} stale", stale))}});
  for (const ViewLine& v : o.views) {
    if (!v.stale) continue;
    page.line(
        {{"  stale     ", Style::warn}, {v.name, Style::name}, {v.reasons.empty() ? "" : "  " + v.reasons.front()}});
  }
  if (stale > 0) page.line({{"  `mlo materialize` brings it up to date", Style::dim}});
}

void model_lines(Page& page, const Overview& o) {
  if (o.models.empty()) return;
  page.line({{"models    ", Style::bold}, {count_of(o.models.size(), "model")}});
  for (const ModelLine& m : o.models) {
    std::vector<std::string> held;
    for (const auto& [stage, version] : m.stages) held.push_back(fmt::format("{} v{}", stage, version));
    page.line({{"  "},
               {m.name, Style::name},
               {m.latest.empty() ? "" : fmt::format("  newest v{}", m.latest)},
               {held.empty() ? "" : "  " + join(held, ", "), Style::good}});
    for (const std::string& tag : m.unverified) page.line({{"    unverified ", Style::warn}, {tag}});
  }
}

int run(Context& ctx, const Options&) {
  const Overview o = look(ctx.workspace());
  ctx.print([&] { return to_value(o); },
            [&](Page& page) {
              page.line({{"code      ", Style::bold},
                         {fmt::format("{} at {}", o.branch.empty() ? "no branch" : o.branch,
                                      o.commit.empty() ? "no commit yet" : o.commit.substr(0, 7))}});
              data_lines(page, o);
              stage_lines(page, o);
              feature_lines(page, o);
              page.line({{"runs      ", Style::bold},
                         {o.live.empty() ? "none running" : fmt::format("{} running", o.live.size())}});
              for (const RunRecord& r : o.live) {
                page.line({{"  running   ", Style::good},
                           {r.name, Style::name},
                           {fmt::format("  since {}", format_utc_short(r.started))}});
              }
              model_lines(page, o);
            });
  for (const auto* error : {&o.pipeline_error, &o.features_error}) {
    if (*error) return exit_code::of((*error)->kind());
  }
  return exit_code::ok;
}

}  // namespace

Command status() {
  CommandInfo info;
  info.path = "status";
  info.summary = "show what changed and what is running, on one screen";
  info.description =
      "Data that differs from its manifests, stages that are not up to date and why, views of the online store that "
      "are stale, runs that are live, and models with who holds what. Nothing is changed but the stat cache. A "
      "pipeline or features that cannot be read are one line of it, and the exit code is that error's.";
  info.examples = {{"mlo status", "where things stand"}, {"mlo status --json", "the same for a script"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli
