#include "tests/unit/features/feature_project.hpp"

using namespace mlo;
using namespace mlo::features;
using namespace mlo::test;

namespace {

/// A view over `sql` with the tables `obs` and `more`.
struct QueryProject : FeatureProject {
  QueryProject() {
    write("data/obs.csv", "airport,terminal,seen,x\nA,1,2001-02-03,1\nA,1,2001-02-03,3\nB,2,2001-02-03,5\n");
    write("data/more.csv", "airport,factor\nA,10\nB,100\n");
    write("secret.csv", "airport,terminal,seen,x\nA,1,2001-02-03,666\n");
    write("spine.csv", "airport,terminal,event_timestamp\nA,1,2001-02-04\nB,2,2001-02-04\n");
  }
  QueryProject& query(std::string_view sql) {
    std::string indented = "    " + replace_all(sql, "\n", "\n    ");
    view(
        fmt::format("  sql: |\n{}\n  tables: {{obs: data/obs.csv, more: {{path: [data/more.csv]}}}}\n  "
                    "timestamp_field: seen\n",
                    indented));
    return *this;
  }
  std::string refused(std::string_view sql) {
    INFO(sql);
    query(sql);
    const Error e = error([&] { train({"v:x"}); });
    CHECK(e.kind() == ErrorKind::invalid);
    CHECK_FALSE(fs::exists(w.dir / "out.csv"));
    return e.message();
  }
};

constexpr std::string_view kGood = "SELECT airport, terminal, seen, x FROM obs";

}  // namespace

TEST_CASE("a view may be a query over named tables", "[features]") {
  QueryProject p;
  for (const char* sql :
       {"SELECT airport, terminal, seen, avg(x) * any_value(factor) AS x FROM obs JOIN more USING (airport) GROUP BY "
        "ALL",
        "WITH m AS (SELECT airport, terminal, seen, avg(x) AS x FROM obs GROUP BY ALL)\n"
        "SELECT m.* REPLACE (x * factor AS x) FROM m, more WHERE m.airport = more.airport -- a remark;",
        "FROM (SELECT obs.airport, terminal, seen, avg(x) * any_value(factor) AS x FROM obs, more WHERE obs.airport = "
        "more.airport GROUP BY ALL), range(1) /* one */"}) {
    CAPTURE(sql);
    p.query(sql).train({"v:x"});
    CHECK(p.read("out.csv") == "airport,terminal,event_timestamp,x\nA,1,2001-02-04,20.0\nB,2,2001-02-04,500.0\n");
  }
}

TEST_CASE("a query cannot reach a file that its view does not name", "[features]") {
  QueryProject p;
  const std::string secret = (p.w.dir / "secret.csv").native();
  for (const std::string& from : std::vector<std::string>{
           "read_text('/etc/passwd')", "read_csv('/etc/passwd')", "read_blob('/proc/self/environ')", "glob('/etc/*')",
           "read_csv('" + secret + "')", "read_csv('secret.csv')", "read_csv('data/../secret.csv')",
           "sniff_csv('/etc/passwd')", "parquet_metadata('/etc/passwd')", "read_json('/etc/passwd')",
           "READ_TEXT('/etc/passwd')", "main.read_text('/etc/passwd')", "\"read_text\"('/etc/passwd')",
           "query('FROM read_text(''/etc/passwd'')')", "query_table('/etc/passwd')",
           "json_execute_serialized_sql(json_serialize_sql('SELECT 1'))", "(SELECT * FROM read_text('/etc/passwd'))",
           "obs, LATERAL (SELECT * FROM read_text('/etc/passwd'))"}) {
    CHECK(p.refused("SELECT 'A' AS airport, 1 AS terminal, now() AS seen, 1.0 AS x FROM " + from)
              .find("may not be used") != std::string::npos);
  }
  CHECK(p.refused("SELECT airport, terminal, seen, (SELECT count(*) FROM read_text('/etc/passwd')) AS x FROM obs")
            .find("`read_text`") != std::string::npos);
  CHECK(p.refused("WITH t AS MATERIALIZED (FROM glob('/etc/*')) SELECT obs.* FROM obs, t").find("`glob`") !=
        std::string::npos);
  for (const std::string& table :
       std::vector<std::string>{"'/etc/passwd'", "'" + secret + "'", "\"" + secret + "\"", "'secret.csv'"})
    CHECK(p.refused("SELECT 'A' AS airport, 1 AS terminal, now() AS seen, 1.0 AS x FROM " + table).find("view `v`") ==
          0);
}

