#include "lib/db/connection.hpp"

#include <sqlite3.h>

#include "lib/util/error.hpp"

namespace mlo::db {
namespace {

void check(int code, sqlite3* handle, std::string_view what, const char* name = nullptr) {
  if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return;
  const int primary = code & 0xFF;
  const ErrorKind kind = primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB ? ErrorKind::corrupt
                         : primary == SQLITE_BUSY || primary == SQLITE_LOCKED  ? ErrorKind::conflict
                         : primary == SQLITE_ERROR || primary == SQLITE_MISUSE || primary == SQLITE_RANGE
                             ? ErrorKind::internal
                             : ErrorKind::io;
  const char* file = name != nullptr || handle == nullptr ? name : ::sqlite3_db_filename(handle, "main");
  throw Error(kind, fmt::format("cannot {} `{}`: {}", what, file == nullptr || *file == 0 ? "database" : file,
                                handle == nullptr ? ::sqlite3_errstr(code) : ::sqlite3_errmsg(handle)));
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { ::sqlite3_finalize(statement); }
void Connection::Close::operator()(sqlite3* handle) const { ::sqlite3_close_v2(handle); }

Statement::Statement(sqlite3* handle, std::string_view sql) : handle_(handle) {
  sqlite3_stmt* raw = nullptr;
  check(::sqlite3_prepare_v2(handle, sql.data(), static_cast<int>(sql.size()), &raw, nullptr), handle, "query");
  statement_.reset(raw);
}

Statement& Statement::bind(const std::vector<Bind>& values) {
  sqlite3_stmt* s = statement_.get();
  ::sqlite3_reset(s);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const int at = static_cast<int>(i) + 1;
    struct Binder {
      sqlite3_stmt* s;
      int at;
      int operator()(std::nullptr_t) const { return ::sqlite3_bind_null(s, at); }
      int operator()(std::int64_t v) const { return ::sqlite3_bind_int64(s, at, v); }
      int operator()(double v) const { return ::sqlite3_bind_double(s, at, v); }
      int operator()(const std::string& v) const {
        return ::sqlite3_bind_text64(s, at, v.data(), v.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
      }
      int operator()(const Blob& v) const {
        return v.bytes.empty() ? ::sqlite3_bind_zeroblob(s, at, 0)
                               : ::sqlite3_bind_blob64(s, at, v.bytes.data(), v.bytes.size(), SQLITE_TRANSIENT);
      }
    };
    check(std::visit(Binder{s, at}, values[i]), handle_, "query");
  }
  return *this;
}

bool Statement::step() {
  const int code = ::sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  ::sqlite3_reset(statement_.get());  // an open read would block a rollback
  check(code, handle_, "query");
  return false;
}

void Statement::run(const std::vector<Bind>& values) {
  bind(values);
  while (step()) {
  }
}

std::int64_t Statement::integer(int column) const { return ::sqlite3_column_int64(statement_.get(), column); }
double Statement::real(int column) const { return ::sqlite3_column_double(statement_.get(), column); }
bool Statement::is_null(int column) const { return ::sqlite3_column_type(statement_.get(), column) == SQLITE_NULL; }
std::string Statement::text(int column) const {
  const unsigned char* data = ::sqlite3_column_text(statement_.get(), column);
  const auto size = static_cast<std::size_t>(::sqlite3_column_bytes(statement_.get(), column));
  return data == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(data), size);
}

std::string Statement::blob(int column) const {
  const void* data = ::sqlite3_column_blob(statement_.get(), column);
  const auto size = static_cast<std::size_t>(::sqlite3_column_bytes(statement_.get(), column));
  return data == nullptr ? std::string() : std::string(static_cast<const char*>(data), size);
}

Connection::Connection(const char* name, std::chrono::milliseconds patience) {
  sqlite3* raw = nullptr;
  const int code =
      ::sqlite3_open_v2(name, &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  handle_.reset(raw);
  check(code, raw, "open", name);
  ::sqlite3_busy_timeout(raw, static_cast<int>(patience.count()));
}

Connection Connection::open(const fs::path& file, std::chrono::milliseconds patience) {
  return {file.c_str(), patience};
}
Connection Connection::in_memory() { return {":memory:", {}}; }

void Connection::execute(const std::string& sql) {
  check(::sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr), handle_.get(), "query");
}

Transaction::~Transaction() {
  if (connection_ == nullptr) return;
  try {
    connection_->execute("ROLLBACK");
  } catch (const Error&) {
    // Already rolled back by SQLite itself, as after a full disk.
  }
}

void Transaction::commit() {
  connection_->execute("COMMIT");
  connection_ = nullptr;
}

std::string sqlite_version() { return sqlite3_libversion(); }

}  // namespace mlo::db
