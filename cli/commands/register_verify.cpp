#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "lib/registry/verify_model.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::string name;
};

void declare(Args& args, Options& o) {
  args.positional(o.name, "NAME", "NAME@VERSION, NAME@STAGE, or NAME for all its versions");
}

int run(Context& ctx, const Options& o) {
  const std::vector<VerifiedModel> models = verify_models(ctx.workspace(), o.name);
  const bool good = std::all_of(models.begin(), models.end(), [](const VerifiedModel& m) { return m.good(); });
  ctx.print(
      [&] {
        Value list = Value::array();
        for (const VerifiedModel& model : models) {
          Value checks = Value::array();
          for (const ModelCheck& check : model.checks)
            checks.push(Value::object().set("what", check.what).set("good", check.good).set("detail", check.detail));
          list.push(Value::object().set("tag", model.name).set("good", model.good()).set("checks", std::move(checks)));
        }
        return Value::object().set("good", good).set("versions", std::move(list));
      },
      [&](Page& page) {
        for (const VerifiedModel& model : models) {
          page.line({{model.name, Style::name},
                     {model.good() ? "  verified" : "  differs", model.good() ? Style::good : Style::bad}});
          for (const ModelCheck& check : model.checks) {
            page.line({{check.good ? "  ok      " : "  BAD     ", check.good ? Style::good : Style::bad},
                       {check.what},
                       {"  " + check.detail, check.good ? Style::dim : Style::plain}});
          }
        }
      });
  return good ? exit_code::ok : exit_code::verdict;
}

}  // namespace

Command register_verify() {
  CommandInfo info;
  info.path = "register verify";
  info.summary = "look again at everything a version of a model stands on";
  info.description =
      "The tag is annotated and points at the commit with its manifest; every byte of the model is in the store and "
      "rehashes to its name; the data it names are known; its run is recorded and wrote it; the commit of its code is "
      "here. Nothing is changed.";
  info.examples = {{"mlo register verify delay@1.2.0", "one version"}, {"mlo register verify delay", "all of them"}};
  info.exits = {{exit_code::verdict, "something is missing or not what the manifest says"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli
