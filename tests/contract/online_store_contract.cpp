#include "lib/features/online_store.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;
using namespace mlo::features;
using Begin = OnlineStore::Begin;

namespace {

const Digest kOne = *Digest::from_hex_text(std::string(64, '1'));
const Digest kTwo = *Digest::from_hex_text(std::string(64, '2'));

ViewState state_of(std::vector<StoredInput> inputs = {}, const std::string& view = "weather") {
  return {.view = view,
          .definition = kOne,
          .inputs = std::move(inputs),
          .keys = 0,
          .newest = {},
          .due = {},
          .updated = UtcTime::from_micros(77)};
}

OnlineRow row(std::int64_t event, std::string values, std::optional<std::int64_t> created = {},
              std::string input = "a.csv") {
  return {.event = event, .created = created, .input = std::move(input), .values = std::move(values)};
}

/// Each kind of store in a directory of its own.
void for_each_store(
    const std::function<void(OnlineStore&, const std::function<std::unique_ptr<OnlineStore>()>&)>& check) {
  for (const OnlineStoreKind& kind : all_online_stores()) {
    INFO(kind.name);
    const test::TempDir dir;
    CHECK(kind.open(dir.path(), /*create=*/false) == nullptr);
    const auto store = kind.open(dir.path(), /*create=*/true);
    check(*store, [&] { return kind.open(dir.path(), /*create=*/false); });
  }
}

std::string values_of(OnlineStore& store, std::string_view key, std::string_view view = "weather") {
  const auto found = store.find(view, key);
  return found ? found->values : "nothing";
}

}  // namespace

TEST_CASE("what was committed is found again, by another process too", "[features]") {
  for_each_store([](OnlineStore& store, const auto& reopen) {
    const std::string key("k\0\xff", 3), packed("v\0\xfe", 3);
    const auto update = store.begin("weather", Begin::empty);
    update->put(key, row(5, packed, 9));
    update->put("", row(-7, ""));
    ViewState made = state_of({{"a.csv", kTwo}});
    made.due = UtcTime::from_micros(99);
    const ViewState counted = update->commit(made);
    CHECK(counted.keys == 2);
    CHECK(counted.newest == UtcTime::from_micros(5));
    const auto other = reopen();
    const auto found = other->find("weather", key);
    REQUIRE(found);
    CHECK(found->event == 5);
    CHECK(found->created == 9);
    CHECK(found->values == packed);
    CHECK(found->input == "a.csv");
    CHECK(values_of(*other, "") == "");
    CHECK_FALSE(other->find("weather", "")->created);
    const auto state = other->find_state("weather");
    REQUIRE(state);
    CHECK(state->definition == kOne);
    CHECK(state->inputs == std::vector<StoredInput>{{"a.csv", kTwo}});
    CHECK(state->keys == 2);
    CHECK(state->due == UtcTime::from_micros(99));
    CHECK(state->updated == UtcTime::from_micros(77));
    CHECK(other->states().size() == 1);
    CHECK_FALSE(other->find("weather", "x"));
    CHECK_FALSE(other->find("other", key));
    CHECK_FALSE(other->find_state("other"));
  });
}

TEST_CASE("an update that is not committed was never there", "[features]") {
  for_each_store([](OnlineStore& store, const auto& reopen) {
    {
      const auto update = store.begin("weather", Begin::empty);
      update->put("k", row(1, "first"));
      CHECK(values_of(*reopen(), "k") == "nothing");
      update->commit(state_of());
    }
    CHECK(values_of(*reopen(), "k") == "first");
    {
      const auto update = store.begin("weather", Begin::merge);
      update->put("k", row(2, "second"));
      update->put("l", row(2, "second"));
    }
    {
      const auto update = store.begin("weather", Begin::empty);
      update->put("m", row(2, "third"));
      CHECK(values_of(*reopen(), "k") == "first");
    }
    CHECK(values_of(store, "k") == "first");
    CHECK(values_of(store, "l") == "nothing");
    CHECK(store.find_state("weather")->keys == 1);
  });
}

