#include "lib/pipeline/verify_compare.hpp"

#include "lib/crypto/sha256.hpp"
#include "lib/util/text.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

namespace {

std::string metric_difference(std::string_view before, std::string_view now, double tolerance) {
  return find_metric_difference(before, now, "m.json", tolerance).value_or("none");
}

/// One output in memory: "" a file, else the files of a directory.
OutputSide memory(std::map<std::string, std::string> files) {
  OutputSide side;
  const bool directory = !files.contains("");
  std::string all;
  for (const auto& [name, text] : files) all += name + "\n" + text + "\n";
  side.content = Content{sha256(directory ? all : files[""]), directory, false, 0, files.size()};
  side.list = [files] {
    std::map<std::string, OutputSide::Leaf> leaves;
    for (const auto& [name, text] : files) leaves.emplace(name, OutputSide::Leaf{sha256(text), text.size()});
    return leaves;
  };
  side.read = [files](const std::string& below, const OutputSide::Leaf&) -> std::optional<std::string> {
    const auto it = files.find(below);
    return it == files.end() ? std::nullopt : std::optional(it->second);
  };
  return side;
}

OutputSide nothing() {
  OutputSide side = memory({{"", ""}});
  side.content.reset();
  return side;
}

}  // namespace

TEST_CASE("numbers of metrics files may be as far apart as was allowed, relative to the larger", "[verify]") {
  CHECK(metric_difference(R"({"auc": 0.8})", R"({"auc": 0.8000001})", 1e-6) == "none");
  CHECK(metric_difference(R"({"auc": 0.8})", R"({"auc": 0.801})", 1e-6) == "`auc` 0.8 -> 0.801");
  CHECK(metric_difference(R"({"n": 1000000})", R"({"n": 1000001})", 2e-6) == "none");
  CHECK(metric_difference(R"({"n": 1})", R"({"n": 1.0})", 0) == "none");
  CHECK(metric_difference(R"({"x": 0})", R"({"x": 1e-30})", 0.5) == "`x` 0 -> 1e-30");
  CHECK(metric_difference(R"({"x": 1})", R"({"x": -1})", 0.9) == "`x` 1 -> -1");
  CHECK(find_metric_difference("x: .nan\n", "x: .nan\n", "m.yaml", 0.1) == std::nullopt);
  CHECK(find_metric_difference("x: .inf\n", "x: 1\n", "m.yaml", 0.1) == "`x` inf -> 1");
  CHECK(find_metric_difference("x: .inf\n", "x: -.inf\n", "m.yaml", 0.1) == "`x` inf -> -inf");
}

TEST_CASE("what is no number must be the same, whatever the tolerance", "[verify]") {
  CHECK(metric_difference(R"({"a": {"b": [1, 2]}})", R"({"a": {"b": [1, 2.5]}})", 0.01) == "`a/b/1` 2 -> 2.5");
  CHECK(metric_difference(R"({"a": [1]})", R"({"a": [1, 1]})", 0.5) == "`a` [1] -> [1,1]");
  CHECK(metric_difference(R"({"a": 1, "b": 2})", R"({"a": 1})", 0.5) == "`b` 2 -> nothing");
  CHECK(metric_difference(R"({"a": 1})", R"({"a": 1, "b": 2})", 0.5) == "`b` nothing -> 2");
  CHECK(metric_difference(R"({"a": 1})", R"({"a": "1"})", 0.5) == "`a` 1 -> 1");
  CHECK(metric_difference(R"({"model": "gbt"})", R"({"model": "rf"})", 0.5) == "`model` gbt -> rf");
  CHECK_THROWS(metric_difference("{", "{}", 0.5));
}

