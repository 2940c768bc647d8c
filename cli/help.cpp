#include "cli/help.hpp"

#include "cli/exit_code.hpp"
#include "cli/render.hpp"
#include "cli/spec.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

constexpr int kTextWidth = 96;

int text_width(const Page& page) { return page.width() > 0 ? std::min(page.width(), kTextWidth) : kTextWidth; }

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
  page.line("mlo gives a git repository the whole life of a machine-learning model.");
  page.line();
  page.line("usage: mlo COMMAND [options]");
  heading(page, "COMMANDS");
  std::vector<std::pair<std::string, std::string>> rows;
  std::string_view last;
  for (const TableEntry& item : command_table()) {
    const std::string_view word = first_word(item.path);
    if (word == last) continue;
    last = word;
    const GroupEntry* group = find_group(word);
    rows.emplace_back(word, group != nullptr ? std::string(group->summary) : item.make().info.summary);
  }
  summaries(page, rows);
  page.line();
  page.line("`mlo help COMMAND` says more. Start with `mlo init` in a git repository.");
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
  page.line("usage: " + usage_line(spec));
  std::string paragraph;
  const std::string description = spec.info.description + "\n\n";
  for (const std::string_view text : split_lines(description)) {
    if (!trim(text).empty()) {
      paragraph += (paragraph.empty() ? "" : " ") + std::string(trim(text));
    } else if (!paragraph.empty()) {
      page.line();
      for (const std::string& line : wrap(std::exchange(paragraph, ""), text_width(page))) page.line(line);
    }
  }
  if (!spec.positionals.empty()) heading(page, "ARGUMENTS");
  std::vector<std::pair<std::string, std::string>> rows;
  for (const PositionalSpec& p : spec.positionals) rows.emplace_back(p.name + (p.many ? ".." : ""), p.help);
  summaries(page, rows);
  heading(page, "OPTIONS");
  for (const OptionSpec& option : spec.options) {
    entry(page, option_label(option), option.help + (option.repeatable ? " (repeatable)" : ""), 26);
  }
  if (!spec.info.examples.empty()) heading(page, "EXAMPLES");
  for (const Example& example : spec.info.examples) {
    page.line(fmt::format("  {}", example.command));
    page.line({{fmt::format("      {}", example.meaning), Style::dim}});
  }
  heading(page, "EXIT STATUS");
  std::map<int, std::string> exits = {{exit_code::ok, "success"}, {exit_code::error, "an error, said in one line"}, {exit_code::usage, "the command line is wrong"}};
  for (const ExitNote& note : spec.info.exits) exits[note.code] = note.meaning;
  for (const auto& [code, meaning] : exits) entry(page, std::to_string(code), meaning, 5);
}

}  // namespace mlo::cli
