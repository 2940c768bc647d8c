#include "cli/run_cli.hpp"

#include <signal.h>

#include "cli/command_context.hpp"
#include "cli/command_table.hpp"
#include "cli/exit_code.hpp"
#include "cli/help.hpp"
#include "cli/parse.hpp"
#include "lib/codec/reader.hpp"
#include "lib/util/error.hpp"

namespace mlo::cli {
namespace {

/// Options that may stand before a command or subcommand. Moves `next` behind them.
void read_leading(const std::vector<std::string>& args, std::size_t& next, Globals& globals) {
  const auto value = [&](const std::string& name) -> const std::string& {
    if (next + 1 >= args.size()) throw Error(ErrorKind::usage, fmt::format("`{}` needs exactly one value", name));
    return args[++next];
  };
  for (; next < args.size() && args[next].starts_with('-'); ++next) {
    const std::string& word = args[next];
    if (word == "--json")
      globals.json = true;
    else if (word == "-q" || word == "--quiet")
      globals.quiet = true;
    else if (word == "-v" || word == "--verbose")
      globals.verbose = true;
    else if (word == "-h" || word == "--help")
      globals.help = true;
    else if (word == "-C")
      globals.directory = value(word);
    else if (word == "--color")
      globals.color = value(word);
    else if (word.starts_with("--color="))
      globals.color = word.substr(8);
    else
      throw Error(ErrorKind::usage, fmt::format("unknown option `{}`", word)).hint("see `mlo help`");
  }
}

[[noreturn]] void unknown_command(const std::string& typed, std::string_view within) {
  std::vector<std::string> names;
  for (const TableEntry& entry : command_table()) {
    const std::string path(entry.path);
    if (within.empty())
      names.push_back(path.substr(0, path.find(' ')));
    else if (path.starts_with(std::string(within) + " "))
      names.push_back(path.substr(within.size() + 1));
  }
  const std::string close = nearest(typed, names);
  const std::string prefix = within.empty() ? "" : std::string(within) + " ";
  throw Error(ErrorKind::usage, within.empty() ? fmt::format("unknown command `{}`", typed)
                                               : fmt::format("unknown subcommand `{}` of `mlo {}`", typed, within))
      .hint(close.empty() ? fmt::format("see `mlo help{}{}`", within.empty() ? "" : " ", within)
                          : fmt::format("did you mean `mlo {}{}`?", prefix, close));
}

int dispatch(const std::vector<std::string>& args, CommandContext& context) {
  Globals globals;
  std::size_t next = 0;
  read_leading(args, next, globals);
  context.configure(globals);
  if (next == args.size() || (args[next] == "help" && next + 1 == args.size())) {
    context.show(show_overview);
    return exit_code::ok;
  }
  const GroupEntry* group = find_group(args[next]);
  const std::string first = group != nullptr ? std::string(group->name) : args[next];
  const TableEntry* found = nullptr;
  std::size_t second = next + 1;
  if (group != nullptr && find_command(first) == nullptr) {
    read_leading(args, second, globals);
    context.configure(globals);
  }
  if (group != nullptr && second < args.size()) found = find_command(first + " " + args[second]);
  if (found != nullptr) {
    next = second + 1;
  } else {
    found = find_command(first);
    if (found != nullptr) ++next;
  }
  if (found == nullptr && group == nullptr) unknown_command(args[next], "");
  if (found == nullptr) {
    if (second < args.size()) unknown_command(args[second], group->name);
    context.show([&](Page& page) { show_group(page, *group); });
    return globals.help ? exit_code::ok : exit_code::usage;
  }
  const Command command = found->make();
  const auto runner = parse_arguments(command, {args.begin() + static_cast<std::ptrdiff_t>(next), args.end()}, globals);
  context.configure(globals);
  if (globals.help) {
    context.show([&](Page& page) { show_command(page, command); });
    return exit_code::ok;
  }
  return runner(context);
}

int run_guarded(const std::vector<std::string>& args, Host& host) {
  CommandContext context(host);
  try {
    return dispatch(args, context);
  } catch (const Error& error) {
    context.report(error.message(), error.hint());
    return exit_code::of(error.kind());
  } catch (const std::bad_alloc&) {
    context.report("out of memory", "");
    return exit_code::error;
  } catch (const std::exception& error) {
    context.report(fmt::format("internal error: {}", error.what()),
                   "this is a bug in mlo: please report it with the command you ran");
    return exit_code::bug;
  }
}

}  // namespace

int run_cli(const std::vector<std::string>& args, Host& host) {
  const int code = run_guarded(args, host);
  return code == exit_code::interrupted && host.stopped_by && host.stopped_by() == SIGHUP ? exit_code::hung_up : code;
}

}  // namespace mlo::cli
