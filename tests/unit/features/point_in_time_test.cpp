#include "tests/unit/features/feature_project.hpp"

using namespace mlo;
using namespace mlo::features;
using namespace mlo::test;

namespace {

constexpr const char* kSource = "  path: data/*.csv\n  timestamp_field: at\n  created_timestamp_column: known\n";
constexpr const char* kFeatures =
    "  - {name: x, dtype: real}\n  - {name: \"n\", dtype: integer}\n  - {name: label, dtype: string}\n";

/// Random tables over few keys and few moments, so that ties, late rows and edges of the ttl are frequent.
class RandomTables {
 public:
  explicit RandomTables(std::uint64_t seed) : rng_(seed) {}

  std::string spine(std::size_t rows) {
    std::string text = "id,airport,terminal,event_timestamp,note\n";
    for (std::size_t i = 0; i < rows; ++i)
      text += fmt::format("{},{},{},\"row, {}\"\n", i, key(), time(20), rng_.next() % 3);
    return text;
  }

  std::string features(std::size_t rows) {
    std::string text = "airport,terminal,at,known,x,n,label\n";
    for (std::size_t i = 0; i < rows; ++i) {
      text +=
          fmt::format("{},{},{},{},{},{}\n", key(), time(20), time(4), value("{}.5"), value("-{}"), value("text {}"));
    }
    return text;
  }

 private:
  std::string key() {
    const std::string airport = rng_.next() % 20 == 0 ? "" : fmt::format("A{}", rng_.next() % 3);
    return airport + "," + (rng_.next() % 20 == 0 ? "" : std::to_string(rng_.next() % 2));
  }
  std::string time(std::uint64_t null_one_in) {
    if (rng_.next() % null_one_in == 0) return "";
    const std::uint64_t minute = rng_.next() % 40;
    return fmt::format("2001-02-03 04:{:02}:00", minute);
  }
  std::string value(const char* pattern) {
    return rng_.next() % 5 == 0 ? "" : fmt::format(fmt::runtime(pattern), rng_.next() % 1000);
  }
  SeededRng rng_;
};

/// What the engine's own SQL answers.
std::string oracle(const fs::path& dir, std::int64_t ttl_seconds, Knowledge knowledge) {
  const std::string types =
      "header = true, columns = {'airport': 'VARCHAR', 'terminal': 'BIGINT', 'seen': 'TIMESTAMP', 'known': "
      "'TIMESTAMP', "
      "'x': 'DOUBLE', 'n': 'BIGINT', 'label': 'VARCHAR'}";
  return fmt::format(
      "WITH s AS (SELECT row_number() OVER () AS i, * FROM read_csv('{0}/spine.csv', columns = {{'id': 'BIGINT', "
      "'airport': 'VARCHAR', 'terminal': 'BIGINT', 'event_timestamp': 'TIMESTAMP', 'note': 'VARCHAR'}}, header = "
      "true)),"
      " f AS (SELECT row_number() OVER () AS m, * FROM read_csv('{0}/data/a.csv', {1}) UNION ALL SELECT 1000 + "
      "row_number() OVER (), * FROM read_csv('{0}/data/b.csv', {1})),"
      " j AS (SELECT s.i, f.*, row_number() OVER (PARTITION BY s.i ORDER BY seen DESC, known DESC NULLS LAST, m DESC) "
      "AS r"
      " FROM s JOIN f USING (airport, terminal) WHERE seen <= event_timestamp AND ({2} = 0 OR seen >= event_timestamp "
      "- "
      "to_seconds({2})) AND ({3} OR known IS NULL OR known <= event_timestamp))"
      " SELECT CAST(id AS VARCHAR), note, CAST(x AS VARCHAR), CAST(n AS VARCHAR), label FROM s LEFT JOIN (FROM j WHERE "
      "r = 1) AS best ON s.i = best.i ORDER BY s.i",
      dir.native(), types, ttl_seconds, knowledge == Knowledge::event_only ? "true" : "false");
}

}  // namespace