TEST_CASE("the latest row of a key stays, by event, creation and input", "[features]") {
  for_each_store([](OnlineStore& store, const auto&) {
    struct Case {
      OnlineRow kept, next;
      bool replaced;
    };
    const std::vector<Case> cases = {
        {row(1, "old"), row(2, "new"), true},
        {row(2, "old", 9), row(1, "new", 99), false},
        {row(1, "old"), row(1, "new"), true},
        {row(1, "old", 5), row(1, "new", 6), true},
        {row(1, "old", 6), row(1, "new", 5), false},
        {row(1, "old"), row(1, "new", -5), true},
        {row(1, "old", -5), row(1, "new"), false},
        {row(1, "old", 5, "b.csv"), row(1, "new", 5, "a.csv"), false},
        {row(1, "old", 5, "a.csv"), row(1, "new", 5, "b.csv"), true},
        {row(1, "old", 5, "b.csv"), row(1, "new", 6, "a.csv"), true},
    };
    for (std::size_t i = 0; i < cases.size(); ++i) {
      INFO(i);
      CHECK(supersedes(cases[i].next, cases[i].kept) == cases[i].replaced);
      for (const bool at_once : {true, false}) {
        const std::string view = fmt::format("v{}{}", i, at_once);
        auto update = store.begin(view, Begin::empty);
        update->put("k", cases[i].kept);
        if (!at_once) {
          update->commit(state_of({{"a.csv", kOne}, {"b.csv", kOne}}, view));
          update.reset();
          update = store.begin(view, Begin::merge);
        }
        update->put("k", cases[i].next);
        update->commit(state_of({{"a.csv", kOne}, {"b.csv", kOne}}, view));
        update.reset();
        CHECK(values_of(store, "k", view) == (cases[i].replaced ? "new" : "old"));
      }
    }
  });
}

TEST_CASE("rows of a retired input give way to rows as late as they are", "[features]") {
  for_each_store([](OnlineStore& store, const auto&) {
    {
      const auto update = store.begin("weather", Begin::empty);
      update->put("k", row(5, "old"));
      update->put("l", row(5, "other", {}, "b.csv"));
      update->commit(state_of({{"a.csv", kOne}, {"b.csv", kOne}}));
    }
    {
      const auto update = store.begin("weather", Begin::merge);
      CHECK_FALSE(update->has_retired());
      update->retire("a.csv");
      CHECK(update->has_retired());
      update->put("k", row(4, "too early"));
      CHECK(update->has_retired());
      update->put("k", row(5, "corrected"));
      CHECK_FALSE(update->has_retired());
      update->commit(state_of({{"a.csv", kTwo}, {"b.csv", kOne}}));
    }
    CHECK(values_of(store, "k") == "corrected");
    CHECK(values_of(store, "l") == "other");
    CHECK(store.find_state("weather")->inputs == std::vector<StoredInput>{{"a.csv", kTwo}, {"b.csv", kOne}});
  });
}

TEST_CASE("views do not see each other, and one can go", "[features]") {
  for_each_store([](OnlineStore& store, const auto& reopen) {
    for (const char* view : {"weather", "a/view.of-many"}) {
      const auto update = store.begin(view, Begin::empty);
      update->put("k", row(1, view));
      update->commit(state_of({}, view));
    }
    CHECK(values_of(store, "k", "a/view.of-many") == "a/view.of-many");
    CHECK(store.states().front().view == "a/view.of-many");
    CHECK(store.remove("weather"));
    CHECK_FALSE(store.remove("weather"));
    CHECK(values_of(*reopen(), "k") == "nothing");
    CHECK(values_of(*reopen(), "k", "a/view.of-many") == "a/view.of-many");
    // Rebuilding one leaves nothing of what it was.
    const auto update = store.begin("a/view.of-many", Begin::empty);
    update->put("l", row(1, "l"));
    update->commit(state_of({}, "a/view.of-many"));
    CHECK(values_of(*reopen(), "k", "a/view.of-many") == "nothing");
  });
}
