#include "cli/reference.hpp"

#include "cli/command_table.hpp"
#include "cli/help.hpp"
#include "cli/spec.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

std::string positional_label(const PositionalSpec& p) {
  return (p.after_dashes ? "-- " : "") + p.name + (p.many ? ".." : "");
}

std::string label_of(const OptionSpec& option) { return std::string(trim(option_label(option))); }

/// A cell of a Markdown table.
std::string cell(std::string_view text) { return replace_all(text, "|", "\\|"); }

std::string anchor(std::string_view path) { return "mlo-" + replace_all(path, " ", "-"); }

std::string markdown_section(const CommandSpec& spec) {
  std::string out = fmt::format("\n## mlo {}\n\n{}: `{}`\n", spec.info.path, spec.info.summary, usage_line(spec));
  if (!spec.info.description.empty()) out += "\n" + spec.info.description + "\n";
  std::string rows;
  for (const PositionalSpec& p : spec.positionals)
    rows += fmt::format("| `{}` | {} |\n", cell(positional_label(p)), cell(p.help));
  for (const OptionSpec& option : spec.options) {
    if (!option.global) rows += fmt::format("| `{}` | {} |\n", cell(label_of(option)), cell(option_text(option)));
  }
  if (!rows.empty()) out += "\n| | |\n|---|---|\n" + rows;
  if (!spec.info.examples.empty()) out += "\n```console\n";
  for (const Example& example : spec.info.examples)
    out += fmt::format("$ {}   # {}\n", example.command, example.meaning);
  if (!spec.info.examples.empty()) out += "```\n";
  std::vector<std::string> exits;
  for (const ExitNote& note : spec.info.exits) exits.push_back(fmt::format("{} {}", note.code, note.meaning));
  if (!exits.empty()) out += fmt::format("\nExit status beyond 0, 1 and 2: {}.\n", join(exits, "; "));
  return out;
}

/// Text that roff prints as it is.
std::string roff(std::string_view text) {
  std::string out = replace_all(replace_all(text, "\\", "\\e"), "-", "\\-");
  if (out.starts_with('.') || out.starts_with('\'')) out.insert(0, "\\&");
  return replace_all(replace_all(out, "\n.", "\n\\&."), "\n'", "\n\\&'");
}

std::string roff_entry(std::string_view label, std::string_view text) {
  return fmt::format(".TP\n\\fB{}\\fR\n{}\n", roff(label), roff(text));
}

std::string roff_head(std::string_view page, std::string_view version, std::string_view summary) {
  return fmt::format(".TH {} 1 \"\" \"mlo {}\" \"mlo manual\"\n.SH NAME\n{} \\- {}\n", roff(page), version, roff(page),
                     roff(summary));
}

std::string man_page(const CommandSpec& spec, std::string_view version) {
  std::string out = roff_head("mlo-" + replace_all(spec.info.path, " ", "-"), version, spec.info.summary);
  out += fmt::format(".SH SYNOPSIS\n\\fB{}\\fR\n", roff(usage_line(spec)));
  if (!spec.info.description.empty())
    out += ".SH DESCRIPTION\n" + replace_all(roff(spec.info.description), "\n\n", "\n.PP\n") + "\n";
  if (!spec.positionals.empty()) out += ".SH ARGUMENTS\n";
  for (const PositionalSpec& p : spec.positionals) out += roff_entry(positional_label(p), p.help);
  out += ".SH OPTIONS\n";
  for (const OptionSpec& option : spec.options) out += roff_entry(label_of(option), option_text(option));
  if (!spec.info.examples.empty()) out += ".SH EXAMPLES\n";
  for (const Example& example : spec.info.examples)
    out += fmt::format(".TP\n{}\n\\fB{}\\fR\n", roff(example.meaning), roff(example.command));
  out += ".SH EXIT STATUS\n";
  for (const auto& [code, meaning] : exit_notes(spec.info)) out += roff_entry(std::to_string(code), meaning);
  return out + ".SH SEE ALSO\n\\fBmlo\\fR(1)\n";
}

}  // namespace

std::string command_reference() {
  std::string out =
      "# Commands\n\nGenerated from the table of commands (`cmake --build --preset dev --target generate`); do not "
      "edit.\n"
      "`mlo COMMAND --help` says the same at a terminal.\n\nEvery command takes:\n\n| | |\n|---|---|\n";
  for (const OptionSpec& option : global_options(/*json=*/true)) {
    const std::string_view note = option.names[0] == "--json" ? " (commands that print a result)" : "";
    out += fmt::format("| `{}` | {}{} |\n", cell(label_of(option)), cell(option_text(option)), note);
  }
  out +=
      "\nExit status of every command: 0 success, 1 an error, 2 the command line is wrong, 3 the verdict is no, 4 "
      "conflict or lock,\n"
      "5 a remote failed, 70 a bug in mlo, 129 or 130 interrupted.\n\n| command | |\n|---|---|\n";
  std::string sections;
  for (const TableEntry& entry : command_table()) {
    const CommandSpec spec = describe(entry.make());
    out += fmt::format("| [`mlo {}`](#{}) | {} |\n", entry.path, anchor(entry.path), cell(spec.info.summary));
    sections += markdown_section(spec);
  }
  return out + sections;
}

std::map<std::string, std::string> man_pages(std::string_view version) {
  std::map<std::string, std::string> pages;
  std::string top = roff_head("mlo", version, "the life of a machine-learning model in one git repository");
  top += ".SH SYNOPSIS\n\\fBmlo\\fR COMMAND [SUBCOMMAND] [options]\n.SH COMMANDS\n";
  for (const TableEntry& entry : command_table()) {
    const CommandSpec spec = describe(entry.make());
    const std::string page = "mlo-" + replace_all(entry.path, " ", "-");
    pages[page + ".1"] = man_page(spec, version);
    top += fmt::format(".TP\n\\fB{}\\fR(1)\n{}\n", roff(page), roff(spec.info.summary));
  }
  pages["mlo.1"] = top;
  return pages;
}

}  // namespace mlo::cli
