#include "lib/remote/wire.hpp"

#include "lib/remote/remote.hpp"
#include "tests/fuzz/fuzz.hpp"

// What comes over ssh, from either end.
namespace {

void decode(const mlo::wire::Frame& frame) {
  using namespace mlo::wire;
  mlo::fuzz::require(frame.payload.size() <= kMaxPayload);
  const auto quietly = [](auto&& action) {
    try {
      action();
    } catch (const mlo::Error& error) {
      mlo::fuzz::require(error.kind() == mlo::ErrorKind::remote);
    }
  };
  quietly([&] { mlo::fuzz::require(encode_names(decode_names(frame.payload)) == frame.payload); });
  quietly([&] { mlo::fuzz::require(encode_files(decode_files(frame.payload)) == frame.payload); });
  quietly([&] { decode_error(frame.payload); });
  quietly([&] {
    const Get get = decode_get(frame.payload);
    mlo::fuzz::require(!get.range || get.range->offset + get.range->size <= INT64_MAX);
  });
  quietly([&] { mlo::fuzz::require(encode_put(decode_put(frame.payload)) == frame.payload); });
  // A name that is let in leads to one file below the directory.
  if (is_name(frame.payload)) mlo::fuzz::require(mlo::is_safe_relative(frame.payload));
}

}  // namespace

MLO_FUZZ_TARGET(bytes) {
  // However the bytes are cut, the frames are the same.
  mlo::wire::FrameReader whole, cut;
  whole.add(bytes);
  std::string first, second;
  while (const auto frame = whole.take()) {
    first += mlo::wire::encode(frame->id, frame->kind, frame->payload);
    decode(*frame);
  }
  mlo::fuzz::require(bytes.starts_with(first));
  for (std::size_t at = 0; at < bytes.size(); at += 7) {
    cut.add(bytes.substr(at, 7));
    while (const auto frame = cut.take()) second += mlo::wire::encode(frame->id, frame->kind, frame->payload);
  }
  mlo::fuzz::require(first == second);
}
