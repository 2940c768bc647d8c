#include "cli/command.hpp"
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

int run(Context& ctx, const Options& o) {
  Workspace& workspace = ctx.workspace();
  if (o.name) static_cast<void>(model_versions(workspace, *o.name));  // for its error
  const auto names = o.name ? std::vector<std::string>{*o.name} : model_names(workspace);
  std::vector<std::pair<std::string, std::vector<VersionTag>>> models;
  for (const std::string& name : names) models.emplace_back(name, version_tags(workspace, name));
  ctx.print(
      [&] {
        Value list = Value::array();
        for (const auto& [name, tags] : models) {
          Value versions = Value::array();
          for (const VersionTag& tag : tags) versions.push(version_value(tag));
          list.push(Value::object().set("name", name).set("versions", std::move(versions)));
        }
        return Value::object().set("models", std::move(list));
      },
      [&](Page& page) {
        if (models.empty()) return page.line("no models yet; `mlo register NAME --run RUN --model PATH` makes one");
        Table table{{{"MODEL"}, {"VERSION"}, {"MADE"}, {"RUN"}, {"SCORES"}}, {}};
        for (const auto& [name, tags] : models) {
          for (auto it = tags.rbegin(); it != tags.rend(); ++it) {
            std::vector<Table::Cell> row = {{name, Style::name}, {"v" + it->version.str()}};
            if (it->registered && !it->removed) {
              const ModelManifest& m = it->registered->manifest;
              row.insert(row.end(),
                         {{format_utc_short(m.created)}, {m.run.substr(0, 12), Style::dim}, {scores_text(m, 3)}});
            } else {
              row.insert(row.end(), {{it->removed ? "taken back" : "unverified", Style::warn}, {""}, {it->problem}});
            }
            table.rows.push_back(std::move(row));
          }
        }
        page.table(table);
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
