#pragma once
#include <string>
#include <vector>

#include "lib/registry/versions.hpp"

namespace mlo {

/// One thing that a version stands on.
struct ModelCheck {
  std::string what;  ///< tag, model, training data `flights`, holdout `late-2013`, run, code
  bool good = false;
  std::string detail;  ///< what it is, or what is wrong with it
};

struct VerifiedModel {
  std::string name;  ///< of the version tag
  std::vector<ModelCheck> checks;
  bool good() const;
};

/// Looks again at everything that the manifest of `NAME@VERSION` (or `@STAGE`), or of all versions of `NAME`, says:
/// the tag is annotated and points at the commit with its manifest, every byte of the model is in the store and
/// rehashes, the data are versions that this repository's history or the run's record knows, the run is recorded and
/// wrote the model, the commit of its code is here. Changes nothing. Error{not_found} for a name that nothing has.
std::vector<VerifiedModel> verify_models(Workspace& workspace, const std::string& spec);

}  // namespace mlo
