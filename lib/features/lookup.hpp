#pragma once
#include <map>
#include <string>
#include <vector>

#include "lib/features/definitions.hpp"
#include "lib/features/feature_value.hpp"
#include "lib/features/online_store.hpp"

namespace mlo::features {

enum class OnlineStatus { present, null_value, not_found, outside_max_age };
/// PRESENT, NULL_VALUE, NOT_FOUND, OUTSIDE_MAX_AGE.
std::string_view to_string(OnlineStatus status);

/// One feature, of every entity that was asked for.
struct OnlineColumn {
  FeatureReference feature;
  FeatureType type = FeatureType::string;
  struct Cell {
    FeatureValue value;  ///< null unless present
    OnlineStatus status = OnlineStatus::not_found;
    std::optional<UtcTime> event;
  };
  std::vector<Cell> cells;
};

/// The join keys that the features need, each once, and whose values the answer repeats.
std::vector<TypedName> keys_of(const Definitions& definitions, const std::vector<FeatureReference>& features);

/// The latest values. `keys`: for each join key its value for each entity, as text; all of one length. A value whose
/// event is more than the view's ttl before `now` is outside_max_age. Error{usage} for missing, unknown or malformed
/// keys; Error{not_found} for a view that was not materialized, or not since its definition changed.
std::vector<OnlineColumn> look_up(const Definitions& definitions, OnlineStore* store,
                                  const std::vector<FeatureReference>& features,
                                  const std::map<std::string, std::vector<std::string>>& keys, UtcTime now);

}  // namespace mlo::features
