#pragma once
#include <string>
#include <vector>

namespace mlo {

/// Round numbers at equal distances that cover [low, high]: about `count` of them (P. Heckbert, "Nice Numbers for Graph
/// Labels", Graphics Gems, 1990). Both ends must be finite; equal ends are widened. The first is <= low, the last >=
/// high.
std::vector<double> axis_ticks(double low, double high, int count);

/// Labels with just the decimals that tell the ticks apart.
std::vector<std::string> tick_labels(const std::vector<double>& ticks);

}  // namespace mlo
