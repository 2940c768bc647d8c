#pragma once
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "lib/lineage/graph.hpp"

namespace mlo {

enum class LineageDirection { up, down, both };

struct LineageScope {
  LineageDirection direction = LineageDirection::both;
  int depth = std::numeric_limits<int>::max();  ///< steps from the root
};

/// A graph and the node it was asked for.
struct Lineage {
  std::string root;
  LineageGraph graph;
};

/// The whole graph of the repository's history, rooted at a dataset (`NAME`, `NAME@sha256:PREFIX`, `NAME@REV`) or a run
/// (id, prefix or name) or a model (`NAME`, `NAME@VERSION`, `NAME@STAGE`); a dataset comes first, then a model.
/// Error{not_found} if it is none.
Lineage load_lineage(Workspace& workspace, std::string_view name);
/// The part that leads to the root (up) and that came from it (down). From a run came what its own stages, which are
/// then part of it, wrote and did not use up.
Lineage narrow(const Lineage& whole, const LineageScope& scope);

/// One line of a tree for people.
struct LineageRow {
  std::string indent;       ///< with the branch drawn: "│  ├─ "
  const LineageNode* node;  ///< borrowed from the Lineage
  bool repeated = false;    ///< its own branches stand further up
};
enum class TreeGlyphs { unicode, ascii };
/// Of a lineage narrowed to `direction`, up or down; the root itself is no row. Code is a row below the root only:
/// stages of a run share it.
std::vector<LineageRow> lineage_rows(const Lineage& lineage, LineageDirection direction, TreeGlyphs glyphs);

/// Graphviz, causes on the left.
std::string lineage_dot(const Lineage& lineage);

}  // namespace mlo
