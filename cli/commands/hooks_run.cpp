#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "lib/data/datasets.hpp"
#include "lib/data/status.hpp"
#include "lib/util/text.hpp"
#include "lib/workspace/hooks.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::string hook;
  std::vector<std::string> args;
};

void declare(Args& args, Options& o) {
  args.positional(o.hook, "HOOK", "pre-commit, post-checkout or post-merge");
  args.positional(o.args, "ARG", Args::Many::zero_or_more, "what git hands to the hook");
}

int pre_commit(Context& ctx) {
  const std::vector<CommitProblem> problems = check_commit(ctx.workspace());
  ctx.print(
      [&] {
        Value out = Value::array();
        for (const CommitProblem& p : problems)
          out.push(Value::object().set("path", p.path).set("problem", p.problem).set("hint", p.hint));
        return Value::object().set("problems", std::move(out));
      },
      [&](Page& page) {
        for (const CommitProblem& p : problems) {
          page.line({{p.path, Style::name}, {" " + p.problem}});
          if (!p.hint.empty()) page.line({{"  mend it: ", Style::dim}, {p.hint}});
        }
        if (!problems.empty()) page.line("nothing was committed; to commit anyway: git commit --no-verify");
      });
  return problems.empty() ? exit_code::ok : exit_code::verdict;
}

int report_data(Context& ctx) {
  Workspace& workspace = ctx.workspace();
  std::vector<DatasetStatus> differing = data_status(workspace, load_datasets(workspace));
  std::erase_if(differing, [](const DatasetStatus& s) { return s.state == DataState::unchanged; });
  ctx.print(
      [&] {
        Value out = Value::array();
        for (const DatasetStatus& s : differing)
          out.push(Value::object().set("name", s.manifest.name).set("state", to_string(s.state)));
        return Value::object().set("datasets", std::move(out));
      },
      [&](Page& page) {
        if (differing.empty()) return;
        std::vector<std::string> names;
        for (const DatasetStatus& s : differing) names.push_back(shell_quote(s.manifest.name));
        page.line(fmt::format("mlo: {} from what git checked out; to bring it up to date: mlo version-data checkout {}",
                              names.size() == 1 ? "1 dataset differs" : fmt::format("{} datasets differ", names.size()),
                              join(names, " ")));
      });
  return exit_code::ok;
}

int run(Context& ctx, const Options& o) {
  if (o.hook == "pre-commit") return pre_commit(ctx);
  // The third word git gives to post-checkout is 0 when only files were checked out, which changes no commit.
  if (o.hook == "post-checkout" && o.args.size() == 3 && o.args[2] == "0") return exit_code::ok;
  if (o.hook == "post-checkout" || o.hook == "post-merge") return report_data(ctx);
  throw Error(ErrorKind::usage, fmt::format("no git hook named `{}` in mlo", o.hook))
      .hint("hooks: pre-commit, post-checkout, post-merge");
}

}  // namespace

Command hooks_run() {
  CommandInfo info;
  info.path = "hooks run";
  info.summary = "do what mlo does in a git hook";
  info.description = "What the installed hooks call, and what a hook of yours may call. It never changes anything.";
  info.examples = {{"mlo hooks run pre-commit", "check what is staged, as a commit would"}};
  info.exits = {{exit_code::verdict, "pre-commit: the commit would name data that is not there"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli
