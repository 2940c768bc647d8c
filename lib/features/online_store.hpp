#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/crypto/digest.hpp"
#include "lib/util/fs.hpp"
#include "lib/util/utc_time.hpp"

namespace mlo::features {

/// A file that the rows of a view came from.
struct StoredInput {
  std::string label;
  Digest digest;
  bool operator==(const StoredInput&) const = default;
};

/// What the store knows of a view beside its rows.
struct ViewState {
  std::string view;
  Digest definition;                ///< of what decides the rows; see definition_of()
  std::vector<StoredInput> inputs;  ///< ascending by label
  std::uint64_t keys = 0;
  std::optional<UtcTime> newest;  ///< event of the newest row
  std::optional<UtcTime> due;     ///< when the first row that was still in the future becomes known
  UtcTime updated;
};

/// One row: the latest of its key.
struct OnlineRow {
  std::int64_t event = 0;               ///< microseconds since 1970
  std::optional<std::int64_t> created;  ///< the same
  std::string input;                    ///< label of the file it came from; empty for a query
  std::string values;                   ///< packed (feature_value.hpp)
};

/// Whether `next`, which comes later, takes the place of `kept`: by event, then creation (none is lowest), then the
/// input's label, so that the order in which files are read does not matter; it does if all are equal.
bool supersedes(const OnlineRow& next, const OnlineRow& kept);

/// One view being written. Nothing is seen by readers before commit; destruction without it leaves what was there.
class OnlineUpdate {
 public:
  virtual ~OnlineUpdate() = default;
  /// Keeps the row if it supersedes the key's. Keys in ascending order are fastest.
  virtual void put(std::string_view key, const OnlineRow& row) = 0;
  /// The input changed or is gone: its rows are retired until a row of their key supersedes them.
  virtual void retire(const std::string& input) = 0;
  virtual bool has_retired() = 0;
  /// Makes the rows and the state durable and visible, both or none. `keys` and `newest` of the state are counted here.
  virtual ViewState commit(ViewState state) = 0;
};

/// Where features are served from: the latest row of each key of each view. To add one: a file beside this and its line
/// in all.cpp; tests/contract holds it to this contract.
class OnlineStore {
 public:
  virtual ~OnlineStore() = default;
  /// Ascending by name.
  virtual std::vector<ViewState> states() = 0;
  virtual std::optional<ViewState> find_state(std::string_view view) = 0;
  virtual std::optional<OnlineRow> find(std::string_view view, std::string_view key) = 0;
  enum class Begin { empty, merge };
  /// One at a time; waits for another process's.
  virtual std::unique_ptr<OnlineUpdate> begin(std::string_view view, Begin how) = 0;
  /// True if there was such a view.
  virtual bool remove(std::string_view view) = 0;
};

/// A kind of store. `open` makes one in a directory, which exists; nothing if it has none and `create` is false.
struct OnlineStoreKind {
  std::string_view name;
  std::unique_ptr<OnlineStore> (*open)(const fs::path& directory, bool create);
};
const std::vector<OnlineStoreKind>& all_online_stores();

/// The one in `.mlo/local/online.sqlite`. Error{corrupt} with the way out for a file that is none.
std::unique_ptr<OnlineStore> open_sqlite_store(const fs::path& directory, bool create);

}  // namespace mlo::features
