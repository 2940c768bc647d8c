#include "lib/manifest/features.hpp"
#include "tests/fuzz/fuzz.hpp"

// What people write in .mlo/features.
MLO_FUZZ_TARGET(bytes) {
  using namespace mlo;
  const FeatureManifest manifest = parse_feature_manifest(bytes, "f.yaml");
  if (const auto* const service = std::get_if<ServiceManifest>(&manifest)) {
    for (const auto& [reference, at] : service->features)
      fuzz::require(parse_feature_reference(reference.str()) == reference);
  }
  if (const auto* const view = std::get_if<ViewManifest>(&manifest))
    fuzz::require(view->ttl.count() >= 0 && !view->features.empty() && !view->entities.empty());
}
