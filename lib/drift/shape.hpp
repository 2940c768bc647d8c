#pragma once
#include "lib/drift/report.hpp"
#include "lib/drift/samples.hpp"

namespace mlo::drift {

/// Two distributions, small enough to draw: at most 30 equal bins, or the 11 most frequent categories and the rest.
Shape draw_shape(const Samples& samples);

}  // namespace mlo::drift
