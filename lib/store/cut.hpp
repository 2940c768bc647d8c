#pragma once
#include <cstddef>
#include <string_view>

// Content-defined cutting (FastCDC): where bytes are cut depends on what is near, so that what two contents have in
// common falls into equal parts wherever it lies. schemas/README.md pins every number: another cut finds nothing again.
namespace mlo {

/// Parts are at least `least` bytes but for the last, at most `most`, and on average some more than 2^`bits`.
struct CutSizes {
  std::size_t least, most;
  unsigned bits;
};

/// Of large files.
inline constexpr CutSizes kPartSizes{.least = 64U << 10U, .most = 1U << 20U, .bits = 18};
/// Of large trees and lists of parts.
inline constexpr CutSizes kPageSizes{.least = 4U << 10U, .most = 64U << 10U, .bits = 14};

/// The length of the first part of `bytes`, which go on for at least `most` bytes or to the end of the content.
std::size_t cut(std::string_view bytes, const CutSizes& sizes);

}  // namespace mlo
