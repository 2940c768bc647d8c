#pragma once
#include "lib/remote/remote.hpp"
#include "lib/store/partial_object.hpp"

namespace mlo {

enum class Came { whole, lost, damaged };

/// Fetches what `object` lacks, several pieces at once, and verifies all of it. Bytes that are wrong are thrown away
/// and fetched anew once. `moved` is told also of what was there. If it throws, what came stays for the next attempt.
Came fetch_in_pieces(Remote& remote, PartialObject& object, const Moved& moved);

}  // namespace mlo
