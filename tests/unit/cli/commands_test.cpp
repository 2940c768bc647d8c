#include <set>

#include "cli/command_table.hpp"
#include "cli/spec.hpp"
#include "lib/data/datasets.hpp"
#include "lib/registry/tag_names.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_workspace.hpp"

using namespace mlo;
using namespace mlo::cli;

namespace {

/// One line as help wants it: something, lower case, no full stop.
void check_phrase(const std::string& text) {
  CAPTURE(text);
  REQUIRE_FALSE(text.empty());
  CHECK_FALSE((text[0] >= 'A' && text[0] <= 'Z' && text.size() > 1 && text[1] >= 'a' && text[1] <= 'z'));
  CHECK(text.back() != '.');
  CHECK(text.find('\n') == std::string::npos);
}

}  // namespace

TEST_CASE("every command explains itself", "[help]") {
  for (const TableEntry& entry : command_table()) {
    const CommandSpec spec = describe(entry.make());
    CAPTURE(std::string(entry.path));
    CHECK(spec.info.path == entry.path);
    check_phrase(spec.info.summary);
    CHECK(spec.info.summary.size() <= 72);
    CHECK_FALSE(spec.info.description.empty());
    CHECK_FALSE(spec.info.examples.empty());
    for (const Example& example : spec.info.examples) {
      CHECK(example.command.find("mlo " + spec.info.path) != std::string::npos);
      check_phrase(example.meaning);
    }
    for (const ExitNote& note : spec.info.exits) check_phrase(note.meaning);
    for (const PositionalSpec& positional : spec.positionals) check_phrase(positional.help);
  }
}

TEST_CASE("no option of a command has the name of another", "[help]") {
  for (const TableEntry& entry : command_table()) {
    CAPTURE(std::string(entry.path));
    std::set<std::string> names;
    for (const OptionSpec& option : describe(entry.make()).options) {
      check_phrase(option.help);
      for (const std::string& name : option.names) {
        CAPTURE(name);
        CHECK(names.insert(name).second);
        CHECK((name.starts_with("--") ? name.size() > 2 : name.size() == 2));
      }
    }
  }
}

TEST_CASE("every command takes --help and refuses an unknown option", "[help]") {
  test::TestWorkspace ws(test::TestWorkspace::Begin::bare_git);
  for (const TableEntry& entry : command_table()) {
    const std::string path(entry.path);
    CAPTURE(path);
    const auto help = ws.mlo(path + " --help");
    CHECK(help.code == 0);
    CHECK(help.err.empty());
    CHECK(help.out.find("EXIT STATUS") != std::string::npos);
    const auto refused = ws.mlo(path + " --no-such-option");
    CHECK(refused.code == 2);
    CHECK(refused.out.empty());
    CHECK(refused.err.starts_with("error: unknown option `--no-such-option`\nhint: "));
  }
}

TEST_CASE("subcommands of one word stand together, and their word is a group", "[help]") {
  std::set<std::string> seen;
  std::string last;
  for (const TableEntry& entry : command_table()) {
    const std::string path(entry.path);
    const std::string first = path.substr(0, path.find(' '));
    CAPTURE(path);
    if (first != last) CHECK(seen.insert(first).second);
    last = first;
    if (path != first) CHECK(find_group(first) != nullptr);
  }
  for (const Section& section : command_sections()) {
    for (const auto word : section.words) seen.erase(std::string(word));
  }
  CHECK(seen.empty());  // every first word stands in a section of the overview
}

TEST_CASE("a subcommand names neither a dataset nor a model", "[help]") {
  for (const TableEntry& entry : command_table()) {
    const std::size_t space = entry.path.find(' ');
    if (space == std::string_view::npos) continue;
    const std::string_view group = entry.path.substr(0, space);
    const std::string word(entry.path.substr(space + 1));
    CAPTURE(word);
    if (group == "version-data") CHECK_THROWS_AS(choose_dataset_name(word, "d", {}), Error);
    if (group == "register" || group == "promote") CHECK_THROWS_AS(require_model_name(word), Error);
  }
}
