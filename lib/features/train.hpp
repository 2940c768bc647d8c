#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "lib/features/definitions.hpp"
#include "lib/features/point_in_time.hpp"

namespace mlo::features {

enum class ColumnNames {
  brief,  ///< `feature`
  full,   ///< `view__feature`
};

/// What a training set is made from.
struct TrainRequest {
  fs::path spine;           ///< who is asked for, and when: a Parquet, CSV or JSON lines file, absolute
  std::string spine_label;  ///< as the user spelled it
  fs::path output;          ///< .parquet or .csv, absolute
  std::string output_label;
  std::string timestamp = "event_timestamp";  ///< the spine's column of moments
  std::vector<std::pair<std::string, std::string>> key_columns =
      {};  ///< join key -> the spine's column, where they differ
  std::vector<FeatureReference> features = {};
  ColumnNames names = ColumnNames::brief;
  Knowledge knowledge = Knowledge::at_the_time;
};

struct TrainReport {
  struct View {
    std::string name;
    std::vector<std::string> columns;  ///< as the output calls them
    std::uint64_t rows_read = 0;
    std::uint64_t rows_skipped = 0;  ///< without key or event time
    std::uint64_t present = 0;       ///< spine rows that got an answer
    std::uint64_t outside_ttl = 0;   ///< whose latest answer was too old
    std::uint64_t not_found = 0;
  };
  std::uint64_t rows = 0;
  std::vector<View> views;
};

/// Writes the spine with the features of its moments: every row once and in order, every column, then the columns of
/// each view. Memory grows with the spine, not with the views. The output is replaced whole or not at all.
/// Error{invalid} for two columns of one name, or for what cannot be read; Error{conflict} if an input changes
/// meanwhile.
TrainReport build_training_set(Workspace& workspace, const Definitions& definitions, const TrainRequest& request);

}  // namespace mlo::features
