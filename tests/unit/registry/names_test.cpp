#include "lib/registry/registry_message.hpp"
#include "lib/registry/tag_names.hpp"
#include "lib/util/error.hpp"
#include "tests/support/test.hpp"

using namespace mlo;

TEST_CASE("tags of the registry are read by GTO's grammar", "[registry]") {
  const auto version = parse_registry_tag("ads/click-rate@v1.2.0-rc.1");
  REQUIRE(version);
  CHECK(version->model == "ads/click-rate");
  CHECK(version->version->str() == "1.2.0-rc.1");
  CHECK(version->counter == 0);
  CHECK_FALSE(version->removed);
  const auto stage = parse_registry_tag("delay#eu-west#12");
  REQUIRE(stage);
  CHECK(stage->stage == "eu-west");
  CHECK(stage->counter == 12);
  CHECK(parse_registry_tag("delay#prod!#3")->removed);
  CHECK(parse_registry_tag("delay@v1.0.0!")->removed);
  CHECK(parse_registry_tag("delay#prod")->counter == 0);
  for (const char* other : {"",
                            "v1.0.0",
                            "delay",
                            "delay@1.0.0",
                            "delay@v1.0",
                            "delay#",
                            "delay#prod#",
                            "delay#prod#0",
                            "delay#prod#07",
                            "delay#prod#x",
                            "delay#prod#1#2",
                            "Delay#prod#1",
                            "delay#Prod#1",
                            "#prod#1",
                            "@v1.0.0",
                            "../x#prod#1",
                            "delay#a/b#1",
                            "delay#prod#18446744073709551615",
                            "delay@v1.0.0#x",
                            "delay@deprecated",
                            "delay@created",
                            "a#b@v1.0.0"}) {
    INFO(other);
    CHECK_FALSE(parse_registry_tag(other));
  }
}

TEST_CASE("what follows a command cannot name a model", "[registry]") {
  CHECK_NOTHROW(require_model_name("lists"));
  for (const char* word : {"list", "verify", "rollback", "history", "Delay", "a//b", "../a", "a.b", "-a", ""}) {
    INFO(word);
    CHECK_THROWS_AS(require_model_name(word), Error);
  }
  for (const char* word : {"a/b", "Prod", "latest", "", "prod#1"}) {
    INFO(word);
    CHECK_THROWS_AS(require_stage_name(word), Error);
  }
}

TEST_CASE("a trailer counts in the last paragraph only", "[registry]") {
  const std::string text = "subject\n\nA: wrong\n\nA: one\nB: two words\nA-B: c\n\n";
  CHECK(find_trailer(text, "A") == "one");
  CHECK(find_trailer(text, "B") == "two words");
  CHECK_FALSE(find_trailer(text, "C"));
  CHECK_FALSE(find_trailer("subject\n\nA: x\n\nnothing here\n", "A"));
  CHECK_FALSE(find_trailer("", "A"));
}