TEST_CASE("a query is one SELECT", "[features]") {
  QueryProject p;
  const std::string target = (p.w.dir / "stolen").native();
  for (const std::string& sql : std::vector<std::string>{"COPY obs TO '" + target + "'",
                                                         "COPY (SELECT 1) TO '" + target + "'",
                                                         "ATTACH '" + target + "'",
                                                         "INSTALL httpfs",
                                                         "LOAD httpfs",
                                                         "LOAD '" + target + "'",
                                                         "SET enable_external_access = true",
                                                         "PRAGMA database_list",
                                                         "PRAGMA enable_profiling",
                                                         "CALL pragma_version()",
                                                         "CREATE TABLE t AS SELECT 1",
                                                         "EXPORT DATABASE '" + target + "'",
                                                         "EXPLAIN SELECT 1",
                                                         "BEGIN",
                                                         "CREATE SECRET s (TYPE s3)",
                                                         "USE memory",
                                                         "VACUUM",
                                                         "CHECKPOINT",
                                                         "EXECUTE p",
                                                         "PREPARE p AS SELECT 1",
                                                         "DETACH memory",
                                                         "INSERT INTO obs SELECT * FROM obs",
                                                         "DROP VIEW obs"})
    CHECK(p.refused(sql).find("only SELECT may be used") != std::string::npos);
  const std::string good(kGood);
  for (const std::string& sql :
       {good + "; COPY obs TO '" + target + "'", good + ";;SELECT 1", good + " /* ; */; DROP VIEW obs -- ;"})
    CHECK(p.refused(sql).find("the query failed: ") != std::string::npos);
  for (const std::string& sql : std::vector<std::string>{good + ") AS a, (SELECT 1", good + " /* open", "SELECT 'open",
                                                         "-- nothing", ";", ") UNION (SELECT 1", "SELEC 1"})
    CHECK(p.refused(sql).find("the query failed: ") != std::string::npos);
  CHECK_FALSE(fs::exists(target));
}

TEST_CASE("a query cannot change the engine, write its logs or touch memory", "[features]") {
  QueryProject p;
  const std::string obs = (p.w.dir / "data/obs.csv").native();
  const std::string before = p.read("data/obs.csv");
  for (const std::string& call :
       std::vector<std::string>{"enable_logging('QueryLog', storage = 'file', storage_path = '" + obs + "')",
                                "enable_profiling(format = 'json', save_location = '" + obs + "')",
                                "arrow_scan(1, 2, 3)", "disable_logging()", "checkpoint()", "duckdb_settings()",
                                "duckdb_secrets()", "pragma_database_size()", "test_all_types()"})
    CHECK(p.refused("SELECT obs.* FROM obs, " + call).find("may not be used") != std::string::npos);
  CHECK(p.read("data/obs.csv") == before);
}

TEST_CASE("a query that fails says why", "[features]") {
  QueryProject p;
  CHECK(p.refused("SELECT airport, terminal, seen, y AS x FROM obs").find("view `v`: the query failed: ") == 0);
  CHECK(p.refused("SELECT airport, terminal, seen FROM obs") == "view `v`: its query has no column `x`");
  CHECK(p.refused("SELECT airport, terminal, seen, [x] AS x FROM obs") ==
        "view `v`: column `x` of its query is other, not real");
  CHECK(p.refused("SELECT airport, terminal, seen, error('no ' || airport) AS x FROM obs").find("no A") !=
        std::string::npos);
  CHECK(p.refused("SELECT airport, terminal, 'soon' AS seen, x FROM obs").find("`soon` is no timestamp") !=
        std::string::npos);
}

TEST_CASE("no file is read through a symlink", "[features]") {
  FeatureProject p;
  p.view("  path: data/obs.csv\n  timestamp_field: seen\n");
  p.write("spine.csv", "airport,terminal,event_timestamp\nA,1,2001-02-04\n")
      .write("outside.csv", "airport,terminal,seen,x\nA,1,2001-02-03,1\n");
  p.w.sh("mkdir data && ln -s ../outside.csv data/obs.csv");
  CHECK(p.error([&] { p.train({"v:x"}); }).message() == "view `v`: `data/obs.csv` is a symlink");
  p.view("  path: data/*.csv\n  timestamp_field: seen\n");
  CHECK(p.error([&] { p.train({"v:x"}); }).message() == "view `v`: `data/obs.csv` is a symlink");
  p.w.sh("rm data/obs.csv; rmdir data; mkdir real; cp outside.csv real/obs.csv; ln -s real data");
  for (const char* path : {"data/obs.csv", "data/*.csv"}) {
    p.view(fmt::format("  path: {}\n  timestamp_field: seen\n", path));
    CHECK(p.error([&] { p.train({"v:x"}); }).message().find("`data` is a symlink") != std::string::npos);
  }
  p.view("  path: '**/obs.csv'\n  timestamp_field: seen\n");
  p.train({"v:x"});  // finds real/obs.csv, and does not go through `data`
  CHECK(p.train({"v:x"}).views[0].rows_read == 1);
}
