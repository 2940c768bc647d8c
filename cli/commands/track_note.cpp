#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "lib/runs/run_store.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::string run, text;
};

void declare(Args& args, Options& o) {
  args.positional(o.run, "RUN", "id, unique beginning of one, or name");
  args.positional(o.text, "TEXT", "the note; an empty one takes it away");
}

int run(Context& ctx, const Options& o) {
  if (!is_utf8(o.text)) throw Error(ErrorKind::usage, "a note must be UTF-8");
  RunStore store(ctx.workspace());
  const Run found = store.find(o.run);
  RunAmendment amendment;
  amendment.run = found.record.id;
  amendment.note = o.text;
  store.amend({amendment});
  ctx.print(
      [&] { return Value::object().set("id", found.record.id).set("name", found.record.name).set("note", o.text); },
      [&](Page& page) {
        page.line(fmt::format("{} {}", o.text.empty() ? "took the note from" : "noted on", found.record.name));
      });
  return exit_code::ok;
}

}  // namespace

Command track_note() {
  CommandInfo info;
  info.path = "track note";
  info.summary = "put a note on a run";
  info.description =
      "The record of a run never changes: the note is a commit on top of it. The latest note counts, on every clone.";
  info.examples = {{"mlo track note brave-otter \"best so far; overfits on weekends\"",
                    "`track show` and `git log refs/mlo/runs` show it"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli
