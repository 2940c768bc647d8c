#include <limits>
#include <map>

#include "lib/db/connection.hpp"
#include "lib/features/online_store.hpp"
#include "lib/util/error.hpp"

// One table of rows per view, made anew when a view is rebuilt: readers see the old one until the commit, and dropping
// a table is one step whatever its size.
namespace mlo::features {
namespace {

constexpr int kVersion = 1;
constexpr std::string_view kFile = "online.sqlite";
constexpr std::string_view kTables =
    "CREATE TABLE views(name TEXT PRIMARY KEY, id INTEGER, definition TEXT, keys INTEGER, newest INTEGER, due INTEGER, "
    "updated INTEGER);"
    "CREATE TABLE inputs(id INTEGER PRIMARY KEY AUTOINCREMENT, view INTEGER, label TEXT, digest TEXT, retired INTEGER);"
    "CREATE TABLE counter(next INTEGER);"
    "INSERT INTO counter VALUES(1);";

std::string rows_table(std::int64_t id) { return fmt::format("rows_{}", id); }

db::Bind bind_time(const std::optional<UtcTime>& time) { return time ? db::Bind(time->micros()) : db::Bind(nullptr); }
std::optional<UtcTime> read_time(const db::Statement& statement, int column) {
  if (statement.is_null(column)) return std::nullopt;
  return UtcTime::from_micros(statement.integer(column));
}

std::optional<std::int64_t> find_id(db::Connection& connection, std::string_view view) {
  auto find = connection.prepare("SELECT id FROM views WHERE name = ?");
  if (!find.bind({std::string(view)}).step()) return std::nullopt;
  return find.integer(0);
}

void forget(db::Connection& connection, std::int64_t id) {
  connection.execute("DROP TABLE IF EXISTS " + rows_table(id));
  connection.prepare("DELETE FROM inputs WHERE view = ?").run({id});
  connection.prepare("DELETE FROM views WHERE id = ?").run({id});
}

/// Statements of an update, over its table of rows.
std::string put_sql(std::int64_t id) {
  // supersedes() in SQL; labels are compared on a tie alone.
  const auto created = [](std::string_view of) {
    return fmt::format("coalesce({}created, {})", of, std::numeric_limits<std::int64_t>::min() + 1);
  };
  return fmt::format(
      "INSERT INTO {0} VALUES(?, ?, ?, ?, ?) ON CONFLICT(key) DO UPDATE SET event = excluded.event, created = "
      "excluded.created, input = excluded.input, packed = excluded.packed WHERE excluded.event > event OR "
      "(excluded.event = event AND ({1} > {2} OR ({1} = {2} AND (excluded.input IS {0}.input OR (SELECT label FROM "
      "inputs "
      "WHERE id = excluded.input) >= (SELECT label FROM inputs WHERE id = {0}.input)))))",
      rows_table(id), created("excluded."), created(""));
}

class SqliteUpdate : public OnlineUpdate {
 public:
  SqliteUpdate(db::Connection& connection, std::string_view view, OnlineStore::Begin how)
      : connection_(connection), transaction_(connection), replaced_(find_id(connection, view)) {
    if (how == OnlineStore::Begin::merge && replaced_) {
      id_ = *replaced_;
      replaced_.reset();
    } else {
      auto next = connection_.prepare("UPDATE counter SET next = next + 1 RETURNING next - 1");
      next.bind({}).step();
      id_ = next.integer(0);
      while (next.step()) {
      }
      connection_.execute(
          fmt::format("CREATE TABLE {}(key BLOB PRIMARY KEY, event INTEGER, created INTEGER, input INTEGER, "
                      "packed BLOB) WITHOUT ROWID",
                      rows_table(id_)));
    }
    put_.emplace(connection_.prepare(put_sql(id_)));
  }

  void put(std::string_view key, const OnlineRow& row) override {
    put_->run({db::Blob{key}, row.event, row.created ? db::Bind(*row.created) : db::Bind(nullptr),
               row.input.empty() ? db::Bind(nullptr) : db::Bind(input_id(row.input)), db::Blob{row.values}});
  }

  void retire(const std::string& input) override {
    connection_.prepare("UPDATE inputs SET retired = 1 WHERE view = ? AND label = ?").run({id_, input});
    input_ids_.erase(input);
  }

  bool has_retired() override {
    return connection_
        .prepare(
            fmt::format("SELECT 1 FROM {} WHERE input IN (SELECT id FROM inputs WHERE view = ? AND retired) LIMIT 1",
                        rows_table(id_)))
        .bind({id_})
        .step();
  }

  ViewState commit(ViewState state) override {
    put_.reset();
    if (replaced_) forget(connection_, *replaced_);
    connection_.prepare("DELETE FROM inputs WHERE view = ? AND retired").run({id_});
    for (const StoredInput& input : state.inputs)
      connection_.prepare("UPDATE inputs SET digest = ? WHERE id = ?").run({input.digest.str(), input_id(input.label)});
    {
      auto count = connection_.prepare("SELECT count(*), max(event) FROM " + rows_table(id_));
      count.bind({}).step();
      state.keys = static_cast<std::uint64_t>(count.integer(0));
      state.newest = read_time(count, 1);
    }
    connection_.prepare("INSERT OR REPLACE INTO views VALUES(?, ?, ?, ?, ?, ?, ?)")
        .run({state.view, id_, state.definition.str(), static_cast<std::int64_t>(state.keys), bind_time(state.newest),
              bind_time(state.due), state.updated.micros()});
    transaction_.commit();
    return state;
  }

