#pragma once
#include "cli/context.hpp"
#include "lib/manifest/attestation.hpp"

namespace mlo::cli {

Style verdict_style(Reproduction verdict);
/// "identical by ann@example.org on 2001-02-03 04:05, 2 stages, twice".
std::string describe(const Attestation& attestation);
Value attestations_value(const std::vector<Attestation>& attestations);

}  // namespace mlo::cli
