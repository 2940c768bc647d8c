#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "lib/data/follow.hpp"
#include "lib/sync/pre_push.hpp"
#include "lib/sync/pull.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"
#include "lib/workspace/hooks.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::string hook;
  std::vector<std::string> args;
};

void declare(Args& args, Options& o) {
  args.positional(o.hook, "HOOK", "pre-commit, post-checkout, post-merge or pre-push");
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

/// What git moved from one commit to another without its data.
int after_move(Context& ctx, const std::string& before, const std::string& after) {
  Workspace& workspace = ctx.workspace();
  std::vector<DatasetManifest> changed = changed_datasets(workspace, before, after);
  const std::string follow = workspace.repo().config("mlo.follow").value_or("tell");
  if (follow != "tell" && follow != "checkout" && follow != "pull")
    throw Error(ErrorKind::config,
                fmt::format("`mlo.follow` is `{}`: neither tell, checkout nor pull", printable(follow)))
        .hint("git config mlo.follow checkout");
  FollowReport followed;
  if (follow != "tell" && !changed.empty()) {
    followed = follow_manifests(workspace, changed);
    if (follow == "pull" && !followed.absent.empty()) {
      const auto remote = open_remote(workspace.world(), choose_remote(workspace.config(), ""), workspace.root());
      fetch_objects(workspace, *remote, manifest_roots(workspace, followed.absent));
      std::erase_if(changed, [&](const DatasetManifest& m) {
        return std::find(followed.absent.begin(), followed.absent.end(), m.name) == followed.absent.end();
      });
      const FollowReport fetched = follow_manifests(workspace, changed);
      followed.checked_out.insert(followed.checked_out.end(), fetched.checked_out.begin(), fetched.checked_out.end());
      changed = changed_datasets(workspace, before, after);
    }
  }
  std::vector<DatasetStatus> differing = data_status(workspace, changed);
  std::erase_if(differing, [](const DatasetStatus& s) { return s.state == DataState::unchanged; });
  ctx.print(
      [&] {
        Value out = Value::array(), brought = Value::array();
        for (const DatasetStatus& s : differing)
          out.push(Value::object().set("name", s.manifest.name).set("state", to_string(s.state)));
        for (const DatasetManifest& m : followed.checked_out) brought.push(m.name);
        return Value::object().set("datasets", std::move(out)).set("checked_out", std::move(brought));
      },
      [&](Page& page) {
        for (const DatasetManifest& m : followed.checked_out)
          page.line(fmt::format("mlo: brought `{}` up to date", m.name));
        if (differing.empty()) return;
        std::vector<std::string> names;
        for (const DatasetStatus& s : differing) names.push_back(shell_quote(s.manifest.name));
        page.line(fmt::format("mlo: {} from what git checked out; to bring it up to date: mlo version-data checkout {}",
                              names.size() == 1 ? "1 dataset differs" : fmt::format("{} datasets differ", names.size()),
                              join(names, " ")));
      });
  return exit_code::ok;
}

int pre_push(Context& ctx, const std::string& git_remote) {
  Workspace& workspace = ctx.workspace();
  const std::vector<Root> roots = pushed_roots(workspace, git_remote, parse_pushed_refs(ctx.host().read_stdin()));
  TransferReport sent;
  if (!roots.empty()) {
    if (workspace.config().remotes.empty())
      throw Error(ErrorKind::not_found,
                  "what is pushed names data, and there is no remote that others could get it from")
          .hint("add one with `mlo remote add origin PLACE`; to push all the same: git push --no-verify");
    const RemoteConfig& config = choose_remote(workspace.config(), "");
    sent = push_roots(workspace, *open_remote(workspace.world(), config, workspace.root()), roots);
  }
  ctx.print(
      [&] { return Value::object().set("objects", sent.objects).set("bytes", sent.bytes); },
      [&](Page& page) {
        if (sent.objects != 0)
          page.line(fmt::format("mlo: pushed {} ({})", count_of(sent.objects, "object"), format_bytes({sent.bytes})));
      });
  return exit_code::ok;
}

int run(Context& ctx, const Options& o) {
  if (o.hook == "pre-commit") return pre_commit(ctx);
  if (o.hook == "pre-push") return pre_push(ctx, o.args.empty() ? "" : o.args[0]);
  if (o.hook == "post-checkout") {
    // The third word is 0 when only files were checked out, which changes no commit.
    if (o.args.size() == 3 && o.args[2] == "0") return exit_code::ok;
    return after_move(ctx, o.args.empty() ? "" : o.args[0], o.args.size() < 2 ? "HEAD" : o.args[1]);
  }
  if (o.hook == "post-merge") return after_move(ctx, "ORIG_HEAD", "HEAD");
  throw Error(ErrorKind::usage, fmt::format("no git hook named `{}` in mlo", o.hook))
      .hint("hooks: pre-commit, post-checkout, post-merge, pre-push");
}

}  // namespace

Command hooks_run() {
  CommandInfo info;
  info.path = "hooks run";
  info.summary = "do what mlo does in a git hook";
  info.description =
      "What the installed hooks call, and what a hook of yours may call (`pre-push` reads what git tells it on stdin).";
  info.examples = {{"mlo hooks run pre-commit", "check what is staged, as a commit would"}};
  info.exits = {{exit_code::verdict, "pre-commit: the commit would name data that is not there"},
                {exit_code::remote, "pre-push: the data cannot be pushed"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli
