#include <set>

#include "cli/command.hpp"
#include "cli/commands/assignment_page.hpp"
#include "cli/commands/model_page.hpp"
#include "cli/exit_code.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::optional<std::string> name;
};

void declare(Args& args, Options& o) {
  args.positional(o.name, "NAME", "versions of this model (default: all models)");
}

struct Model {
  std::string name;
  std::vector<VersionTag> tags;
  std::vector<Assignment> stages;
};

/// Who holds each stage, and the tags of it that do not count.
Value stages_value(const Model& model) {
  std::set<std::string> names;
  for (const Assignment& a : model.stages) names.insert(a.stage);
  Value out = Value::array();
  for (const std::string& stage : names) {
    const Assignment* holder = current_holder(model.stages, stage);
    Value unverified = Value::array();
    for (const Assignment& a : model.stages) {
      if (a.stage == stage && !a.verified) unverified.push(a.name);
    }
    out.push(Value::object()
                 .set("stage", stage)
                 .set("version", holder != nullptr ? Value(holder->version->manifest.version) : Value())
                 .set("tag", holder != nullptr ? Value(holder->name) : Value())
                 .set("unverified", std::move(unverified)));
  }
  return out;
}

Value version_value(const VersionTag& tag) {
  const ModelManifest* m = tag.registered ? &tag.registered->manifest : nullptr;
  return Value::object()
      .set("version", tag.version.str())
      .set("tag", tag.name)
      .set("verified", tag.registered.has_value())
      .set("problem", tag.problem)
      .set("removed", tag.removed)
      .set("created", m != nullptr ? Value(format_utc(m->created)) : Value())
      .set("run", m != nullptr ? Value(m->run) : Value())
      .set("id", m != nullptr ? Value(m->model.id.str()) : Value())
      .set("commit", m != nullptr ? Value(tag.registered->commit.hex()) : Value());
}

std::vector<Table::Cell> version_row(const Model& model, const VersionTag& tag) {
  std::vector<Table::Cell> row = {{model.name, Style::name}, {"v" + tag.version.str()}};
  if (!tag.registered || tag.removed) {
    row.insert(row.end(), {{tag.removed ? "taken back" : "unverified", Style::warn}, {""}, {""}, {tag.problem}});
    return row;
  }
  const ModelManifest& m = tag.registered->manifest;
  row.insert(row.end(), {{format_utc_short(m.created)},
                         {m.run.substr(0, 12), Style::dim},
                         {stages_text(model.stages, m.version), Style::good},
                         {scores_text(m, 3)}});
  return row;
}

int run(Context& ctx, const Options& o) {
  Workspace& workspace = ctx.workspace();
  if (o.name) static_cast<void>(model_versions(workspace, *o.name));  // for its error
  const auto names = o.name ? std::vector<std::string>{*o.name} : model_names(workspace);
  std::vector<Model> models;
  for (const std::string& name : names)
    models.push_back({name, version_tags(workspace, name), assignments(workspace, name)});
  ctx.print(
      [&] {
        Value list = Value::array();
        for (const Model& model : models) {
          Value versions = Value::array();
          for (const VersionTag& tag : model.tags) versions.push(version_value(tag));
          list.push(Value::object()
                        .set("name", model.name)
                        .set("versions", std::move(versions))
                        .set("stages", stages_value(model)));
        }
        return Value::object().set("models", std::move(list));
      },
      [&](Page& page) {
        if (models.empty()) return page.line("no models yet; `mlo register NAME --run RUN --model PATH` makes one");
        Table table{{{"model"},
                     {"version", Align::left, Fit::whole},
                     {"made", Align::left, Fit::whole},
                     {"run"},
                     {"stages"},
                     {"scores", Align::left, Fit::wrap}},
                    {}};
        std::vector<const Assignment*> unverified;
        for (const Model& model : models) {
          for (auto it = model.tags.rbegin(); it != model.tags.rend(); ++it)
            table.rows.push_back(version_row(model, *it));
          for (const Assignment& a : model.stages) {
            if (!a.verified) unverified.push_back(&a);
          }
        }
        page.table(table);
        for (const Assignment* a : unverified)
          page.line({{"unverified ", Style::warn}, {a->name}, {": " + a->problem}});
      });
  return exit_code::ok;
}

}  // namespace

Command register_list() {
  CommandInfo info;
  info.path = "register list";
  info.summary = "list models and their versions, newest first";
  info.description =
      "Reads tags and the manifests at their commits; the work tree plays no part. A version tag that `mlo register` "
      "did "
      "not make, or whose manifest is not the one that was registered, shows as `unverified`.";
  info.examples = {{"mlo register list", "every version of every model"},
                   {"mlo register list delay --json", "one model, for scripts"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli
