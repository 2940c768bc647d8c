#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lib/util/fs.hpp"

struct sqlite3;
struct sqlite3_stmt;

// SQLite. Errors arrive as Error: corrupt for a file that is no sound database, conflict for one that stays locked, io
// for what the disk refuses, internal for SQL that is wrong.
namespace mlo::db {

/// Bytes that are no text.
struct Blob {
  std::string_view bytes;
};

/// What a place in a statement takes. NaN is stored as NULL: SQLite has no NaN.
using Bind = std::variant<std::nullptr_t, std::int64_t, double, std::string, Blob>;

class Connection;

/// A prepared statement. Lives shorter than its connection.
class Statement {
 public:
  Statement(Statement&&) noexcept = default;
  /// Starts over with these values for its `?`s.
  Statement& bind(const std::vector<Bind>& values);
  /// True while there is a row.
  bool step();
  /// bind, step to the end.
  void run(const std::vector<Bind>& values);

  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string text(int column) const;
  std::string blob(int column) const;
  bool is_null(int column) const;

 private:
  friend class Connection;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  Statement(sqlite3* handle, std::string_view sql);
  sqlite3* handle_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// An open database; one thread at a time.
class Connection {
 public:
  /// Opens or makes the file; its directory must exist. Everything waits as long as `patience` for other processes.
  static Connection open(const fs::path& file, std::chrono::milliseconds patience = std::chrono::seconds(10));
  static Connection in_memory();

  /// One or more statements without values or result.
  void execute(const std::string& sql);
  Statement prepare(std::string_view sql) { return {handle_.get(), sql}; }

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  Connection(const char* name, std::chrono::milliseconds patience);
  std::unique_ptr<sqlite3, Close> handle_;
};

/// Takes the database's write lock; rolls back on destruction unless committed. One at a time: Error{internal} for a
/// second one in the same connection, which leaves the first as it is.
class Transaction {
 public:
  explicit Transaction(Connection& connection) : connection_(&connection) { connection.execute("BEGIN IMMEDIATE"); }
  Transaction(Transaction&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  /// If it throws, nothing was committed, and the destructor rolls back.
  void commit();

 private:
  Connection* connection_;
};

/// Of the SQLite that runs: "3.40.1".
std::string sqlite_version();

}  // namespace mlo::db
