#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "lib/pipeline/missing_deps.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

#include <set>

namespace mlo::cli {
namespace {

struct Options {
  std::vector<std::string> targets;
  bool fix = false;
};

void declare(Args& args, Options& o) {
  args.positional(o.targets, "STAGE", Args::Many::zero_or_more,
                  "only these stages, groups, or makers of these outputs");
  args.flag(o.fix, "--fix",
            "add them to the `deps` of the stages in the pipeline file, keeping its layout and comments");
}

/// One stage, and what came of `--fix`.
struct Line {
  MissingDeps missing;
  bool fixed = false;
  std::string error, hint;
};

Value strings(const std::vector<std::string>& items) {
  Value out = Value::array();
  for (const std::string& item : items) out.push(item);
  return out;
}

Value lines_value(const std::vector<Line>& lines) {
  Value list = Value::array();
  for (const Line& line : lines) {
    const MissingDeps& missing = line.missing;
    list.push(Value::object()
                  .set("stage", missing.stage)
                  .set("run", missing.run.empty() ? Value() : Value(missing.run))
                  .set("complete", missing.reason.empty())
                  .set("reason", missing.reason)
                  .set("reads", strings(missing.reads))
                  .set("writes", strings(missing.writes))
                  .set("deps", strings(missing.deps))
                  .set("fixed", line.fixed)
                  .set("error", line.error));
  }
  return Value::object().set("stages", std::move(list));
}

void print_line(const Line& line, const std::string& file, Page& page) {
  const MissingDeps& missing = line.missing;
  if (!missing.reason.empty()) page.line({{missing.stage, Style::name}, {": " + missing.reason, Style::dim}});
  if (line.fixed) {
    page.line({{missing.stage, Style::name}, {fmt::format(": declared in `{}`", file)}});
  } else if (!missing.deps.empty()) {
    page.line({{missing.stage, Style::name}, {": reads what it does not declare"}});
  }
  for (const std::string& dep : missing.deps) page.line("  " + dep);
  if (missing.writes.empty()) return;
  page.line({{missing.stage, Style::name}, {": writes what is none of its outputs"}});
  for (const std::string& path : missing.writes) page.line("  " + path);
}

int run(Context& ctx, const Options& o) {
  const Pipeline pipeline(ctx.workspace());
  std::vector<Line> lines;
  bool failed = false, open = false;
  for (MissingDeps& missing : missing_deps(pipeline, pipeline.named(o.targets))) {
    Line line{std::move(missing), false, "", ""};
    if (o.fix && !line.missing.deps.empty()) {
      try {
        declare_deps(ctx.workspace(), pipeline, line.missing);
        line.fixed = true;
      } catch (const Error& error) {
        if (error.kind() != ErrorKind::invalid) throw;
        failed = true;
        line.error = error.message();
        line.hint = error.hint();
      }
    }
    open = open || (!line.fixed && !line.missing.deps.empty());
    lines.push_back(std::move(line));
  }
  ctx.print([&] { return lines_value(lines); },
            [&](Page& page) {
              bool any = false;
              for (const Line& line : lines) {
                any =
                    any || !line.missing.reason.empty() || !line.missing.reads.empty() || !line.missing.writes.empty();
                print_line(line, pipeline.file(), page);
              }
              if (!any) page.line("every stage declares what it reads");
            });
  std::set<std::string> told;  // of a template once, however many it makes
  for (const Line& line : lines) {
    if (line.error.empty() || !told.insert(line.error + line.hint).second) continue;
    ctx.world().log.warn(line.error);
    if (!line.hint.empty()) ctx.world().log.hint(line.hint);
  }
  if (open && !failed)
    ctx.world().log.hint(
        fmt::format("`mlo run deps{} --fix` declares them", o.targets.empty() ? "" : " " + join(o.targets, " ")));
  return failed ? exit_code::error : exit_code::ok;
}

}  // namespace

Command run_deps() {
  return make_command<Options>(
      {"run deps",
       "list what stages read and do not declare",
       "What each stage read and wrote in the work tree when it last ran, as far as `deps`, `params` and outputs of "
       "the "
       "pipeline do not say so: files, or a directory where a stage read all that git has of it, or more than ten. A "
       "change of such a file runs no stage again, so a cached result may be wrong.\n\n"
       "`--fix` adds them to the pipeline file, byte for byte as it is otherwise. What `foreach` or `matrix` makes has "
       "to be edited by hand: the line says what to add.\n\n"
       "Noted is what a stage's processes open and execute. What only asks whether a file exists, and what lists a "
       "directory, is not seen.",
       {{"mlo run deps", "what the pipeline does not say"}, {"mlo run deps train --fix", "write it into `mlo.yaml`"}},
       {{exit_code::error, "`--fix`: a stage could not be edited"}}},
      declare, run);
}

}  // namespace mlo::cli
