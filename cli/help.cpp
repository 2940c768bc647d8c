#include "cli/help.hpp"

#include "cli/exit_code.hpp"
#include "cli/help_topics.hpp"
#include "cli/render.hpp"
#include "cli/spec.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

/// No wider than reads well; in a pipe as wide as any terminal.
int text_width(const Page& page) { return page.width() > 0 ? std::min(page.width(), 96) : 80; }

void heading(Page& page, std::string_view text) {
  page.line();
  page.line({{std::string(text), Style::bold}});
}

/// `label` in a column, the text wrapped beside it; below it if the label is too long.
void entry(Page& page, const std::string& label, std::string_view text, std::size_t column) {
  const std::string gap(column, ' ');
  const auto lines = wrap(text, text_width(page) - static_cast<int>(column) - 2);
  std::size_t i = 0;
  if (label.size() + 2 <= column) {
    page.line({{"  "}, {label, Style::name}, {std::string(column - label.size(), ' ')}, {lines[0]}});
    i = 1;
  } else {
    page.line({{"  "}, {label, Style::name}});
  }
  for (; i < lines.size(); ++i) page.line(fmt::format("  {}{}", gap, lines[i]));
}

void summaries(Page& page, const std::vector<std::pair<std::string, std::string>>& rows) {
  std::size_t column = 0;
  for (const auto& [label, text] : rows) column = std::max(column, label.size() + 2);
  for (const auto& [label, text] : rows) entry(page, label, text, column);
}

std::string_view first_word(std::string_view path) { return split(path, ' ')[0]; }

}  // namespace

const TableEntry* find_command(std::string_view path) {
  for (const TableEntry& entry : command_table()) {
    if (entry.path == path) return &entry;
  }
  return nullptr;
}

void show_overview(Page& page) {
  page.line({{"mlo", Style::bold}, {": the whole life of a machine-learning model in one git repository"}});
  page.line();
  page.line({{"USAGE", Style::bold}});
  page.line("  mlo COMMAND [SUBCOMMAND] [options]");
  std::map<std::string_view, std::string> words;
  std::size_t column = 0;
  for (const TableEntry& item : command_table()) {
    const std::string_view word = first_word(item.path);
    const GroupEntry* group = find_group(word);
    column = std::max(column, word.size() + 2);
    words.try_emplace(word, group != nullptr ? std::string(group->summary) : item.make().info.summary);
  }
  for (const Section& section : command_sections()) {
    heading(page, section.title);
    for (const std::string_view word : section.words) {
      if (const auto found = words.find(word); found != words.end())
        entry(page, std::string(word), found->second, column);
    }
  }
  heading(page, "TOPICS");
  for (const HelpTopic& topic : help_topics()) entry(page, std::string(topic.name), std::string(topic.summary), column);
  page.line();
  page.line("`mlo help WORD` says more about a command or a topic. Start with `mlo init` in a git repository.");
}

void show_topic(Page& page, const HelpTopic& topic) {
  page.line({{std::string(topic.name), Style::bold}, {fmt::format(": {}", topic.summary)}});
  page.line();
  for (const std::string_view line : split_lines(topic.text)) {
    for (const std::string& part :
         line.find("  ") == std::string_view::npos ? wrap(line, text_width(page)) : std::vector{std::string(line)}) {
      page.line(part);
    }
  }
}

void show_group(Page& page, const GroupEntry& group) {
  page.line({{fmt::format("mlo {}", group.name), Style::bold}, {fmt::format(": {}", group.summary)}});
  if (!group.alias.empty()) page.line(fmt::format("Short spelling: mlo {}", group.alias));
  heading(page, "SUBCOMMANDS");
  std::vector<std::pair<std::string, std::string>> rows;
  for (const TableEntry& item : command_table()) {
    if (first_word(item.path) == group.name) rows.emplace_back(item.path, item.make().info.summary);
  }
  summaries(page, rows);
  page.line();
  page.line(fmt::format("`mlo help {} SUBCOMMAND` says more.", group.name));
}

void show_command(Page& page, const Command& command) {
  const CommandSpec spec = describe(command);
  page.line({{fmt::format("mlo {}", spec.info.path), Style::bold}, {fmt::format(": {}", spec.info.summary)}});
  page.line();
  page.line({{"USAGE", Style::bold}});
  page.line("  " + usage_line(spec));
  for (std::string_view rest = spec.info.description; !rest.empty();) {
    const std::size_t end = std::min(rest.find("\n\n"), rest.size());
    page.line();
    for (const std::string& line : wrap(replace_all(rest.substr(0, end), "\n", " "), text_width(page))) page.line(line);
    rest.remove_prefix(std::min(end + 2, rest.size()));
  }
  std::vector<std::pair<std::string, std::string>> rows;
  for (const PositionalSpec& p : spec.positionals) rows.emplace_back(p.name + (p.many ? ".." : ""), p.help);
  if (!rows.empty()) heading(page, "ARGUMENTS");
  summaries(page, rows);
  const auto options = [&](std::string_view title, bool global) {
    bool titled = false;
    for (const OptionSpec& option : spec.options) {
      if (option.global != global) continue;
      if (!std::exchange(titled, true)) heading(page, title);
      entry(page, option_label(option), option_text(option), 26);
    }
  };
  options("OPTIONS", false);
  options("COMMON OPTIONS", true);
  if (!spec.info.examples.empty()) heading(page, "EXAMPLES");
  for (const Example& example : spec.info.examples) {
    page.line({{"  # " + example.meaning, Style::dim}});
    page.line(fmt::format("  {}", example.command));
  }
  heading(page, "EXIT STATUS");
  for (const auto& [code, meaning] : exit_notes(spec.info)) entry(page, std::to_string(code), meaning, 5);
}

std::map<int, std::string> exit_notes(const CommandInfo& info) {
  std::map<int, std::string> notes = {{exit_code::ok, "success"},
                                      {exit_code::error, "an error, said in one line"},
                                      {exit_code::usage, "the command line is wrong"}};
  for (const ExitNote& note : info.exits) notes[note.code] = note.meaning;
  return notes;
}

}  // namespace mlo::cli
