#include "lib/remote/fetch_pieces.hpp"

#include <atomic>

#include "lib/util/error.hpp"
#include "lib/util/parallel.hpp"

namespace mlo {
namespace {

/// False if the remote has no such object.
bool fetch_missing(Remote& remote, PartialObject& object, const Moved& moved) {
  const std::vector<PartialObject::Piece> pieces = object.missing();
  std::uint64_t there = object.size();
  for (const PartialObject::Piece& piece : pieces) there -= piece.size - piece.there;
  if (there != 0) moved(there);
  std::atomic<bool> lost = false;
  try {
    parallel_for(pieces.size(), remote.connections(), [&](std::size_t i) {
      const PartialObject::Piece& piece = pieces[i];
      std::uint64_t done = piece.there;
      const FileRange range{piece.offset + done, piece.size - done};
      const auto note = [&](std::uint64_t bytes) {
        object.set_there(piece, done += bytes);
        moved(bytes);
      };
      if (!remote.get(object.id(), range, {object.fd(), range.offset, object.path(), note})) lost = true;
    });
  } catch (const Error& error) {
    // Even if some came: what it does not do now it may never do again.
    if (error.kind() != ErrorKind::unsupported) throw;
    object.clear();
    return remote.get(object.id(), {}, {.fd = object.fd(), .path = object.path(), .moved = moved});
  }
  return !lost;
}

}  // namespace

Came fetch_in_pieces(Remote& remote, PartialObject& object, const Moved& moved) {
  for (int left = 2; left > 0; --left) {
    const bool shared = object.is_fresh() && remote.share(object.id(), object.fd());
    if (!shared && !fetch_missing(remote, object, moved)) return Came::lost;
    if (object.finish()) return Came::whole;
    object.clear();
  }
  return Came::damaged;
}

}  // namespace mlo
