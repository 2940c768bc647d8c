#include "lib/features/materialize.hpp"

#include <thread>

#include "lib/features/lookup.hpp"
#include "lib/util/lock_file.hpp"
#include "tests/unit/features/feature_project.hpp"

using namespace mlo;
using namespace mlo::features;
using namespace mlo::test;

namespace {

/// A project whose view `v` reads data/*.csv.
struct StoreProject : FeatureProject {
  explicit StoreProject(std::string_view rest = "") {
    view("  path: data/*.csv\n  timestamp_field: at\n  created_timestamp_column: known\n",
         "  - {name: x, dtype: real}\n  - {name: s, dtype: string}\n", rest);
  }

  StoreProject& data(std::string_view name, std::string_view rows) {
    write(fmt::format("data/{}.csv", name), fmt::format("airport,terminal,at,known,x,s\n{}", rows));
    return *this;
  }

  ViewResult run(const std::vector<std::string>& names = {}) {
    Workspace workspace = open();
    auto report = materialize(workspace, Definitions::load(workspace), names);
    return report.views.empty() ? ViewResult{} : std::move(report.views.front());
  }

  /// "x s STATUS" of a key.
  std::string get(const std::string& airport, UtcTime now = UtcTime::from_seconds(981'173'200)) {
    Workspace workspace = open();
    const Definitions known = Definitions::load(workspace);
    const auto store = open_online_store(workspace, false);
    const auto columns =
        look_up(known, store.get(), {{"v", "x"}, {"v", "s"}}, {{"airport", {airport}}, {"terminal", {"1"}}}, now);
    const auto text = [](const OnlineColumn& column) {
      return display(to_value(column.cells.front().value, column.type));
    };
    return fmt::format("{} {} {}", text(columns[0]), text(columns[1]), to_string(columns[0].cells.front().status));
  }

  /// All rows, as one text.
  std::string dump() {
    std::string out;
    for (int i = 0; i < 5; ++i) out += get(fmt::format("A{}", i)) + "\n";
    return out + std::to_string(open_online_store(open(), false)->find_state("v")->keys);
  }
};

}  // namespace

TEST_CASE("late rows and corrections land, and a re-run does nothing", "[features]") {
  StoreProject p;
  p.data("2", "A0,1,2001-01-02,,2,two\nA1,1,2001-01-02,,20,\n");
  const ViewResult first = p.run();
  CHECK(first.action == ViewAction::rebuild);
  CHECK(first.state.keys == 2);
  CHECK(p.get("A0") == "2 two PRESENT");
  CHECK(p.run().action == ViewAction::none);

  p.data("1", "A0,1,2001-01-01,,1,too late\nA2,1,2001-01-01,,1,fresh\n");
  const ViewResult late = p.run();
  CHECK(late.action == ViewAction::merge);
  CHECK(late.rows_read == 2);
  CHECK(late.reasons == std::vector<std::string>{"`data/1.csv` new"});
  CHECK(p.get("A0") == "2 two PRESENT");
  CHECK(p.get("A2") == "1 fresh PRESENT");

  p.data("2", "A0,1,2001-01-02,,2.5,corrected\nA1,1,2001-01-02,,20,\n");
  const ViewResult corrected = p.run();
  CHECK(corrected.action == ViewAction::merge);
  CHECK(corrected.rows_read == 2);
  CHECK(p.get("A0") == "2.5 corrected PRESENT");
  CHECK(p.get("A1") == "20 null PRESENT");
}

TEST_CASE("of two that materialize at once one waits, and finds it done", "[features]") {
  StoreProject p;
  p.data("a", "A1,1,2001-02-03 01:00,,1,one\nA2,1,2001-02-03 01:00,,2,two\n").run();
  p.data("b", "A1,1,2001-02-03 02:00,,3,three\n");
  std::vector<ViewResult> results(2);
  {
    std::vector<std::jthread> both;
    const LockFile held =
        LockFile::acquire(p.open().local() / "locks" / "online", "a test", std::chrono::milliseconds(0), p.w.world);
    for (ViewResult& result : results) both.emplace_back([&p, &result] { result = p.run(); });
    CHECK(p.get("A1") == "1 one PRESENT");  // readers do not wait, and see what was committed
  }
  CHECK((results[0].action == ViewAction::none) != (results[1].action == ViewAction::none));
  CHECK(results[0].rows_read + results[1].rows_read == 1);
  CHECK(p.get("A1") == "3 three PRESENT");
  CHECK(p.get("A2") == "2 two PRESENT");
}

