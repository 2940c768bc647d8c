#pragma once
#include <string>
#include <vector>

#include "lib/manifest/model.hpp"
#include "lib/workspace/workspace.hpp"

namespace mlo {

/// The columns of the training data, without `labels`: from the manifest of the dataset, or read from the table(s) in
/// the store. Error{not_found|invalid} naming --features if no data is a table, or tables differ; naming --label for a
/// column that is not there.
std::vector<SchemaColumn> training_features(Workspace& workspace, const std::vector<UsedDataset>& training,
                                            const std::vector<std::string>& labels);

/// Columns from a list of `{name, type}`, a mapping from name to type (YAML or JSON), or a table file; without
/// `labels`, each of which must be among them.
std::vector<SchemaColumn> read_feature_file(Workspace& workspace, const std::string& typed,
                                            const std::vector<std::string>& labels);

}  // namespace mlo
