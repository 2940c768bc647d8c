#include "lib/db/connection.hpp"

#include <sys/resource.h>

#include <cmath>
#include <csignal>

#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;
using namespace mlo::db;
using Catch::Matchers::Contains;

namespace {

constexpr std::chrono::milliseconds kNoPatience{0};

template <class Action>
Error error_of(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  FAIL("no error");
  return {ErrorKind::internal, ""};
}

std::int64_t count(Connection& connection) {
  Statement statement = connection.prepare("SELECT count(*) FROM t");
  statement.step();
  return statement.integer(0);
}

Connection with_table(const fs::path& file) {
  Connection connection = Connection::open(file, kNoPatience);
  connection.execute("CREATE TABLE t(x)");
  return connection;
}

/// Files of this process cannot grow beyond `bytes` while it lives, as on a full disk.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  SmallDisk(const SmallDisk&) = delete;
  ~SmallDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  void (*handler_)(int);
  rlimit before_{};
};

}  // namespace

TEST_CASE("values come back as they went in, and NaN as null", "[db]") {
  Connection connection = Connection::in_memory();
  connection.execute("CREATE TABLE t(a, b, c, d, e)");
  const std::string text("one\0two", 7);
  connection.prepare("INSERT INTO t VALUES(?, ?, ?, ?, ?)").run({INT64_MIN, 0.1, text, nullptr, std::nan("")});
  Statement read = connection.prepare("SELECT * FROM t");
  REQUIRE(read.step());
  CHECK(read.integer(0) == INT64_MIN);
  CHECK(read.real(1) == 0.1);
  CHECK(read.text(2) == text);
  CHECK((read.is_null(3) && read.is_null(4) && read.text(4).empty()));
  CHECK_FALSE(read.step());
}

TEST_CASE("a statement starts over with new values", "[db]") {
  Connection connection = Connection::in_memory();
  connection.execute("CREATE TABLE t(x)");
  Statement insert = connection.prepare("INSERT INTO t VALUES(?)");
  for (const std::int64_t x : {1, 2, 3}) insert.run({x});
  Statement read = connection.prepare("SELECT x FROM t WHERE x > ? ORDER BY x");
  REQUIRE(read.bind({std::int64_t{0}}).step());
  CHECK(read.integer(0) == 1);
  REQUIRE(read.bind({std::int64_t{2}}).step());
  CHECK(read.integer(0) == 3);
}

TEST_CASE("SQL that is wrong is our mistake, not the user's", "[db]") {
  Connection connection = Connection::in_memory();
  CHECK(error_of([&] { connection.prepare("SELEKT 1"); }).kind() == ErrorKind::internal);
  CHECK(error_of([&] { connection.execute("SELECT * FROM nothing"); }).kind() == ErrorKind::internal);
  Statement one = connection.prepare("SELECT ?");
  CHECK(error_of([&] { one.bind({std::int64_t{1}, std::int64_t{2}}); }).kind() == ErrorKind::internal);
}

TEST_CASE("a transaction that is left by an exception changes nothing", "[db]") {
  test::TempDir dir;
  Connection connection = with_table(dir / "x.sqlite");
  const auto fail = [&] {
    Transaction transaction(connection);
    connection.execute("INSERT INTO t VALUES(1)");
    throw Error(ErrorKind::invalid, "stop");
  };
  CHECK_THROWS_AS(fail(), Error);
  CHECK(count(connection) == 0);
  Transaction transaction(connection);  // nothing of the first is left open
  connection.execute("INSERT INTO t VALUES(2)");
  transaction.commit();
  CHECK(count(connection) == 1);
}

TEST_CASE("a transaction inside another is refused and the outer one goes on", "[db]") {
  Connection connection = Connection::in_memory();
  connection.execute("CREATE TABLE t(x)");
  Transaction outer(connection);
  connection.execute("INSERT INTO t VALUES(1)");
  CHECK(error_of([&] { const Transaction inner(connection); }).kind() == ErrorKind::internal);
  outer.commit();
  CHECK(count(connection) == 1);
}

