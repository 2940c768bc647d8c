#include "cli/command_context.hpp"

#include "cli/render.hpp"
#include "cli/terminal.hpp"
#include "lib/codec/json.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {

CommandContext::CommandContext(Host& host)
    : host_(host), sink_(host, wants_colour(host.err_is_terminal)), world_{*host.clock,  *host.rng, host.env,
                                                                           sink_,        sink_,     host.stop,
                                                                           host.threads, host.cwd} {}

bool CommandContext::wants_colour(bool terminal) const {
  if (globals_.color != "auto") return globals_.color == "always";
  return terminal && find_env(host_.env, "NO_COLOR").value_or("").empty() &&
         find_env(host_.env, "TERM").value_or("") != "dumb";
}

void CommandContext::configure(const Globals& globals) {
  globals_ = globals;
  sink_.set_quiet(globals.quiet);
  sink_.set_verbose(globals.verbose);
  sink_.set_colour(wants_colour(host_.err_is_terminal));
  sink_.set_bars(host_.err_is_terminal && !globals.quiet);
  if (globals.directory.empty()) return;
  world_.cwd = absolute_in(host_.cwd, globals.directory);
  const auto stat = find_stat(world_.cwd / ".");
  if (!stat || stat->kind != FileKind::directory) {
    throw Error(ErrorKind::usage, fmt::format("cannot work in `{}`: no such directory", globals.directory));
  }
}

void CommandContext::show(const std::function<void(Page&)>& to_page) {
  TextPage page(host_.width, wants_colour(host_.out_is_terminal), is_utf8_locale(host_.env));
  to_page(page);
  host_.out(page.text());
}

void CommandContext::report(std::string_view message, std::string_view hint) {
  sink_.remark("error", "1;31", message);
  if (!hint.empty()) sink_.remark("hint", "36", hint);
}

Workspace& CommandContext::workspace() {
  if (!workspace_) workspace_.emplace(Workspace::open(world_));
  return *workspace_;
}

void CommandContext::print(const std::function<Value()>& to_json, const std::function<void(Page&)>& to_page) {
  if (globals_.json)
    host_.out(emit_json(to_json()));
  else
    show(to_page);
}

bool CommandContext::confirm(std::string_view question, bool yes) {
  if (yes) return true;
  if (!host_.in_is_terminal || !host_.err_is_terminal) {
    throw Error(ErrorKind::usage, fmt::format("cannot ask off a terminal: {}", question))
        .hint("add `--yes` to agree, or look first with `--dry-run`");
  }
  host_.err(fmt::format("{} [y/N] ", printable(question)));
  const std::string answer = to_lower(trim(host_.read_line()));
  return answer == "y" || answer == "yes";
}

}  // namespace mlo::cli
