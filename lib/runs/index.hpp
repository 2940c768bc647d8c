#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/runs/filter.hpp"
#include "lib/runs/run_store.hpp"

namespace mlo {

/// Tables over the runs ref in `.mlo/local/index.sqlite`: a cache. Opening it adds what the ref has gained since; a
/// damaged file, another version of the tables or a rewritten history means building it anew; where no file can be
/// written it lies in memory. While it is open it shows the live runs too. A record that cannot be read is left out
/// with a warning.
class RunIndex {
 public:
  explicit RunIndex(Workspace& workspace);
  RunIndex(RunIndex&&) noexcept;
  ~RunIndex();

  /// Runs whose row `r` meets `where`, in the order of `order`.
  std::vector<Run> select(const SqlPiece& where, const SqlPiece& order, std::size_t max = SIZE_MAX);
  /// One column of the rows that meet `where`, newest first.
  std::vector<std::string> column(std::string_view name, const SqlPiece& where);

  /// The epoch if the run was never amended.
  UtcTime last_amendment(const std::string& run_id);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mlo
