#include "cli/command.hpp"
#include "cli/commands/model_page.hpp"
#include "cli/exit_code.hpp"
#include "lib/registry/register_model.hpp"
#include "lib/util/error.hpp"

namespace mlo::cli {
namespace {

constexpr std::uint64_t kCardLimit = 1U << 20U;

struct Options {
  std::string name, run, path, bump = "patch";
  std::optional<std::string> version, evaluation, holdout, features, dependencies, description, card;
  std::vector<std::string> training, labels;
  bool allow_dirty = false, dry_run = false;
};

void declare(Args& args, Options& o) {
  args.positional(o.name, "NAME", "of the model: lower-case words joined by `-`, `_` or `/`");
  args.option(o.run, "--run", "RUN", "the run that made it: id, prefix or name");
  args.option(o.path, "--model", "PATH", "what the run wrote: a file, a directory, or something in one");
  args.option(o.version, "--version", "X.Y.Z", "its version (default: the next one)");
  args.choice(o.bump, "--bump", {"major", "minor", "patch"}, "which part of the last version to raise (default patch)");
  args.option(o.evaluation, "--evaluation", "RUN", "the run that has its scores (default: the same)");
  args.option(o.training, "--training", "DATA", "what it was trained on (default: every dataset the run read)");
  args.option(o.holdout, "--holdout", "DATA",
              "what the scores were measured on (default: the dataset with `holdout` in its name)");
  args.option(o.features, "--features", "FILE", "what it takes (default: the columns of the training table)");
  args.option(o.labels, "--label", "COLUMN", "a column of that table or list that it does not take");
  args.option(o.dependencies, "--dependencies", "FILE",
              "versions it runs with (default: the lock file in the run's code)");
  args.option(o.description, "--description", "TEXT", "for the model card");
  args.option(o.card, "--card", "FILE", "YAML with description, intended_use, limitations, ethics, license, owners");
  args.flag(o.allow_dirty, "--allow-dirty", "take a run whose code had uncommitted changes");
  args.flag(o.dry_run, "--dry-run,-n", "only say what would be registered");
}

RegisterRequest to_request(Context& ctx, const Options& o) {
  for (const auto& [value, option] : {std::pair(o.run, "--run RUN"), {o.path, "--model PATH"}}) {
    if (value.empty())
      throw Error(ErrorKind::usage, fmt::format("`mlo register {}` needs `{}`", o.name, option))
          .hint("mlo register NAME --run RUN --model PATH");
  }
  RegisterRequest request;
  request.name = o.name;
  request.run = o.run;
  request.path = o.path;
  if (o.version) {
    const std::string_view text = *o.version;
    request.version = SemVer::parse(text.starts_with('v') ? text.substr(1) : text);
    if (!request.version)
      throw Error(ErrorKind::usage, fmt::format("`{}` is not a version", *o.version)).hint("versions are like 1.2.0");
  }
  request.bump = o.bump == "major" ? Bump::major : o.bump == "minor" ? Bump::minor : Bump::patch;
  request.evaluation = o.evaluation;
  request.training = o.training;
  request.holdout = o.holdout;
  request.features = o.features;
  request.labels = o.labels;
  request.dependencies = o.dependencies;
  if (o.card) request.card = parse_card(read_file(absolute_in(ctx.world().cwd, *o.card), kCardLimit), *o.card);
  if (o.description) request.card.description = *o.description;
  request.allow_dirty = o.allow_dirty;
  return request;
}

int run(Context& ctx, const Options& o) {
  const RegisterRequest request = to_request(ctx, o);
  const Registration made =
      o.dry_run ? plan_registration(ctx.workspace(), request) : register_model(ctx.workspace(), request);
  const ModelManifest& m = made.manifest;
  ctx.print(
      [&] {
        return model_value(m)
            .set("tag", made.tag)
            .set("commit", made.commit ? Value(made.commit->hex()) : Value())
            .set("finished", made.finished)
            .set("dry_run", o.dry_run);
      },
      [&](Page& page) {
        page.line({{o.dry_run       ? "would register "
                    : made.finished ? "finished registering "
                                    : "registered "},
                   {made.tag, Style::name},
                   {": " + content_text(m.model)}});
        page.line({{"  scores on ", Style::dim}, {m.holdout.name}, {": " + scores_text(m, 4)}});
        if (made.commit)
          page.line(
              {{"  commit ", Style::dim}, {made.commit->hex().substr(0, 12)}, {", tag ", Style::dim}, {made.tag}});
      });
  if (made.commit) ctx.world().log.hint(fmt::format("share it with `mlo push`, the commit with `git push`"));
  return exit_code::ok;
}

}  // namespace

Command register_command() {
  CommandInfo info;
  info.path = "register";
  info.summary = "register what a run made as a version of a model";
  info.description =
      "Writes `.mlo/models/NAME/VERSION.yaml` with all that is known: the run, the content of the model, its training "
      "data "
      "and the data its scores were measured on, the scores, parameters, features, versions of software and the code. "
      "Commits that file alone and tags the commit `NAME@vVERSION` (annotated, in GTO's grammar). What cannot be had "
      "from "
      "the run is an error that names the option for it.\n\n"
      "A run from code with uncommitted changes is refused unless --allow-dirty. If this was cut off between commit "
      "and "
      "tag, the same command finishes it.";
  info.examples = {
      {"mlo register delay --run brave-otter --model model.pkl", "the next version, 0.0.1 at first"},
      {"mlo register delay --run brave-otter --model model.pkl --bump minor --holdout late-2013 --label late",
       "name the holdout, and the column to predict"},
      {"mlo register delay --run brave-otter --model model.pkl --dry-run --json", "look first"}};
  info.exits = {
      {exit_code::conflict, "the version exists, the code was not committed, or git is in the middle of a merge"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli
