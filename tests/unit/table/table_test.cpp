#include <cmath>

#include "lib/table/connection.hpp"
#include "lib/table/describe.hpp"
#include "lib/table/gzip.hpp"
#include "lib/table/table_writer.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;
using namespace mlo::table;

namespace {

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::invalid);
    return error.message();
  }
  FAIL("no error");
  return {};
}

}  // namespace

TEST_CASE("the engine is found where the build or the system put it", "[table]") {
  CHECK(Engine::load().version().starts_with("v1."));
}

TEST_CASE("a query gives typed columns, nulls and all", "[table]") {
  const Engine engine = Engine::load();
  Connection connection(engine, {});
  const auto columns = connection.select(
      "SELECT * FROM (VALUES (true, 7::UTINYINT, 2.5::FLOAT, 'short', DATE '1970-01-03', TIMESTAMP '1970-01-01 "
      "00:00:01.5', 12.34),"
      "(NULL, NULL, NULL, NULL, NULL, NULL, NULL),"
      "(false, 9::UTINYINT, -1::FLOAT, 'longer than twelve bytes, so behind the pointer', DATE '1969-12-31', TIMESTAMP "
      "'1969-12-31', -0.5))"
      " AS t(flag, n, x, s, d, ts, price)");
  REQUIRE(columns.size() == 7);
  CHECK(columns[0].type == ColumnType::boolean);
  CHECK(columns[0].integers() == std::vector<std::int64_t>{1, 0, 0});
  CHECK(columns[0].nulls == std::vector<unsigned char>{0, 1, 0});
  CHECK(columns[1].integers() == std::vector<std::int64_t>{7, 0, 9});
  CHECK(columns[2].reals() == std::vector<double>{2.5, 0, -1});
  CHECK(columns[3].strings() ==
        std::vector<std::string>{"short", "", "longer than twelve bytes, so behind the pointer"});
  CHECK(columns[4].type == ColumnType::date);
  CHECK(columns[4].integers() == std::vector<std::int64_t>{2, 0, -1});
  CHECK(columns[5].type == ColumnType::timestamp);
  CHECK(columns[5].integers() == std::vector<std::int64_t>{1'500'000, 0, -86'400'000'000});
  CHECK(columns[6].name == "price");
  CHECK(columns[6].reals() == std::vector<double>{12.34, 0, -0.5});
}

TEST_CASE("every integer width and timestamp unit arrives whole", "[table]") {
  const Engine engine = Engine::load();
  Connection connection(engine, {});
  const auto columns = connection.select(
      "SELECT (-128)::TINYINT, (-32768)::SMALLINT, (-2147483648)::INTEGER, 9223372036854775807, 65535::USMALLINT, "
      "4294967295::UINTEGER,"
      "9223372036854775807::UBIGINT, sum(x)::HUGEINT, TIMESTAMP_S '1970-01-01 00:00:02', TIMESTAMP_MS '1970-01-01 "
      "00:00:00.003',"
      "TIMESTAMP_NS '1969-12-31 23:59:59.999999999' FROM (VALUES (-3), (-4)) t(x)");
  const std::vector<std::int64_t> expected = {-128,      -32768, -2147483648LL, INT64_MAX, 65535, 4294967295,
                                              INT64_MAX, -7,     2'000'000,     3'000,     -1};
  REQUIRE(columns.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(columns[i].integers().at(0) == expected[i]);
}

TEST_CASE("decimals of every stored width come out as reals", "[table]") {
  const Engine engine = Engine::load();
  Connection connection(engine, {});
  const auto columns = connection.select(
      "SELECT 1.5::DECIMAL(4,1), -12345.678::DECIMAL(9,3), 1e14::DECIMAL(18,2), -1e20::DECIMAL(38,4), 'nan'::DOUBLE");
  CHECK(columns[0].reals().at(0) == 1.5);
  CHECK(columns[1].reals().at(0) == -12345.678);
  CHECK(columns[2].reals().at(0) == 1e14);
  CHECK(columns[3].reals().at(0) == -1e20);
  CHECK(std::isnan(columns[4].reals().at(0)));
}

TEST_CASE("a result of many chunks keeps its order", "[table]") {
  const Engine engine = Engine::load();
  Connection connection(engine, {.files = {}, .directories = {}, .threads = 2});
  const auto columns =
      connection.select("SELECT CASE WHEN i % 3 = 0 THEN NULL ELSE i END AS i FROM range(10000) t(i) ORDER BY t.i");
  REQUIRE(columns[0].integers().size() == 10000);
  for (std::size_t i = 0; i < 10000; ++i) {
    REQUIRE(columns[0].nulls[i] == (i % 3 == 0));
    REQUIRE(columns[0].integers()[i] == (i % 3 == 0 ? 0 : static_cast<std::int64_t>(i)));
  }
}

TEST_CASE("a stream that its reader gives up leaves no thread behind", "[table]") {
  const Engine engine = Engine::load();
  const test::TestWorld w;
  const test::TempDir& dir = w.dir;
  std::string rows = "when\n";
  for (int i = 0; i < 300'000; ++i) rows += "2001-02-03 04:05:06\n";
  dir.write("t.csv", rows);
  dir.write("t.parquet", "");
  const fs::path table = fs::canonical(dir / "t.parquet");
  TableWriter(engine, {dir / "t.csv"}, table, 1)
      .write(scan({dir / "t.csv"}, FileFormat::csv, {.as_text = true}), "", FileFormat::parquet, w.world);
  const std::string sql = "SELECT CASE WHEN TRY_CAST(\"when\" AS TIMESTAMPTZ) IS NULL THEN \"when\" END FROM " +
                          scan({table}, FileFormat::parquet);
  const auto give_up = [&](Connection& connection) {
    connection.stream(sql, {}, [](const auto&) { throw Error(ErrorKind::invalid, "enough"); });
  };
  for (int round = 0; round < 20; ++round) {
    CHECK(message_of([&] {
            Connection connection(engine, sandbox_for({table}, 4));
            give_up(connection);
          }) == "enough");
  }
  Connection connection(engine, sandbox_for({table}, 4));
  CHECK(message_of([&] { give_up(connection); }) == "enough");
  CHECK(connection.select("SELECT 7 AS n").front().integers().front() == 7);
}

TEST_CASE("a stop ends what a writer writes, whenever it comes", "[table]") {
  const Engine engine = Engine::load();
  const auto calls_until_stop = [&](int rows, int stop_at_call) {
    test::TestWorld w;
    std::string text = "n\n";
    for (int i = 0; i < rows; ++i) text += "1\n";
    w.dir.write("t.csv", text);
    w.dir.write("out.csv", "");
    TableWriter writer(engine, {w.dir / "t.csv"}, w.dir / "out.csv", 2);
    int calls = 0;
    if (stop_at_call == 0) w.stop.request_stop();
    writer.add(start_column("x", ColumnType::integer), [&](std::span<const std::int64_t> numbers, Column& out) {
      if (++calls == stop_at_call) w.stop.request_stop();
      std::get<0>(out.values).assign(numbers.begin(), numbers.end());
      out.nulls.assign(numbers.size(), 0);
    });
    auto kind = ErrorKind::internal;
    try {
      writer.write(scan({w.dir / "t.csv"}, FileFormat::csv), "", FileFormat::csv, w.world);
    } catch (const Error& error) {
      kind = error.kind();
    }
    CHECK(kind == ErrorKind::interrupted);
    return calls;
  };
  CHECK(calls_until_stop(300'000, 0) == 0);
  CHECK(calls_until_stop(300'000, 1) == 1);
  CHECK(calls_until_stop(300'000, 7) == 7);
  CHECK(calls_until_stop(10, 1) == 1);  // all is computed by then
}

TEST_CASE("what mlo cannot hold is refused, naming the column", "[table]") {
  const Engine engine = Engine::load();
  Connection connection(engine, {});
  CHECK(message_of([&] { connection.select("SELECT 18446744073709551615::UBIGINT AS big"); }) ==
        "column `big` has a value beyond 64-bit integers");
  CHECK(message_of([&] { connection.select("SELECT [1, 2] AS list"); }) ==
        "column `list` has a type that mlo does not read");
  CHECK(message_of([&] { connection.select("SELECT 170141183460469231731687303715884105727::HUGEINT AS h"); }) ==
        "column `h` has a value beyond 64-bit integers");
}

TEST_CASE("only one SELECT is run", "[table]") {
  const Engine engine = Engine::load();
  Connection connection(engine, {});
  CHECK(message_of([&] { connection.select("CREATE TABLE t(x INT)"); }) == "the query failed: only SELECT may be used");
  CHECK(message_of([&] { connection.select("SELECT 1; SELECT 2"); }) == "the query failed: more than one statement");
  CHECK(message_of([&] { connection.select(""); }) == "the query failed: the query is empty");
  CHECK(message_of([&] { connection.select("SELECT nope"); }).find("the query failed: Referenced column \"nope\"") ==
        0);
  CHECK(message_of([&] { connection.select("SELEC 1"); }).find("the query failed: syntax error") == 0);
}

TEST_CASE("SQL reaches no file, extension or setting outside its sandbox", "[table]") {
  const Engine engine = Engine::load();
  const test::TempDir dir;
  dir.write("in/a.csv", "x\n1\n");
  dir.write("out/b.csv", "x\n2\n");
  Connection connection(engine, {.files = {}, .directories = {dir / "in"}, .threads = 1});
  const auto from = [&](const fs::path& path) { return "SELECT * FROM read_csv(" + quote(path.native()) + ")"; };
  CHECK(connection.select(from(dir / "in/a.csv"))[0].integers() == std::vector<std::int64_t>{1});
  CHECK(message_of([&] { connection.select(from(dir / "out/b.csv")); }).find("the query failed: ") == 0);
  CHECK(message_of([&] { connection.select(from(dir / "in/../out/b.csv")); }).find("the query failed: ") == 0);
  CHECK(message_of([&] { connection.select("SELECT * FROM read_text('/etc/passwd')"); }).find("the query failed: ") ==
        0);
  for (const auto* sql : {"SET enable_external_access = true", "SET lock_configuration = false", "LOAD httpfs",
                          "INSTALL httpfs", "COPY (SELECT 1) TO '/tmp/mlo-escape.csv'", "ATTACH '/tmp/mlo-escape.db'",
                          "EXPORT DATABASE '/tmp/mlo-escape'"}) {
    CHECK(message_of([&] { connection.select(sql); }).find("the query failed: ") == 0);
  }
  CHECK_FALSE(fs::exists("/tmp/mlo-escape.csv"));
}

TEST_CASE("a table file is described by its columns", "[table]") {
  const Engine engine = Engine::load();
  const test::TempDir dir;
  dir.write("t.csv",
            "id,name,score,day,at,ok\n1,a,0.5,2013-01-02,2013-01-02 03:04:05,true\n2,,1,2013-01-03,2013-01-03 "
            "00:00:00,false\n");
  const std::vector<ColumnSchema> expected = {{"id", ColumnType::integer},   {"name", ColumnType::string},
                                              {"score", ColumnType::real},   {"day", ColumnType::date},
                                              {"at", ColumnType::timestamp}, {"ok", ColumnType::boolean}};
  CHECK(describe_file(engine, dir / "t.csv") == expected);
  dir.write("t.jsonl", "{\"a\": 1, \"b\": \"x\", \"c\": [1]}\n{\"a\": 2, \"b\": \"y\", \"c\": []}\n");
  CHECK(describe_file(engine, dir / "t.jsonl") ==
        std::vector<ColumnSchema>{{"a", ColumnType::integer}, {"b", ColumnType::string}, {"c", ColumnType::other}});
  CHECK(is_table_file("x/T.CSV.gz"));
  CHECK_FALSE(is_table_file("x/t.txt"));
}

TEST_CASE("a file name is never a pattern and never SQL", "[table]") {
  const Engine engine = Engine::load();
  const test::TempDir dir;
  for (const auto* name : {"a*.csv", "b[1].csv", "c?.csv", "it's.csv", "'); SELECT 1; --.csv", "f g.csv"}) {
    INFO(name);
    dir.write(name, "only\n1\n");
    CHECK(describe_file(engine, dir / name) == std::vector<ColumnSchema>{{"only", ColumnType::integer}});
  }
}

TEST_CASE("a damaged table file is an error that names it", "[table]") {
  const Engine engine = Engine::load();
  const test::TempDir dir;
  dir.write("t.parquet", "PAR1 and then nothing of the sort");
  CHECK(message_of([&] {
          describe_file(engine, dir / "t.parquet");
        }).find("cannot read the columns of `" + (dir / "t.parquet").native()) == 0);
  dir.write("t.csv.gz", "not gzip");
  CHECK(message_of([&] { describe_file(engine, dir / "t.csv.gz"); }).find("cannot read the columns of `") == 0);
  CHECK(message_of([&] { describe_file(engine, dir / "none.csv"); }).find("cannot read the columns of `") == 0);
}

TEST_CASE("gzip is refused unless it is whole", "[table]") {
  test::TestWorld w;
  w.sh(
      "seq 200000 | gzip > one.gz; seq 9 | gzip > small.gz; cat one.gz small.gz small.gz > many.gz; head -c 60000 "
      "one.gz > cut.gz; "
      "head -c -1 one.gz > nearly.gz; (cat one.gz; echo x) > more.gz; echo x > none.gz; : > empty.gz; "
      "cp one.gz flipped.gz; printf X | dd of=flipped.gz bs=1 seek=40000 conv=notrunc status=none; : | gzip > "
      "nothing.gz; "
      "head -c 20000000 /dev/zero | gzip -9 > zeros.gz");
  for (const char* whole : {"one.gz", "small.gz", "many.gz", "nothing.gz", "zeros.gz"})
    CHECK_NOTHROW(require_whole_gzip(w.dir / whole));
  for (const char* bad : {"cut.gz", "nearly.gz", "more.gz", "none.gz", "empty.gz", "flipped.gz"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(require_whole_gzip(w.dir / bad), Error);
  }
}

TEST_CASE("rows of uneven length are refused, not read as whole lines", "[table]") {
  test::TestWorld w;
  w.dir.write("ragged.csv", "x,y\n1,2\n1,2,3\n1\n");
  CHECK(message_of([&] { describe_file(Engine::load(), w.dir / "ragged.csv"); }).find("`x,y`") != std::string::npos);
  w.dir.write("one.csv", "x\n1\n2\n");
  CHECK(describe_file(Engine::load(), w.dir / "one.csv").size() == 1);
}
