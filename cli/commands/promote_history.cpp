#include "cli/command.hpp"
#include "cli/commands/assignment_page.hpp"
#include "cli/exit_code.hpp"
#include "cli/moment.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::string name;
  std::optional<std::string> at, stage;
};

void declare(Args& args, Options& o) {
  args.positional(o.name, "NAME", "of the model");
  args.option(o.stage, "--stage", "STAGE", "only this one");
  args.option(o.at, "--at", "DATE", "who held the stages then: 2013-07-01, or a time such as 2013-07-01T12:00:00Z");
}

int run(Context& ctx, const Options& o) {
  Workspace& workspace = ctx.workspace();
  const std::optional<UtcTime> at = o.at ? std::optional(read_moment(*o.at)) : std::nullopt;
  static_cast<void>(model_versions(workspace, o.name));  // for its error
  std::vector<Assignment> all = assignments(workspace, o.name);
  if (o.stage) std::erase_if(all, [&](const Assignment& a) { return a.stage != *o.stage; });
  if (at) {
    std::erase_if(all, [&](const Assignment& a) { return a.when > *at; });
    const std::vector<Assignment> then = all;
    std::erase_if(all, [&](const Assignment& a) {
      const Assignment* holder = current_holder(then, a.stage);
      return holder == nullptr || holder->name != a.name;
    });
  }
  ctx.print(
      [&] {
        Value list = Value::array();
        for (auto it = all.rbegin(); it != all.rend(); ++it) list.push(assignment_value(*it));
        return Value::object()
            .set("model", o.name)
            .set("at", at ? Value(format_utc(*at)) : Value())
            .set("assignments", std::move(list));
      },
      [&](Page& page) {
        if (all.empty()) return page.line(at ? "no version held a stage then" : "no version held a stage yet");
        Table table{{{"when", Align::left, Fit::whole},
                     {"stage"},
                     {"version", Align::left, Fit::whole},
                     {"who"},
                     {"tag", Align::left, Fit::whole},
                     {"remark", Align::left, Fit::wrap}},
                    {}};
        for (auto it = all.rbegin(); it != all.rend(); ++it) {
          table.rows.push_back({{it->when == UtcTime() ? "" : format_utc_short(it->when)},
                                {it->stage, Style::name},
                                {it->version ? "v" + it->version->manifest.version : ""},
                                {it->who},
                                {it->name, Style::dim},
                                {remark_of(*it), it->verified ? Style::plain : Style::warn}});
        }
        page.table(table);
      });
  return exit_code::ok;
}

}  // namespace

Command promote_history() {
  CommandInfo info;
  info.path = "promote history";
  info.summary = "list who held the stages of a model, and when";
  info.description =
      "Every promotion and rollback, newest first, with overridden gates and their reasons. A stage tag that was made "
      "or "
      "changed by hand shows as `unverified`; it never counted. --at says who held the stages at a time.";
  info.examples = {
      {"mlo promote history delay", "all of it"},
      {"mlo promote history delay --stage prod --at 2013-07-01", "what was in production at the end of that day"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli
