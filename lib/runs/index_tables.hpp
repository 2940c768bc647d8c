#pragma once
#include "lib/db/connection.hpp"
#include "lib/runs/run_store.hpp"

// Writing runs into the tables of the index. Included only inside lib/runs.
namespace mlo {

/// Whether they are there, as this version makes them.
bool has_tables(db::Connection& connection);
/// Makes the tables in an empty database; drops those of another version first. Inside a transaction.
void ensure_tables(db::Connection& connection);

/// One run's rows in all tables.
class RunRows {
 public:
  explicit RunRows(db::Connection& connection);
  /// Replaces the run's rows. `path` is where its record lies in the tree; empty for a live run.
  void put(const Run& run, const std::string& path);

 private:
  db::Statement remove_, run_, record_, metric_, param_, tag_, dataset_, number_;
  db::Statement clear_metrics_, clear_params_, clear_tags_, clear_datasets_, clear_records_;
};

}  // namespace mlo
