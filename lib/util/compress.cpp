#include "lib/util/compress.hpp"

#include <zstd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>

namespace mlo {
namespace {

constexpr std::size_t kSmallest = 400;  ///< below it a frame gains little
constexpr int kLevel = 1;

/// Whether the bytes are spread as noise's: by how many pairs of a sample are equal, which for 256 values of one chance
/// is a 256th of them. A tenth saved by their frequencies alone would need half as many pairs again.
bool looks_like_noise(std::string_view bytes) {
  constexpr std::size_t kSpots = 16, kSpot = 64, kSample = kSpots * kSpot;
  if (bytes.size() < kSample) return false;
  std::array<std::uint32_t, 256> counts{};
  const std::size_t step = (bytes.size() - kSpot) / (kSpots - 1);
  for (std::size_t spot = 0; spot < kSpots; ++spot) {
    for (const char byte : bytes.substr(spot * step, kSpot)) ++counts[static_cast<unsigned char>(byte)];
  }
  std::size_t pairs = 0;
  for (const std::uint32_t count : counts) pairs += std::size_t{count} * count;
  constexpr std::size_t kNoise = kSample + kSample * (kSample - 1) / 256;
  return pairs * 5 < kNoise * 6;
}

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

}  // namespace

bool compress(std::string_view bytes, std::string& out) {
  if (bytes.size() < kSmallest || looks_like_noise(bytes)) return false;
  thread_local const std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
  // Room for what is worth keeping and no more: zstd stops where it does not fit.
  out.resize(bytes.size() - bytes.size() / 10);
  const std::size_t size = ZSTD_compressCCtx(context.get(), out.data(), out.size(), bytes.data(), bytes.size(), kLevel);
  if (ZSTD_isError(size) != 0) return false;
  out.resize(size);
  return true;
}

bool decompress(std::string_view frame, std::size_t size, std::string& out) {
  thread_local const std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
  if (ZSTD_findFrameCompressedSize(frame.data(), frame.size()) != frame.size()) return false;
  out.resize(size);
  return ZSTD_decompressDCtx(context.get(), out.data(), size, frame.data(), frame.size()) == size;
}

}  // namespace mlo
