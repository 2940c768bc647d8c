#include "cli/help.hpp"

#include "cli/exit_code.hpp"
#include "lib/codec/reader.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::vector<std::string> words;
};

int run(Context& context, const Options& options) {
  std::vector<std::string> words = options.words;
  const GroupEntry* group = find_group(words[0]);
  if (group != nullptr) words[0] = group->name;
  const std::string path = join(words, " ");
  if (const TableEntry* found = find_command(path)) {
    const Command command = found->make();
    context.print([] { return Value(); },
                  [&](Page& page) {
                    show_command(page, command);
                    if (group != nullptr && words.size() == 1) {
                      page.line();
                      show_group(page, *group);
                    }
                  });
    return exit_code::ok;
  }
  if (group != nullptr && words.size() == 1) {
    context.print([] { return Value(); }, [&](Page& page) { show_group(page, *group); });
    return exit_code::ok;
  }
  if (const HelpTopic* topic = find_help_topic(path)) {
    context.print([] { return Value(); }, [&](Page& page) { show_topic(page, *topic); });
    return exit_code::ok;
  }
  std::vector<std::string> paths;
  for (const HelpTopic& topic : help_topics()) paths.emplace_back(topic.name);
  for (const TableEntry& entry : command_table()) paths.emplace_back(entry.path);
  const std::string close = nearest(path, paths);
  throw Error(ErrorKind::usage, fmt::format("no command or topic `{}`", path))
      .hint(close.empty() ? "see `mlo help`" : fmt::format("did you mean `mlo help {}`?", close));
}

}  // namespace

Command help() {
  return make_command<Options>(
      {.path = "help",
       .summary = "explain a command or a topic",
       .description = "Without arguments it lists the commands. `mlo COMMAND --help` is the same.",
       .examples = {{"mlo help version-data add", "one subcommand"}, {"mlo help exit-codes", "a topic"}},
       .exits = {},
       .json = false},
      [](Args& args, Options& o) {
        args.positional(o.words, "WORD", Args::Many::one_or_more, "the command's words, or a topic");
      },
      run);
}

}  // namespace mlo::cli
