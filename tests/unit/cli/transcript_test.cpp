#include "tests/cli/transcript.hpp"

#include "tests/support/test.hpp"

using namespace mlo::test;

TEST_CASE("a transcript reads into steps and writes back as it was", "[transcript]") {
  const std::string text =
      "# A comment.\n\n$ mlo init\nmade\n\n  indented\n[3]\n\n# Another.\n$ cat <<EOF\n> one\n> EOF\none\n\n$ true\n";
  const Transcript t = parse_transcript(text);
  REQUIRE(t.steps.size() == 3);
  CHECK(t.steps[0].expected == std::vector<std::string>{"made", "", "  indented"});
  CHECK(t.steps[0].code == 3);
  CHECK(t.steps[1].command == "cat <<EOF\none\nEOF");
  CHECK(t.steps[1].line == 10);
  CHECK(t.steps[2].expected.empty());
  CHECK(format_transcript(t) == text);
}

TEST_CASE("placeholders match what they name and nothing else", "[transcript]") {
  CHECK(matches({"run <id> took <duration>"}, {"run 0af31b2c took 3.2 s"}));
  CHECK_FALSE(matches({"run <id>"}, {"run zebra"}));
  CHECK_FALSE(matches({"run <id>"}, {"run 0af31b2c and more"}));
  CHECK(matches({"<time>  ok"}, {"2001-02-03 04:05:06      ok"}));
  CHECK(matches({"a.b (<n>)"}, {"a.b (0.25)"}));
  CHECK_FALSE(matches({"a.b (<n>)"}, {"axb (0.25)"}));
  CHECK(matches({"<name> <digest> <size>"}, {"brave-otter sha256:0123456789ab 1.4 kB"}));
}

TEST_CASE("three dots stand for any lines, but only as a whole line", "[transcript]") {
  CHECK(matches({"a", "...", "z"}, {"a", "b", "c", "z"}));
  CHECK(matches({"a", "...", "z"}, {"a", "z"}));
  CHECK_FALSE(matches({"a", "...", "z"}, {"a", "b"}));
  CHECK_FALSE(matches({"a ..."}, {"a b"}));
  CHECK_FALSE(matches({}, {"a"}));
}

TEST_CASE("an update writes placeholders for what differs between runs", "[transcript]") {
  CHECK(with_placeholders("2001-02-03T04:05:06.000000Z in 12 ms") == "<time> in <duration>");
  CHECK(with_placeholders("run 00e2b0a6f1507abc8def001122334455 done") == "run <id> done");
  CHECK(with_placeholders("added 3 files (12 B)") == "added 3 files (12 B)");
  CHECK(with_placeholders("2 ran, 1 skipped") == "2 ran, 1 skipped");
}