TEST_CASE("the join answers as the engine's SQL does, on random tables", "[features]") {
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    CAPTURE(seed);
    FeatureProject p;
    RandomTables random(seed);
    const std::int64_t ttl = seed % 3 == 0 ? 0 : static_cast<std::int64_t>(seed % 7) * 60;
    const Knowledge knowledge = seed % 2 == 0 ? Knowledge::at_the_time : Knowledge::event_only;
    p.view(kSource, kFeatures, fmt::format("ttl: {}\n", ttl));
    p.write("spine.csv", random.spine(150))
        .write("data/a.csv", random.features(120))
        .write("data/b.csv", random.features(80));
    TrainRequest request;
    request.knowledge = knowledge;
    const TrainReport report = p.train({"v:x", "v:n", "v:label"}, request, "spine.csv", "out.parquet");
    CHECK(report.rows == 150);
    CHECK(report.views[0].present + report.views[0].outside_ttl + report.views[0].not_found == 150);
    const auto got =
        p.query(fmt::format("SELECT CAST(id AS VARCHAR), note, CAST(x AS VARCHAR), CAST(n AS VARCHAR), "
                            "label FROM '{}'",
                            (p.w.dir / "out.parquet").native()));
    const auto expected = p.query(oracle(p.w.dir.path(), ttl, knowledge));
    REQUIRE(got.size() == expected.size());
    for (std::size_t i = 0; i < got.size(); ++i) CHECK(got[i] == expected[i]);
  }
}

TEST_CASE("a ttl includes the moment on its edge, and a row counts from the microsecond it is known", "[features]") {
  FeatureProject p;
  p.view(kSource, kFeatures, "ttl: 10s\n");
  p.write("data/a.csv",
          "airport,terminal,at,known,x,n,label\n"
          "A,1,2001-02-03 04:05:06,2001-02-03 04:05:08.000001,1,1,late\n"
          "B,1,2001-02-03 04:05:06,,2,,\n");
  p.write("spine.csv",
          "airport,terminal,event_timestamp\n"
          "A,1,2001-02-03 04:05:08\nA,1,2001-02-03 04:05:08.000001\nA,1,2001-02-03 04:05:16\n"
          "A,1,2001-02-03 04:05:16.000001\nB,1,2001-02-03T04:05:05.999999Z\nB,1,2001-02-03T05:05:06+01:00\n");
  const TrainReport report = p.train({"v:x", "v:label"});
  CHECK(p.read("out.csv") ==
        "airport,terminal,event_timestamp,x,label\n"
        "A,1,2001-02-03 04:05:08,,\nA,1,2001-02-03 04:05:08.000001,1.0,late\nA,1,2001-02-03 04:05:16,1.0,late\n"
        "A,1,2001-02-03 04:05:16.000001,,\nB,1,2001-02-03T04:05:05.999999Z,,\nB,1,2001-02-03T05:05:06+01:00,2.0,\n");
  CHECK(report.views[0].outside_ttl == 1);
  CHECK(report.views[0].not_found == 2);
}

TEST_CASE("a null is the answer of its row, not a reason to look further back", "[features]") {
  FeatureProject p;
  p.view("  path: data/a.csv\n  timestamp_field: at\n", kFeatures);
  p.write("data/a.csv",
          "airport,terminal,at,x,n,label\nA,1,2001-02-03,1,1,old\nA,1,2001-02-04,,2,\nA,1,2001-02-04,3,,tied\n");
  p.write("spine.csv", "airport,terminal,event_timestamp\nA,1,2001-02-03 12:00\nA,1,2001-02-04\n");
  p.train({"v:x", "v:n", "v:label"});
  CHECK(p.read("out.csv") ==
        "airport,terminal,event_timestamp,x,n,label\nA,1,2001-02-03 12:00,1.0,1,old\nA,1,2001-02-04,3.0,,tied\n");
}

TEST_CASE("every spine row comes out once, in order, with the text it had", "[features]") {
  FeatureProject p;
  p.view("  path: data/a.csv\n  timestamp_field: at\n");
  p.write("data/a.csv", "airport,terminal,at,x\nA,1,2001-02-03,1\n");
  std::string spine = "zip,airport,terminal,event_timestamp\n", expected = "zip,airport,terminal,event_timestamp,x\n";
  for (int i = 0; i < 70'000; ++i) {
    const std::string row = fmt::format("{:05},A,{},2001-02-0{}", i % 1000, i % 2, i % 5 + 1);
    spine += row + "\n";
    expected += row + (i % 2 == 1 && i % 5 >= 2 ? ",1.0\n" : ",\n");
  }
  p.write("spine.csv", spine);
  p.train({"v:x"});
  CHECK((p.read("out.csv") == expected));
}