 private:
  std::int64_t input_id(const std::string& label) {
    const auto known = input_ids_.find(label);
    if (known != input_ids_.end()) return known->second;
    auto find = connection_.prepare("SELECT id FROM inputs WHERE view = ? AND label = ? AND NOT retired");
    if (find.bind({id_, label}).step()) return input_ids_[label] = find.integer(0);
    connection_.prepare("INSERT INTO inputs(view, label, digest, retired) VALUES(?, ?, '', 0)").run({id_, label});
    auto last = connection_.prepare("SELECT last_insert_rowid()");
    last.bind({}).step();
    return input_ids_[label] = last.integer(0);
  }

  db::Connection& connection_;
  db::Transaction transaction_;
  std::optional<std::int64_t> replaced_;  ///< the table that goes when this one comes
  std::int64_t id_ = 0;
  std::optional<db::Statement> put_;
  std::map<std::string, std::int64_t> input_ids_;
};

class SqliteStore : public OnlineStore {
 public:
  explicit SqliteStore(const fs::path& file) : connection_(db::Connection::open(file)) {
    const std::int64_t found = version();
    if (found != 0 && found != kVersion) {
      throw Error(ErrorKind::config, fmt::format("`{}` is of another version of mlo", file.native()))
          .hint("remove it, then run `mlo materialize`");
    }
    connection_.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536");
    if (found == kVersion) return;
    db::Transaction transaction(connection_);
    if (version() == 0) {
      connection_.execute(std::string(kTables));
      connection_.execute(fmt::format("PRAGMA user_version = {}", kVersion));
    }
    transaction.commit();
  }

  std::vector<ViewState> states() override {
    std::vector<ViewState> all;
    auto find = connection_.prepare("SELECT name, id, definition, keys, newest, due, updated FROM views ORDER BY name");
    for (find.bind({}); find.step();) all.push_back(read_state(find));
    return all;
  }

  std::optional<ViewState> find_state(std::string_view view) override {
    auto find =
        connection_.prepare("SELECT name, id, definition, keys, newest, due, updated FROM views WHERE name = ?");
    if (!find.bind({std::string(view)}).step()) return std::nullopt;
    return read_state(find);
  }

  std::optional<OnlineRow> find(std::string_view view, std::string_view key) override {
    const auto id = find_id(connection_, view);
    if (!id) return std::nullopt;
    auto find = connection_.prepare(
        fmt::format("SELECT event, created, (SELECT label FROM inputs WHERE id = input), packed FROM {} WHERE key = ?",
                    rows_table(*id)));
    if (!find.bind({db::Blob{key}}).step()) return std::nullopt;
    OnlineRow row{.event = find.integer(0), .created = {}, .input = find.text(2), .values = find.blob(3)};
    if (!find.is_null(1)) row.created = find.integer(1);
    return row;
  }

  std::unique_ptr<OnlineUpdate> begin(std::string_view view, Begin how) override {
    return std::make_unique<SqliteUpdate>(connection_, view, how);
  }

  bool remove(std::string_view view) override {
    db::Transaction transaction(connection_);
    const auto id = find_id(connection_, view);
    if (id) forget(connection_, *id);
    transaction.commit();
    return id.has_value();
  }

 private:
  std::int64_t version() {
    auto read = connection_.prepare("PRAGMA user_version");
    read.bind({}).step();
    return read.integer(0);
  }

  ViewState read_state(const db::Statement& row) {
    ViewState state;
    state.view = row.text(0);
    state.definition = Digest::parse(row.text(2)).value_or(Digest());
    state.keys = static_cast<std::uint64_t>(row.integer(3));
    state.newest = read_time(row, 4);
    state.due = read_time(row, 5);
    state.updated = UtcTime::from_micros(row.integer(6));
    auto inputs = connection_.prepare("SELECT label, digest FROM inputs WHERE view = ? ORDER BY label");
    for (inputs.bind({row.integer(1)}); inputs.step();)
      state.inputs.push_back({inputs.text(0), Digest::parse(inputs.text(1)).value_or(Digest())});
    return state;
  }

  db::Connection connection_;
};

}  // namespace

std::unique_ptr<OnlineStore> open_sqlite_store(const fs::path& directory, bool create) {
  const fs::path file = directory / kFile;
  if (!create && !find_stat(file)) return nullptr;
  try {
    return std::make_unique<SqliteStore>(file);
  } catch (Error& error) {
    if (error.kind() == ErrorKind::corrupt)
      error.hint("remove it, then run `mlo materialize`: it holds nothing that cannot be made again");
    throw;
  }
}

}  // namespace mlo::features
