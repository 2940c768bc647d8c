#include "lib/registry/stage_message.hpp"

#include "lib/util/error.hpp"
#include "lib/util/fs.hpp"
#include "tests/support/test.hpp"

using namespace mlo;

namespace {

/// The example of the documentation: what stands between its fences.
std::string documented_message() {
  const std::string readme = read_file("schemas/README.md"), fence = "```tag delay#prod#7\n";
  const std::size_t begin = readme.find(fence) + fence.size();
  return readme.substr(begin, readme.find("```", begin) - begin);
}

std::string refusal(const std::string& message, std::string_view tag) {
  try {
    read_stage_message(message, tag);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::verdict);
    return error.message();
  }
  return "accepted";
}

}  // namespace

// tests/golden/decode.py reads the same messages by the words of schemas/README.md alone.
TEST_CASE("the message of a promotion's tag is byte for byte what format 1 says", "[registry]") {
  const std::string text = read_file("tests/golden/gate-report.yaml"), golden = read_file("tests/golden/promotion.tag");
  CHECK(promotion_message(parse_gate_report(text, "report"), "delay#prod#3") == golden);
  const StageMessage read = read_stage_message(golden, "delay#prod#3");
  CHECK(read.document == text);
  CHECK_FALSE(read.rollback);

  const std::string documented = documented_message();
  const StageMessage example = read_stage_message(documented, "delay#prod#7");
  CHECK(promotion_message(parse_gate_report(example.document, "example"), "delay#prod#7") == documented);
}

TEST_CASE("the message of a rollback's tag is byte for byte what format 1 says", "[registry]") {
  const std::string text = read_file("tests/golden/rollback.yaml"), golden = read_file("tests/golden/rollback.tag");
  CHECK(rollback_message(parse_rollback(text, "rollback"), "delay#prod#4") == golden);
  const StageMessage read = read_stage_message(golden, "delay#prod#4");
  CHECK(read.document == text);
  CHECK(read.rollback);
}

TEST_CASE("a stage message that was altered or moved to another tag does not count", "[registry]") {
  const std::string golden = read_file("tests/golden/promotion.tag");
  std::string altered = golden;
  altered.replace(altered.find("candidate: 0.5"), 14, "candidate: 0.9");
  CHECK(refusal(altered, "delay#prod#3") == "its report was altered");
  CHECK(refusal(golden, "delay#prod#4") == "its message is that of another tag");
  CHECK(refusal("promote delay v1.2.0 to prod\n", "delay#prod#3").starts_with("its message holds no report"));
}
