#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/pipeline/stage.hpp"

namespace mlo {

using StageIndex = std::uint32_t;

/// Which stage needs which. Edges come from paths: a dependency equal to, inside, or around an output. A frozen stage
/// needs nobody.
class Graph {
 public:
  /// Throws Error{invalid} for two stages that write the same path or one inside the other, and for a cycle, naming its
  /// stages in order. `stages` is moved in and keeps its order; `file` names the pipeline in errors.
  Graph(std::vector<Stage> stages, std::string_view file);

  const std::vector<Stage>& stages() const { return stages_; }
  const Stage& stage(StageIndex i) const { return stages_[i]; }
  const std::vector<StageIndex>& upstream(StageIndex i) const { return upstream_[i]; }      ///< ascending
  const std::vector<StageIndex>& downstream(StageIndex i) const { return downstream_[i]; }  ///< ascending
  /// Every stage after all it needs; among those free, the file's order.
  const std::vector<StageIndex>& order() const { return order_; }

  /// The stages that `targets` name, and all they need, in topological order; all stages if there are none. A target is
  /// a stage name, the base name of a foreach or matrix (all of it), or an output's path. Error{not_found} with the
  /// nearest name.
  std::vector<StageIndex> select(const std::vector<std::string>& targets) const;
  /// Only what `targets` name, without what they need.
  std::vector<StageIndex> named(const std::vector<std::string>& targets) const;
  /// What `targets` name, and all that needs them.
  std::vector<StageIndex> after(const std::vector<std::string>& targets) const;

 private:
  using Neighbours = std::vector<std::vector<StageIndex>>;
  /// Those and all that can be reached from them, in topological order.
  std::vector<StageIndex> reach(std::vector<StageIndex> from, const Neighbours& next) const;
  void link(std::string_view file);
  void sort(std::string_view file);
  std::vector<Stage> stages_;
  Neighbours upstream_, downstream_;
  std::vector<StageIndex> order_;
};

}  // namespace mlo
