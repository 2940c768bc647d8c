#pragma once
#include "lib/registry/register_model.hpp"
#include "lib/runs/run_store.hpp"

// What a manifest takes from recorded runs.
namespace mlo {

/// Everything but name, version and author. Errors as register_model; several things that are missing are one error.
ModelManifest gather_facts(Workspace& workspace, const RegisterRequest& request);

/// Rehashes every object of something stored; one line about the first that is missing or damaged, empty if all is
/// well.
std::string find_damage(const ObjectStore& store, const Digest& id, bool directory);

}  // namespace mlo
