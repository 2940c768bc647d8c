#pragma once
#include "lib/bounds/run_bounds.hpp"
#include "lib/manifest/run_record.hpp"
#include "lib/pipeline/stage.hpp"

namespace mlo {

/// What a stage asks for.
StageBounds bounds_of(const Stage& stage);

/// How it was held, for its record. `stopped`: the line of the bound that it met; empty if it met none.
BoundsRecord recorded_bounds(const StageHold& hold, const std::string& stopped);

}  // namespace mlo
