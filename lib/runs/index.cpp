#include "lib/runs/index.hpp"

#include "lib/runs/history.hpp"
#include "lib/runs/index_tables.hpp"
#include "lib/runs/live_run.hpp"
#include "lib/runs/run_paths.hpp"
#include "lib/runs/stage_facts.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::string_view kRunTrailer = "Mlo-Run: ";
constexpr std::size_t kMostWarnings = 3;

void fold_amendment(const RunAmendment& amendment, Run& run) {
  if (amendment.deleted) run.deleted = *amendment.deleted;
  if (amendment.note) run.note = *amendment.note;
  if (amendment.name) run.record.name = *amendment.name;
  for (const auto& [key, value] : amendment.tags) {
    if (value)
      run.record.tags.insert_or_assign(key, *value);
    else
      run.record.tags.erase(key);
  }
}

/// Brings the tables from the commit they know to the ref's.
class Refresh {
 public:
  Refresh(Workspace& workspace, db::Connection& connection, git::ObjectId tip)
      : repo_(workspace.repo()), connection_(connection), tip_(tip) {}

  /// False if the tables show a history that this one does not continue.
  bool run(std::optional<git::ObjectId> known) {
    std::optional<git::ObjectId> before;
    if (known && repo_.has_object(*known))
      before = repo_.load_commit(*known).tree;
    else if (known)
      return false;
    bool continues = true;
    diff_histories(
        repo_, before, repo_.load_commit(tip_).tree,
        [&](const std::string& path, git::ObjectId blob) { added_.emplace_back(path, blob); },
        [&](const std::string&) { continues = false; });
    if (!continues) return false;
    read_added();
    find_commits();
    write();
    return true;
  }

 private:
  void read_added() {
    auto amend = connection_.prepare("INSERT OR REPLACE INTO amendments VALUES(?, ?, ?, ?)");
    for (const auto& [path, blob] : added_) {
      const RunFile kind = classify_run_path(path);
      try {
        if (kind == RunFile::record) {
          Run run;
          run.record = parse_run(repo_.load_blob(blob), path);
          if (record_path(run.record) != path)
            throw Error(ErrorKind::corrupt, fmt::format("`{}` holds another run's record", path));
          paths_.emplace(run.record.id, path);
          runs_.insert_or_assign(run.record.id, std::move(run));
        } else if (kind == RunFile::amendment) {
          const std::string text = repo_.load_blob(blob);
          const RunAmendment amendment = parse_amendment(text, path);
          if (amendment_path(amendment, text) != path)
            throw Error(ErrorKind::corrupt, fmt::format("`{}` does not hold what its name says", path));
          amend.run({amendment.run, amendment.time.micros(), path, text});
          amended_.insert(amendment.run);
        }
      } catch (const Error& error) {
        connection_.prepare("INSERT OR REPLACE INTO problems VALUES(?, ?)").run({path, error.message()});
      }
    }
  }

  /// Runs that were known before and are amended now.
  void load_amended() {
    auto find = connection_.prepare("SELECT path, git_commit FROM runs WHERE id = ?");
    const git::ObjectId tree = repo_.load_commit(tip_).tree;
    for (const std::string& id : amended_) {
      if (runs_.contains(id) || !find.bind({id}).step()) continue;
      const std::string path = find.text(0), commit = find.text(1);
      const auto entry = repo_.find_entry(tree, path);
      if (!entry) continue;
      Run run;
      run.record = parse_run(repo_.load_blob(entry->id), path);
      run.commit = commit;
      paths_.emplace(id, path);
      runs_.emplace(id, std::move(run));
    }
  }

  /// Which commit brought each new run: its trailer says so.
  void find_commits() {
    std::set<std::string, std::less<>> wanted;
    for (const auto& [id, run] : runs_) {
      if (run.record.parent.empty()) wanted.insert(id);
    }
    if (wanted.empty()) return;
    repo_.walk(tip_, [&](const git::Commit& commit) {
      for (const std::string_view line : split_lines(commit.message)) {
        if (!line.starts_with(kRunTrailer)) continue;
        const auto found = wanted.find(line.substr(kRunTrailer.size()));
        if (found == wanted.end()) continue;
        runs_.at(*found).commit = commit.id.hex();
        wanted.erase(found);
      }
      return !wanted.empty();
    });
    for (auto& [id, run] : runs_) {
      const auto parent = runs_.find(run.record.parent);
      if (parent != runs_.end()) run.commit = parent->second.commit;
    }
  }

  void write() {
    load_amended();
    RunRows rows(connection_);
    auto amendments = connection_.prepare("SELECT path, text FROM amendments WHERE run = ? ORDER BY time, path");
    for (auto& [id, run] : runs_) {
      for (amendments.bind({id}); amendments.step();)
        fold_amendment(parse_amendment(amendments.text(1), amendments.text(0)), run);
      rows.put(run, paths_.at(id));
    }
  }

  git::Repository& repo_;
  db::Connection& connection_;
  git::ObjectId tip_;
  std::vector<std::pair<std::string, git::ObjectId>> added_;
  std::map<std::string, Run> runs_;
  std::map<std::string, std::string> paths_;
  std::set<std::string> amended_;
};

