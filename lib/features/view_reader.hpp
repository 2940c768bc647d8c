#pragma once
#include <functional>
#include <vector>

#include "lib/features/definitions.hpp"
#include "lib/features/inputs.hpp"
#include "lib/features/point_in_time.hpp"
#include "lib/features/typed_reader.hpp"
#include "lib/table/connection.hpp"

namespace mlo::features {

/// Reads the rows of one view: those of its files, file after file, or those of its query over them. A query sees its
/// tables and nothing else (lib/table/plain_select.hpp). Borrows what it is made from.
class ViewReader {
 public:
  ViewReader(const table::Engine& engine, const Workspace& workspace, const Definitions& definitions,
             const ViewManifest& view, const std::vector<InputTable>& inputs);

  bool has_query() const { return std::holds_alternative<QuerySource>(view_.source); }
  /// All rows, with these features. Error{invalid} naming the view (and the file and row, where one is to
  /// blame) for what cannot be read.
  void read(const std::vector<std::size_t>& features, RowOrder order,
            const std::function<void(const FeatureRows&)>& take);
  /// The rows of one file of a view without a query; their places start with 0.
  void read_file(std::size_t file, const std::vector<std::size_t>& features, RowOrder order,
                 const std::function<void(const FeatureRows&)>& take);

 private:
  void read_relation(table::Connection& connection, const Relation& relation, const std::vector<std::size_t>& features,
                     RowOrder order, const std::function<void(const FeatureRows&)>& take);
  void read_query(const std::vector<std::size_t>& features, const std::function<void(const FeatureRows&)>& take);
  template <class Read>
  void with_context(Read read);

  const table::Engine& engine_;
  const Workspace& workspace_;
  const ViewManifest& view_;
  const std::vector<InputTable>& inputs_;
  std::vector<TypedName> keys_;
};

/// Where a query over more than fits into memory may put what does not; mlo's own directory, made if missing.
fs::path spill_directory(const Workspace& workspace);

}  // namespace mlo::features
