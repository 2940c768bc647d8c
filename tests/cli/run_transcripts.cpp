// run_transcripts [--update] FILE.t..: plays each transcript in-process and against the built binary, each time in a
// fresh git repository. --update rewrites the expectations that do not hold.
#include <cstdio>

#include "lib/util/text.hpp"
#include "tests/cli/transcript.hpp"
#include "tests/support/test_workspace.hpp"

namespace mlo::test {
namespace {

enum class Mode { in_process, binary };

/// `mlo` with plain words can run in-process; anything else needs a shell.
bool is_plain(std::string_view command) {
  return command.starts_with("mlo") && (command.size() == 3 || command[3] == ' ') &&
         command.find_first_of("|&;<>$`*?~#(){}\n") == std::string_view::npos;
}

CommandResult play(TestWorkspace& ws, const std::string& command, Mode mode) {
  if (mode == Mode::in_process && is_plain(command)) return ws.mlo(std::string_view(command).substr(3));
  return ws.sh(command);
}

std::vector<std::string> output_lines(std::string text, const fs::path& root) {
  text = replace_all(text, root.string(), "<dir>");
  std::vector<std::string> lines;
  for (const auto line : split_lines(text)) lines.emplace_back(line);
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

void show(const char* title, const std::vector<std::string>& lines, int code) {
  fmt::print("  {}\n", title);
  for (const auto& line : lines) fmt::print("    {}\n", printable(line));
  if (code != 0) fmt::print("    [{}]\n", code);
}

/// True if all steps hold; with `update`, what does not hold is replaced in `transcript`.
bool hold(Transcript& transcript, const std::string& file, Mode mode, bool update) {
  TestWorkspace ws(TestWorkspace::Begin::bare_git);
  bool good = true;
  for (Step& step : transcript.steps) {
    const CommandResult result = play(ws, step.command, mode);
    const auto lines = output_lines(result.both, ws.path());
    if (result.code == step.code && matches(step.expected, lines)) continue;
    good = false;
    if (update) {
      step.code = result.code;
      step.expected.clear();
      for (const auto& line : lines) step.expected.push_back(with_placeholders(line));
      continue;
    }
    fmt::print("{}:{}: ({})\n  $ {}\n", file, step.line, mode == Mode::binary ? "binary" : "in-process", step.command);
    show("expected:", step.expected, step.code);
    show("got:", lines, result.code);
  }
  return good;
}

int run(std::vector<std::string> args) {
  const bool update = std::erase(args, "--update") > 0;
  int failed = 0;
  for (const auto& file : args) {
    Transcript transcript = parse_transcript(read_file(file));
    if (transcript.steps.empty()) {
      fmt::print("{}: no commands in it\n", file);
      ++failed;
      continue;
    }
    bool good = hold(transcript, file, Mode::in_process, update);
    if (update && !good) write_file(file, format_transcript(transcript), Durability::cache);
    good = hold(transcript, file, Mode::binary, /*update=*/false) && (good || update);
    if (!good) ++failed;
  }
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace mlo::test

int main(int argc, char** argv) { return mlo::test::run({argv + 1, argv + argc}); }
