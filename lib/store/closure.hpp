#pragma once
#include "lib/crypto/digest_set.hpp"
#include "lib/store/object_store.hpp"

namespace mlo {

/// All that is needed to read what `roots` name: they themselves, and below the trees among them every entry. An object
/// whose bytes are a tree's counts as one, whatever it was named as: rather too much than too little. What the store
/// lacks is in it too. Error{corrupt} for a damaged tree, also one in quarantine: what it needs cannot be known.
DigestSet close_over(const World& world, const ObjectStore& store, const DigestSet& roots);

}  // namespace mlo