TEST_CASE("the same input gives the same bytes, on any number of threads", "[features]") {
  FeatureProject p;
  RandomTables random(7);
  p.view(kSource, kFeatures);
  p.write("spine.csv", random.spine(40'000))
      .write("data/a.csv", random.features(30'000))
      .write("data/b.csv", "airport,terminal,at,known,x,n,label\n");
  std::string first;
  for (const unsigned threads : {1U, 2U, 4U, 4U}) {
    p.w.world.threads = threads;
    p.train({"v:x", "v:n", "v:label"}, {}, "spine.csv", "out.parquet");
    if (first.empty()) first = p.read("out.parquet");
    CHECK((p.read("out.parquet") == first));
  }
}

TEST_CASE("two columns of one name are an error that says so", "[features]") {
  FeatureProject p;
  p.view("  path: data/a.csv\n  timestamp_field: at\n", "  - {name: x, dtype: real}\n  - {name: Note, dtype: real}\n");
  p.define("w.yaml",
           "mlo: view/1\nname: w\nentities: [airport]\nsource: {path: data/a.csv, timestamp_field: at}\n"
           "features: [{name: x, dtype: real}]\n");
  p.write("data/a.csv", "airport,terminal,at,x,Note\nA,1,2001-02-03,1,2\n");
  p.write("spine.csv", "airport,terminal,event_timestamp,note\nA,1,2001-02-04,n\n");
  CHECK(p.error([&] { p.train({"v:x", "w:x"}); }).message() == "two columns named `x`: of view `v` and of view `w`");
  CHECK(p.error([&] { p.train({"v:Note"}); }).message() == "two columns named `Note`: of `spine.csv` and of view `v`");
  TrainRequest request;
  request.names = ColumnNames::full;
  p.train({"v:x", "w:x", "v:Note"}, request);
  CHECK(p.read("out.csv").starts_with("airport,terminal,event_timestamp,note,v__x,v__Note,w__x\n"));
}

TEST_CASE("a spine may call join keys and time otherwise", "[features]") {
  FeatureProject p;
  p.view("  path: data/a.csv\n  timestamp_field: at\n  field_mapping: {code: airport, value: x}\n");
  p.write("data/a.csv", "code,terminal,at,value\nJFK,1,2001-02-03,7\n");
  p.write("spine.csv", "origin,gate,departure\nJFK,1,2001-02-04\n");
  TrainRequest request;
  request.timestamp = "departure";
  request.key_columns = {{"airport", "origin"}, {"terminal", "gate"}};
  p.train({"v:x"}, request);
  CHECK(p.read("out.csv") == "origin,gate,departure,x\nJFK,1,2001-02-04,7.0\n");
}

TEST_CASE("Parquet, CSV and JSON lines give the same features", "[features]") {
  FeatureProject p;
  p.write("spine.csv", "airport,terminal,event_timestamp\nA,1,2001-02-04\nB,2,2001-02-04\n");
  const std::string features =
      "  - {name: x, dtype: real}\n  - {name: \"n\", dtype: integer}\n  - {name: s, dtype: string}\n  - {name: f, "
      "dtype: boolean}\n"
      "  - {name: d, dtype: date}\n  - {name: t, dtype: timestamp}\n";
  p.write("a.csv",
          "airport,terminal,at,x,n,s,f,d,t\nA,1,2001-02-03T04:00:00Z,1.5,-7,\"a,b\",true,2001-01-01,2001-01-01 "
          "00:00:01+01:00\n"
          "B,2,2001-02-03T04:00:00Z,nan,,,false,,\n");
  p.write(
      "a.jsonl",
      R"({"airport": "A", "terminal": 1, "at": "2001-02-03T04:00:00Z", "x": 1.5, "n": -7, "s": "a,b", "f": true, "d": "2001-01-01", "t": "2001-01-01 00:00:01+01:00"})"
      "\n"
      R"({"airport": "B", "terminal": 2, "at": "2001-02-03T04:00:00Z", "x": "nan", "n": null, "f": false})"
      "\n");
  std::string expected =
      "airport,terminal,event_timestamp,x,n,s,f,d,t\nA,1,2001-02-04,1.5,-7,\"a,b\",true,2001-01-01,2000-12-31 "
      "23:00:01+00\nB,2,2001-02-04,nan,,,false,,\n";
  for (const char* name : {"a.csv", "a.jsonl"}) {
    CAPTURE(name);
    p.view(fmt::format("  path: {}\n  timestamp_field: at\n", name), features);
    p.train({"v:x", "v:n", "v:s", "v:f", "v:d", "v:t"});
    CHECK(p.read("out.csv") == expected);
  }
  // What was written is a source itself.
  p.write("all.csv", "airport,terminal,event_timestamp\nA,1,2001-02-05\nB,2,2001-02-05\n");
  p.train({"v:x", "v:n", "v:s", "v:f", "v:d", "v:t"}, {}, "all.csv", "all.parquet");
  p.view("  path: all.parquet\n  timestamp_field: event_timestamp\n", features);
  p.write("spine.csv", "airport,terminal,event_timestamp\nA,1,2001-02-06\nB,2,2001-02-06\n");
  p.train({"v:x", "v:n", "v:s", "v:f", "v:d", "v:t"});
  CHECK(p.read("out.csv") == replace_all(expected, "2001-02-04", "2001-02-06"));
}

TEST_CASE("a value that is not of its type is an error that names file, row and column", "[features]") {
  FeatureProject p;
  p.view("  path: a.csv\n  timestamp_field: at\n", kFeatures);
  p.write("spine.csv", "airport,terminal,event_timestamp\nA,1,2001-02-04\n");
  const auto says = [&](std::string_view row) {
    p.write("a.csv", fmt::format("airport,terminal,at,x,n,label\nA,1,2001-02-03,1,2,ok\n{}\n", row));
    return p.error([&] { p.train({"v:x", "v:n"}); }).message();
  };
  CHECK(says("A,1,2001-02-03,1,2.5,x") == "view `v`: row 2 of `a.csv`: column `n`: `2.5` is no integer");
  CHECK(says("A,1,2001-02-03,much,2,x") == "view `v`: row 2 of `a.csv`: column `x`: `much` is no real");
  CHECK(says("A,1,yesterday,1,2,x") == "view `v`: row 2 of `a.csv`: column `at`: `yesterday` is no timestamp");
  CHECK(says("A,1,infinity,1,2,x").find("row 2 of `a.csv`: column `at`") != std::string::npos);
  CHECK(says("A,one,2001-02-03,1,2,x") == "view `v`: row 2 of `a.csv`: column `terminal`: `one` is no integer");
  p.write("a.csv", "airport,terminal,at,x\nA,1,2001-02-03,1\n");
  CHECK(p.error([&] { p.train({"v:n"}); }).message() == "view `v`: `a.csv` has no column `n`");
  p.write("a.csv", "airport,terminal,at,x,n,label\n")
      .write("spine.csv", "airport,terminal,event_timestamp\nA,1,2001-02-04\nA,1,soon\n");
  CHECK(p.error([&] { p.train({"v:x"}); }).message() ==
        "row 2 of `spine.csv`: column `event_timestamp`: `soon` is no timestamp");
  CHECK_FALSE(fs::exists(p.w.dir / "out.csv"));
}

TEST_CASE("Parquet is read and written by many threads, and the answers and the bytes stay the same", "[features]") {
  FeatureProject p;
  RandomTables random(11);
  p.define("w.yaml",
           "mlo: view/1\nname: w\nentities: [airport]\nsource: {path: none.csv, timestamp_field: at}\n"
           "features: [{name: x, dtype: real}]\n");
  // Far more rows than moments, so that nearly all of them are tied and only their places tell them apart.
  p.write("none.csv", "airport,terminal,at,x\n")
      .write("data/a.csv", random.features(260'000))
      .write("data/b.csv", random.features(1'000))
      .write("spine.csv", random.spine(250'000));
  TrainRequest rename;
  rename.names = ColumnNames::full;
  for (const char* name : {"data/a", "data/b", "spine"}) {
    rename.timestamp = name == std::string_view("spine") ? "event_timestamp" : "at";
    p.train({"w:x"}, rename, fmt::format("{}.csv", name), fmt::format("{}.parquet", name));
  }
  for (const Knowledge knowledge : {Knowledge::at_the_time, Knowledge::event_only}) {
    TrainRequest request;
    request.knowledge = knowledge;
    p.view(kSource, kFeatures, "ttl: 600\n");
    const TrainReport expected = p.train({"v:x", "v:n", "v:label"}, request, "spine.csv", "expected.csv");
    p.view(replace_all(kSource, "csv", "parquet"), kFeatures, "ttl: 600\n");
    const auto rows_of = [&](const std::string& scan) {
      return p.query("SELECT CAST(id AS VARCHAR), CAST(x AS VARCHAR), CAST(n AS VARCHAR), label FROM " + scan);
    };
    const auto rows = rows_of(
        fmt::format("read_csv('{}', types = {{'id': 'BIGINT', 'x': 'DOUBLE', 'n': 'BIGINT', 'label': 'VARCHAR'}})",
                    (p.w.dir / "expected.csv").native()));
    std::string first;
    for (const unsigned threads : {1U, 2U, 4U, 4U}) {
      CAPTURE(threads);
      p.w.world.threads = threads;
      const TrainReport report = p.train({"v:x", "v:n", "v:label"}, request, "spine.parquet", "out.parquet");
      CHECK(report.views[0].rows_skipped == expected.views[0].rows_skipped);
      CHECK(report.views[0].present == expected.views[0].present);
      CHECK(report.views[0].outside_ttl == expected.views[0].outside_ttl);
      CHECK((rows_of(fmt::format("'{}'", (p.w.dir / "out.parquet").native())) == rows));
      if (first.empty()) first = p.read("out.parquet");
      CHECK((p.read("out.parquet") == first));
    }
  }
}

TEST_CASE("a column may have the name that the engine gives to row numbers", "[features]") {
  FeatureProject p;
  p.view("  path: data/a.csv\n  timestamp_field: at\n", "  - {name: x, dtype: real}\n");
  p.write("data/a.csv", "airport,terminal,at,x\nA,1,2001-02-03,1\nA,1,2001-02-03,2\n");
  p.write("spine.csv",
          "airport,terminal,event_timestamp,File_Row_Number\nA,1,2001-02-04,7\nB,1,2001-02-04,7\nA,1,2001-02-05,7\n");
  p.train({"v:x"}, {}, "spine.csv", "spine.parquet");
  p.view("  path: spine.parquet\n  timestamp_field: event_timestamp\n  field_mapping: {x: value}\n",
         "  - {name: value, dtype: real}\n");
  p.train({"v:value"}, {}, "spine.parquet", "out.csv");
  CHECK(p.read("out.csv") ==
        "airport,terminal,event_timestamp,File_Row_Number,x,value\nA,1,2001-02-04,7,2.0,2.0\nB,1,2001-02-04,7,,\n"
        "A,1,2001-02-05,7,2.0,2.0\n");
}

TEST_CASE("of several bad rows in Parquet the first one is named", "[features]") {
  FeatureProject p;
  p.view("  path: data/a.csv\n  timestamp_field: at\n");
  p.write("data/a.csv", "airport,terminal,at,x\nA,1,2001-02-03,1\n");
  std::string spine = "airport,terminal,event_timestamp,when\n";
  for (int i = 0; i < 300'000; ++i)
    spine += i > 0 && i % 100'000 == 0 ? "A,1,2001-02-04,soon\n" : "A,1,2001-02-04,2001-02-03 x\n";
  p.write("spine.csv", replace_all(spine, " x", ""));
  p.train({"v:x"}, {}, "spine.csv", "many.parquet");
  p.view("  path: many.parquet\n  timestamp_field: when\n");
  p.w.world.threads = 4;
  CHECK(p.error([&] { p.train({"v:x"}); }).message() ==
        "view `v`: row 100001 of `many.parquet`: column `when`: `soon` is no timestamp");
}

TEST_CASE("a stop after the join leaves no training set, and nothing else", "[features]") {
  struct StopsAtEnd : Progress {  // as if the user typed Ctrl-C when the last view was joined
    struct Task : ProgressTask {
      explicit Task(std::stop_source& stop) : stop_(stop) {}
      ~Task() override { stop_.request_stop(); }
      void advance(std::uint64_t) override {}
      std::stop_source& stop_;
    };
    explicit StopsAtEnd(std::stop_source& stop) : stop_(stop) {}
    std::unique_ptr<ProgressTask> start(std::string, ProgressUnit, std::uint64_t) override {
      return std::make_unique<Task>(stop_);
    }
    std::stop_source& stop_;
  };
  FeatureProject p;
  p.view("  path: v.csv\n  timestamp_field: at\n");
  p.write("v.csv", "airport,terminal,at,x\nJFK,1,2001-01-01,1.5\n");
  p.write("spine.csv", "airport,terminal,event_timestamp\nJFK,1,2001-01-02\n");
  StopsAtEnd progress(p.w.stop);
  World world{p.w.clock, p.w.rng, p.w.env, p.w.log, progress, p.w.stop.get_token(), 2, p.w.dir.path()};
  Workspace workspace = Workspace::open(world);
  const auto known = features::Definitions::load(workspace);
  TrainRequest request;
  request.spine = p.w.dir / "spine.csv";
  request.spine_label = "spine.csv";
  request.output = p.w.dir / "out.parquet";
  request.output_label = "out.parquet";
  request.features = known.resolve({"v:x"});
  const std::string before = p.w.sh("ls -A");
  const Error error = p.error([&] { build_training_set(workspace, known, request); });
  CHECK(error.kind() == ErrorKind::interrupted);
  CHECK(error.message() == "interrupted");
  CHECK(p.w.sh("ls -A") == before);
}
