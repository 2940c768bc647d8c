#include "lib/stats/bootstrap.hpp"

#include "lib/util/error.hpp"
#include "lib/util/parallel.hpp"

namespace mlo {
namespace {

/// SplitMix64 (Steele, Lea and Flood 2014): any seed is as good as any other.
class SplitMix {
 public:
  explicit SplitMix(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
  }

 private:
  std::uint64_t state_;
};

}  // namespace

std::vector<PairedDraw> paired_bootstrap(const RowMetric& metric, const ScoredRows& a, const ScoredRows& b,
                                         std::size_t draws, std::uint64_t seed, unsigned threads) {
  MLO_ASSERT(a.size() == b.size() && a.size() <= UINT32_MAX);
  const std::uint64_t n = a.size();
  std::vector<PairedDraw> out(draws);
  parallel_for(draws, threads, [&](std::size_t i) {
    SplitMix random(SplitMix(seed + i).next());
    std::vector<std::uint32_t> counts(n, 0);
    // The upper 32 bits times n: off from uniform by less than n / 2^32, far below what a bootstrap can resolve.
    for (std::uint64_t k = 0; k < n; ++k) ++counts[((random.next() >> 32U) * n) >> 32U];
    out[i] = {compute(metric, a, counts), compute(metric, b, counts)};
  });
  return out;
}

}  // namespace mlo