TEST_CASE("a database that another writes to is a conflict that names the file", "[db]") {
  test::TempDir dir;
  const fs::path file = dir / "x.sqlite";
  Connection first = with_table(file);
  Connection second = Connection::open(file, kNoPatience);
  std::optional<Transaction> writing(std::in_place, first);
  first.execute("INSERT INTO t VALUES(1)");
  const Error error = error_of([&] { const Transaction transaction(second); });
  CHECK(error.kind() == ErrorKind::conflict);
  CHECK_THAT(error.message(), Contains("x.sqlite") && Contains("locked"));
  CHECK(count(second) == 0);  // what is not committed is not seen
  writing->commit();
  writing.reset();
  CHECK(count(second) == 1);
  Transaction(second).commit();
}

TEST_CASE("a commit that must wait for a reader fails whole and can be rolled back", "[db]") {
  test::TempDir dir;
  const fs::path file = dir / "x.sqlite";
  Connection first = with_table(file);
  first.execute("INSERT INTO t VALUES(1)");
  Connection second = Connection::open(file, kNoPatience);
  Statement reading = second.prepare("SELECT x FROM t");
  REQUIRE(reading.step());
  {
    Transaction transaction(first);
    first.execute("INSERT INTO t VALUES(2)");
    CHECK(error_of([&] { transaction.commit(); }).kind() == ErrorKind::conflict);
  }
  while (reading.step()) {
  }
  CHECK(count(first) == 1);
  Transaction(first).commit();
}

TEST_CASE("a file that is no database, or a damaged one, is corrupt", "[db]") {
  test::TempDir dir;
  dir.write("text.sqlite", std::string(5000, 'x'));
  Connection text = Connection::open(dir / "text.sqlite", kNoPatience);
  const Error error = error_of([&] { text.execute("SELECT * FROM sqlite_master"); });
  CHECK(error.kind() == ErrorKind::corrupt);
  CHECK_THAT(error.message(), Contains("text.sqlite"));

  {
    Connection sound = with_table(dir / "x.sqlite");
    Transaction transaction(sound);
    for (int i = 0; i < 2000; ++i) sound.execute("INSERT INTO t VALUES('some words that fill pages')");
    transaction.commit();
  }
  std::string bytes = read_file(dir / "x.sqlite");
  for (std::size_t i = 4096; i < bytes.size(); i += 97) bytes[i] = '\xff';
  dir.write("x.sqlite", bytes);
  Connection damaged = Connection::open(dir / "x.sqlite", kNoPatience);
  CHECK(error_of([&] { damaged.execute("SELECT max(x) FROM t"); }).kind() == ErrorKind::corrupt);
}

TEST_CASE("a file that cannot be opened is named", "[db]") {
  test::TempDir dir;
  const Error error = error_of([&] { Connection::open(dir / "no/such/dir.sqlite"); });
  CHECK(error.kind() == ErrorKind::io);
  CHECK_THAT(error.message(), Contains("no/such/dir.sqlite"));
}

TEST_CASE("a full disk fails the transaction and leaves the database as it was", "[db]") {
  test::TempDir dir;
  Connection connection = with_table(dir / "x.sqlite");
  connection.execute("INSERT INTO t VALUES(1)");
  const auto fill = [&] {
    Transaction transaction(connection);
    Statement insert = connection.prepare("INSERT INTO t VALUES(?)");
    for (int i = 0; i < 100; ++i) insert.run({std::string(4000, 'y')});
    transaction.commit();
  };
  {
    const SmallDisk disk(64 << 10);
    CHECK(error_of(fill).kind() == ErrorKind::io);
  }
  CHECK(count(connection) == 1);
  fill();  // there is room again
  CHECK(count(connection) == 101);
}