std::string known_tip(db::Connection& connection) {
  auto state = connection.prepare("SELECT tip FROM state");
  return state.step() ? state.text(0) : std::string();
}

void refresh(Workspace& workspace, db::Connection& connection) {
  const auto tip = workspace.repo().find_ref(workspace.config().runs_ref);
  const std::string wanted = tip ? tip->hex() : std::string();
  if (has_tables(connection) && known_tip(connection) == wanted) return;
  db::Transaction transaction(connection);
  ensure_tables(connection);
  const std::string known = known_tip(connection);
  if (known != wanted) {
    const bool continued = tip && Refresh(workspace, connection, *tip).run(git::ObjectId::parse(known));
    if (!continued) {
      connection.execute("PRAGMA user_version = 0");
      ensure_tables(connection);
      if (tip) Refresh(workspace, connection, *tip).run(std::nullopt);
    }
    connection.execute("DELETE FROM state");
    connection.prepare("INSERT INTO state VALUES(?)").run({wanted});
  }
  transaction.commit();
}

db::Connection open_refreshed(Workspace& workspace, db::Connection connection) {
  connection.execute("PRAGMA case_sensitive_like = ON");
  connection.execute("PRAGMA synchronous = NORMAL");
  refresh(workspace, connection);
  return connection;
}

db::Connection open_index(Workspace& workspace) {
  const fs::path file = workspace.local() / "index.sqlite";
  for (const bool again : {false, true}) {
    try {
      return open_refreshed(workspace, db::Connection::open(file));
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::io) break;
      // Damaged, or somebody else's tables of the same version number.
      if (again || (error.kind() != ErrorKind::corrupt && error.kind() != ErrorKind::internal)) throw;
      for (const char* suffix : {"", "-journal", "-wal", "-shm"}) remove_file(file.string() + suffix);
    }
  }
  return open_refreshed(workspace, db::Connection::in_memory());
}

}  // namespace

struct RunIndex::State {
  Workspace& workspace;
  db::Connection connection;
  std::optional<db::Transaction> live;  ///< holds the rows of live runs, never committed
};

RunIndex::RunIndex(Workspace& workspace) : state_(new State{workspace, open_index(workspace), {}}) {
  std::size_t left_out = 0;
  for (auto problems = state_->connection.prepare("SELECT message FROM problems ORDER BY path"); problems.step();) {
    if (++left_out <= kMostWarnings) workspace.world().log.warn(fmt::format("a run is left out: {}", problems.text(0)));
  }
  if (left_out > kMostWarnings)
    workspace.world().log.warn(fmt::format("{} more are left out", left_out - kMostWarnings));
  std::vector<RunRecord> live = live_runs(workspace);
  for (RunRecord& run : live) {
    std::vector<RunRecord> stages;
    std::copy_if(live.begin(), live.end(), std::back_inserter(stages),
                 [&](const RunRecord& r) { return r.parent == run.id; });
    add_stage_facts(run, stages);
  }
  if (live.empty()) return;
  state_->live.emplace(state_->connection);
  RunRows rows(state_->connection);
  auto known = state_->connection.prepare("SELECT 1 FROM runs WHERE id = ?");
  for (const RunRecord& record : live) {
    const bool published = known.bind({record.id}).step();
    known.bind({record.id});
    if (!published) rows.put({record, "", false, ""}, "");
  }
}

RunIndex::RunIndex(RunIndex&&) noexcept = default;
RunIndex::~RunIndex() = default;

std::vector<Run> RunIndex::select(const SqlPiece& where, const SqlPiece& order, std::size_t max) {
  // First which, then what: sorting whole records would cost more than finding them.
  auto numbers = state_->connection.prepare(fmt::format("SELECT r.n FROM runs r WHERE {} ORDER BY {} LIMIT {}",
                                                        where.sql, order.sql, std::min<std::size_t>(max, INT32_MAX)));
  std::vector<db::Bind> values = where.values;
  values.insert(values.end(), order.values.begin(), order.values.end());
  std::vector<std::int64_t> found;
  for (numbers.bind(values); numbers.step();) found.push_back(numbers.integer(0));
  auto row = state_->connection.prepare(
      "SELECT record, note, deleted, git_commit FROM runs JOIN records ON run = n WHERE n = ?");
  std::vector<Run> out;
  for (const std::int64_t n : found) {
    if (!row.bind({n}).step()) continue;
    out.push_back({parse_run(row.text(0), "the run index"), row.text(1), row.integer(2) != 0, row.text(3)});
  }
  return out;
}

std::vector<std::string> RunIndex::column(std::string_view name, const SqlPiece& where) {
  auto rows = state_->connection.prepare(
      fmt::format("SELECT {} FROM runs r WHERE {} ORDER BY r.started DESC, r.id DESC", name, where.sql));
  std::vector<std::string> out;
  for (rows.bind(where.values); rows.step();) out.push_back(rows.text(0));
  return out;
}

UtcTime RunIndex::last_amendment(const std::string& run_id) {
  auto last = state_->connection.prepare("SELECT max(time) FROM amendments WHERE run = ?");
  last.bind({run_id}).step();
  return UtcTime::from_micros(last.integer(0));
}

}  // namespace mlo