TEST_CASE("a diff shows the lines that differ and no more than a few", "[verify]") {
  CHECK(short_diff("a\nb\nc\n", "a\nx\nc\n") == std::vector<std::string>{"-b", "+x"});
  CHECK(short_diff("a\nc\n", "a\nb\nc\n") == std::vector<std::string>{"+b"});
  CHECK(short_diff("a\nb\n", "a\n") == std::vector<std::string>{"-b"});
  CHECK(short_diff("a\na\n", "a\n") == std::vector<std::string>{"-a"});
  CHECK(short_diff("", "") == std::vector<std::string>{});
  std::string many;
  for (int i = 0; i < 100; ++i) many += std::to_string(i) + "\n";
  const auto long_diff = short_diff("", many);
  REQUIRE(long_diff.size() == 6);
  CHECK(long_diff.front() == "+0");
  CHECK(long_diff.back() == "+ .. 95 lines more");
  CHECK(short_diff("\x1b[31mred\n", "x\n").front() == "-\\x1b[31mred");
  CHECK(short_diff(std::string(1000, 'a'), "").front().size() == 163);
}

TEST_CASE("an output that differs is named with the place where it does", "[verify]") {
  const auto text = [](const std::string& a, const std::string& b, double tolerance = 0) {
    return compare_outputs("out.json", memory({{"", a}}), memory({{"", b}}), tolerance);
  };
  CHECK(text("a\n", "a\n").verdict == Reproduction::identical);
  const OutputComparison lines = text("a\nb\n", "a\nc\n");
  CHECK(lines.verdict == Reproduction::different);
  CHECK(lines.what == "`out.json` differs, first at line 2");
  CHECK(lines.diff == std::vector<std::string>{"-b", "+c"});
  const OutputComparison bytes = text(std::string("\xff\x00\x01", 3), std::string("\xff\x00\x02", 3));
  CHECK(bytes.what == "`out.json` differs, first at byte 2");
  CHECK(bytes.diff.empty());
  CHECK(text(R"({"a": 1})", R"({"a": 1.0000001})", 1e-3).verdict == Reproduction::within_tolerance);
  CHECK(text(R"({"a": 1})", R"({"a": 2})", 1e-3).what == "`out.json`: `a` 1 -> 2, more than 0.001 apart");
  CHECK(text("{", "}", 1e-3).verdict == Reproduction::different);
  CHECK(compare_outputs("o", memory({{"", "a"}}), nothing(), 0).what == "`o` is not written any more");
  CHECK(compare_outputs("o", memory({{"", "a"}}), memory({{"a", "a"}}), 0).what == "`o` is a directory now");
}

TEST_CASE("of a directory the first file that differs is named, and how many more", "[verify]") {
  const OutputSide before = memory({{"a", "1"}, {"b", "2"}, {"d/c", "3"}});
  const OutputComparison found = compare_outputs("o", before, memory({{"a", "1"}, {"b", "x"}, {"e", "3"}}), 0.5);
  CHECK(found.verdict == Reproduction::different);
  CHECK(found.what == "`o/b` differs, first at line 1, and 2 files more");
  CHECK(found.diff == std::vector<std::string>{"-2", "+x"});
  CHECK(compare_outputs("o", before, memory({{"a", "1"}, {"b", "2"}}), 0).what == "`o/d/c` is not written any more");
  CHECK(compare_outputs("o", memory({{"a", "1"}}), memory({{"a", "1"}, {"b", "2"}}), 0).what == "`o/b` is new");
}

TEST_CASE("what the store lacks of the recorded output is told by its digests", "[verify]") {
  test::TestWorld world;
  world.dir.write("now/a", "1");
  const ObjectStore store(world.dir / "store");
  const Content gone{sha256("gone"), true, false, 3, 1}, here{sha256("here"), true, false, 1, 1};
  const OutputComparison found =
      compare_outputs("now", stored_output(store, gone), output_on_disk(world.world, world.dir.path(), "now", here), 0);
  CHECK(found.verdict == Reproduction::different);
  CHECK(found.what == fmt::format("`now` {} -> {}", gone.id.brief(), here.id.brief()));
}
