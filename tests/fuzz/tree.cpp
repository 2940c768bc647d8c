#include "lib/store/tree.hpp"

#include "tests/fuzz/fuzz.hpp"

// Directory objects come from remotes: one spelling each, or refused.
MLO_FUZZ_TARGET(bytes) {
  const mlo::Tree tree = mlo::decode_tree(bytes);
  mlo::fuzz::require(mlo::encode_tree(tree) == bytes);
}