TEST_CASE("a row that is gone uncovers the one before it", "[features]") {
  StoreProject p;
  p.data("1", "A0,1,2001-01-01,,1,one\n").data("2", "A0,1,2001-01-02,,2,two\n").run();
  p.data("2", "A1,1,2001-01-02,,2,two\n");
  const ViewResult result = p.run();
  CHECK(result.action == ViewAction::rebuild);
  CHECK(p.get("A0") == "1 one PRESENT");
  p.data("3", "A0,1,2001-01-03,,3,three\n").run();
  p.w.sh("rm data/3.csv");
  p.run();
  CHECK(p.get("A0") == "1 one PRESENT");
}

TEST_CASE("what is not known yet is not served, until it is", "[features]") {
  StoreProject p;
  p.data(
      "1",
      "A0,1,2001-01-01,,1,one\nA0,1,2001-02-03 04:10:00,,2,forecast\nA0,1,2001-01-02,2001-02-03 05:00,3,unwritten\n");
  const ViewResult first = p.run();
  CHECK(first.rows_future == 2);
  CHECK(p.get("A0") == "1 one PRESENT");
  CHECK(p.run().action == ViewAction::none);
  p.w.clock.advance(std::chrono::minutes(5));
  CHECK(p.run().reasons == std::vector<std::string>{"rows that lay in the future are due"});
  CHECK(p.get("A0") == "2 forecast PRESENT");
}

TEST_CASE("a status says why there is no value", "[features]") {
  StoreProject p("ttl: 1h\n");
  p.data("1", "A0,1,2001-02-03 03:00,,1,one\nA1,1,2001-02-03 04:00,,,one\n").run();
  const UtcTime edge = *parse_utc("2001-02-03T04:00:00Z");
  CHECK(p.get("A0", edge) == "1 one PRESENT");
  CHECK(p.get("A0", edge + std::chrono::microseconds(1)) == "null null OUTSIDE_MAX_AGE");
  CHECK(p.get("A1", edge) == "null one NULL_VALUE");
  CHECK(p.get("A9", edge) == "null null NOT_FOUND");
}

TEST_CASE("a changed definition rebuilds, a removed view goes", "[features]") {
  StoreProject p;
  p.data("1", "A0,1,2001-01-01,,1,one\n").run();
  p.view("  path: data/*.csv\n  timestamp_field: at\n", "  - {name: s, dtype: string}\n  - {name: x, dtype: real}\n");
  CHECK(p.error([&] { p.get("A0"); }).message() == "view `v` changed since it was materialized");
  CHECK(p.run().reasons == std::vector<std::string>{"its definition changed"});
  CHECK(p.get("A0") == "1 one PRESENT");
  p.view("  path: data/*.csv\n  timestamp_field: at\n", "  - {name: s, dtype: string}\n  - {name: x, dtype: real}\n",
         "ttl: 1h\n");
  CHECK(p.run().action == ViewAction::none);  // a ttl decides what is answered, not what is kept
  p.w.sh("rm .mlo/features/v.yaml");
  Workspace workspace = p.open();
  CHECK(materialize(workspace, Definitions::load(workspace), {}).removed == std::vector<std::string>{"v"});
  CHECK(open_online_store(workspace, false)->states().empty());
}

TEST_CASE("a failing view leaves what was there", "[features]") {
  StoreProject p;
  p.data("1", "A0,1,2001-01-01,,1,one\n").run();
  p.data("1", "A0,1,2001-01-02,,1,two\nA0,1,never,,1,three\n");
  CHECK(p.error([&] { p.run(); }).kind() == ErrorKind::invalid);
  CHECK(p.get("A0") == "1 one PRESENT");
  p.data("1", "A0,1,2001-01-02,,1,two\n").run();
  CHECK(p.get("A0") == "1 two PRESENT");
}

TEST_CASE("bringing the store up to date gives what reading everything afresh gives", "[features]") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    SeededRng rng(seed);
    StoreProject p;
    for (int step = 0; step < 6; ++step) {
      CAPTURE(step);
      const std::string name(1, static_cast<char>('a' + rng.next() % 4));
      if (rng.next() % 5 == 0) {
        p.w.sh(fmt::format("rm -f data/{}.csv", name));
      } else {
        std::string rows;
        for (std::uint64_t i = rng.next() % 6; i > 0; --i) {
          const std::string known = rng.next() % 2 == 0 ? "" : fmt::format("2001-01-0{}", rng.next() % 3 + 1);
          rows += fmt::format("A{},1,2001-01-0{},{},{},{}\n", rng.next() % 5, rng.next() % 3 + 1, known,
                              rng.next() % 100, name);
        }
        p.data(name, rows);
      }
      p.data("z", "");
      p.run();
      const std::string updated = p.dump();
      p.w.sh("rm .git/mlo/online.sqlite*");
      CHECK(p.run().action == ViewAction::rebuild);
      CHECK(p.dump() == updated);
    }
  }
}
