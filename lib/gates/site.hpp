#pragma once
#include <string>

#include "lib/manifest/model.hpp"
#include "lib/workspace/side_tree.hpp"

namespace mlo {

/// The work tree `mlo-gates-N` at one commit in which versions are evaluated.
class EvaluationSite : public SideTree {
 public:
  EvaluationSite(const Workspace& from, git::ObjectId commit);

  /// Makes `path` hold the model, from the store. Error{not_found} naming the version if the store lacks it.
  void put_model(const ModelManifest& model, const std::string& path);
};

}  // namespace mlo
