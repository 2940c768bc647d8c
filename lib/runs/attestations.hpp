#pragma once
#include <string>
#include <vector>

#include "lib/manifest/attestation.hpp"
#include "lib/workspace/workspace.hpp"

// What verifications found out about runs, beside their records on the runs ref: they travel with push and pull, and
// any number of them stand beside one run.
namespace mlo {

/// One commit on the runs ref with all of them.
void publish_attestations(Workspace& workspace, const std::vector<Attestation>& attestations);

/// Those of one invocation, newest first. One that cannot be read is left out with a warning.
std::vector<Attestation> load_attestations(const Workspace& workspace, const std::string& run_id);

}  // namespace mlo
