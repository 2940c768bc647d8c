#include "lib/runs/index_tables.hpp"

namespace mlo {
namespace {

constexpr std::int64_t kVersion = 2;

constexpr const char* kTables =
    "CREATE TABLE state(tip TEXT NOT NULL);"
    // n: a short number for joins. records: the folded run as YAML. Times in microseconds; ended is NULL while it runs.
    "CREATE TABLE runs(n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, parent TEXT, stage TEXT, name TEXT, experiment "
    "TEXT, user TEXT, status TEXT,"
    " started INTEGER, ended INTEGER, deleted INTEGER, note TEXT, git_commit TEXT, path TEXT);"
    // Apart, so that a search does not read through them.
    "CREATE TABLE records(run INTEGER PRIMARY KEY, record TEXT);"
    "CREATE INDEX runs_parent ON runs(parent);"
    "CREATE INDEX runs_name ON runs(name);"
    "CREATE INDEX runs_started ON runs(started);"
    "CREATE TABLE metrics(run INTEGER, key TEXT, value REAL, PRIMARY KEY(run, key)) WITHOUT ROWID;"
    "CREATE TABLE params(run INTEGER, key TEXT, value TEXT, PRIMARY KEY(run, key)) WITHOUT ROWID;"
    "CREATE TABLE tags(run INTEGER, key TEXT, value TEXT, PRIMARY KEY(run, key)) WITHOUT ROWID;"
    "CREATE TABLE datasets(run INTEGER, name TEXT, digest TEXT, PRIMARY KEY(run, name)) WITHOUT ROWID;"
    "CREATE TABLE amendments(run TEXT, time INTEGER, path TEXT, text TEXT, PRIMARY KEY(run, time, path)) WITHOUT ROWID;"
    "CREATE TABLE problems(path TEXT PRIMARY KEY, message TEXT) WITHOUT ROWID;";

/// A statement of its own: while one is open no table can be dropped.
std::int64_t version_of(db::Connection& connection) {
  auto version = connection.prepare("PRAGMA user_version");
  version.step();
  return version.integer(0);
}

}  // namespace

bool has_tables(db::Connection& connection) { return version_of(connection) == kVersion; }

void ensure_tables(db::Connection& connection) {
  if (has_tables(connection)) return;
  for (const char* table :
       {"state", "runs", "records", "metrics", "params", "tags", "datasets", "amendments", "problems"}) {
    connection.execute(fmt::format("DROP TABLE IF EXISTS {}", table));
  }
  connection.execute(kTables);
  connection.execute(fmt::format("PRAGMA user_version = {}", kVersion));
}

RunRows::RunRows(db::Connection& c)
    : remove_(c.prepare("DELETE FROM runs WHERE id = ?")),
      run_(c.prepare("INSERT INTO runs(id, parent, stage, name, experiment, user, status, started, ended, deleted, "
                     "note, git_commit, path)"
                     " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")),
      record_(c.prepare("INSERT OR REPLACE INTO records VALUES(?, ?)")),
      metric_(c.prepare("INSERT INTO metrics VALUES(?, ?, ?)")),
      param_(c.prepare("INSERT INTO params VALUES(?, ?, ?)")),
      tag_(c.prepare("INSERT INTO tags VALUES(?, ?, ?)")),
      dataset_(c.prepare("INSERT INTO datasets VALUES(?, ?, ?)")),
      number_(c.prepare("SELECT n FROM runs WHERE id = ?")),
      clear_metrics_(c.prepare("DELETE FROM metrics WHERE run = ?")),
      clear_params_(c.prepare("DELETE FROM params WHERE run = ?")),
      clear_tags_(c.prepare("DELETE FROM tags WHERE run = ?")),
      clear_datasets_(c.prepare("DELETE FROM datasets WHERE run = ?")),
      clear_records_(c.prepare("DELETE FROM records WHERE run = ?")) {}

void RunRows::put(const Run& run, const std::string& path) {
  const RunRecord& r = run.record;
  if (number_.bind({r.id}).step()) {
    const std::int64_t old = number_.integer(0);
    number_.bind({r.id});
    for (db::Statement* clear : {&clear_metrics_, &clear_params_, &clear_tags_, &clear_datasets_, &clear_records_})
      clear->run({old});
    remove_.run({r.id});
  }
  std::vector<db::Bind> values = {
      r.id, r.parent, r.stage, r.name, r.experiment, r.user, std::string(to_string(r.status)), r.started.micros()};
  if (r.status == RunStatus::running)
    values.emplace_back(nullptr);
  else
    values.emplace_back(r.ended.micros());
  values.insert(values.end(), {std::int64_t{run.deleted}, run.note, run.commit, path});
  run_.run(values);
  number_.bind({r.id}).step();
  const std::int64_t n = number_.integer(0);
  number_.bind({r.id});
  record_.run({n, emit_run(r)});
  for (const auto& [key, point] : r.metrics) metric_.run({n, key, point.value});
  for (const auto& [key, value] : r.params.members()) param_.run({n, key, display(value)});
  for (const auto& [key, value] : r.tags) tag_.run({n, key, value});
  for (const auto& [name, id] : r.datasets) dataset_.run({n, name, id});
}

}  // namespace mlo
