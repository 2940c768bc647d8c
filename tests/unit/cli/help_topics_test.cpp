// The files that help topics show are files that mlo reads.
#include "cli/help_topics.hpp"

#include "lib/manifest/features.hpp"
#include "lib/manifest/gate_policy.hpp"
#include "lib/pipeline/spec.hpp"
#include "lib/util/text.hpp"
#include "tests/support/test.hpp"

using namespace mlo;

namespace {

/// The indented files in a topic, without their indentation.
std::vector<std::string> examples_in(std::string_view topic) {
  const cli::HelpTopic* const found = cli::find_help_topic(topic);
  REQUIRE(found != nullptr);
  std::vector<std::string> files;
  bool inside = false;
  for (const std::string_view line : split_lines(found->text)) {
    const bool indented = line.starts_with("    ");
    if (indented && !inside) files.emplace_back();
    if (indented) files.back() += fmt::format("{}\n", line.substr(4));
    inside = indented;
  }
  return files;
}

}  // namespace

TEST_CASE("the example pipeline of `mlo help pipeline` is one", "[cli]") {
  const auto files = examples_in("pipeline");
  REQUIRE(files.size() == 1);
  CHECK(parse_pipeline(files[0], "mlo.yaml").stages.size() == 2);
}

TEST_CASE("the example policy of `mlo help gates` is one", "[cli]") {
  const auto files = examples_in("gates");
  REQUIRE(files.size() == 1);
  CHECK(parse_gate_policy(files[0], "prod.yaml").gates.size() == 4);
}

TEST_CASE("the example definitions of `mlo help features` are three of them", "[cli]") {
  const auto files = examples_in("features");
  REQUIRE(files.size() == 3);
  for (const std::string& file : files) CHECK_NOTHROW(parse_feature_manifest(file, "example.yaml"));
}
