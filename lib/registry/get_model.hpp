#pragma once
#include <optional>
#include <string>

#include "lib/data/bring.hpp"
#include "lib/registry/versions.hpp"
#include "lib/util/world.hpp"

namespace mlo {

struct GetRequest {
  std::string spec;                 ///< NAME@STAGE, NAME@VERSION
  std::optional<std::string> repo;  ///< URL, or path of a repository; default: the one around world.cwd
  std::string output;               ///< directory, as typed
  Existing existing = Existing::refuse;
};

struct GotModel {
  ModelManifest manifest;
  git::ObjectId commit;
  fs::path directory;  ///< that holds the model: its file, or what its directory held
  std::uint64_t files = 0, bytes = 0;
};

/// Brings a model to a directory: the version is resolved by tags that verify, every byte is hashed on its way, and the
/// directory appears at once, whole, or not at all. With a URL, or the path of a bare repository, it is not cloned:
/// tags and the few files that verify them are fetched to a place that is gone afterwards; content comes from the
/// remote that its
/// `.mlo/config.yaml` names; a relative directory counts from the repository's own, if that is on this machine.
/// Error{conflict} if the directory is there and not empty, and as require_replaceable before anything is fetched;
/// Error{verdict} for a version or stage whose tag is unverified; Error{remote} if content or tags cannot be fetched.
GotModel get_model(World& world, const GetRequest& request);

}  // namespace mlo
