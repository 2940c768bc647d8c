#pragma once
#include <optional>
#include <string>
#include <vector>

#include "lib/manifest/semver.hpp"
#include "lib/registry/versions.hpp"

namespace mlo {

/// What `register` is asked for. Paths and files are as the user typed them.
struct RegisterRequest {
  std::string name;
  std::string run;   ///< whose output it is: id, prefix or name
  std::string path;  ///< of the output, or of something inside one
  std::optional<SemVer> version;
  Bump bump = Bump::patch;
  std::optional<std::string> evaluation;    ///< run that has the scores; default: the same
  std::vector<std::string> training;        ///< datasets, or paths of inputs; default: all datasets that the run read
  std::optional<std::string> holdout;       ///< default: the one with `holdout` in its name
  std::optional<std::string> features;      ///< file with the feature schema; default: columns of the training table
  std::vector<std::string> labels;          ///< columns of either that are no features
  std::optional<std::string> dependencies;  ///< file of exact versions; default: the lock file in the run's code
  CardText card;
  bool allow_dirty = false;
};

struct Registration {
  ModelManifest manifest;
  std::string tag;
  std::optional<git::ObjectId> commit;  ///< nothing in a dry run
  bool finished = false;                ///< the commit of an earlier call, which was cut off, got its tag
};

/// Writes `.mlo/models/<name>/<version>.yaml`, commits it alone and tags that commit `NAME@vX.Y.Z`. All facts come from
/// the run: Error{not_found|invalid} naming the option that supplies what cannot be had from it. The model's bytes are
/// in the store, whole, before anything is written. A call that was cut off between commit and tag is finished by the
/// next one. Error{conflict} if the version exists, or git is in the middle of something.
Registration register_model(Workspace& workspace, const RegisterRequest& request);
/// The same without writing anything.
Registration plan_registration(Workspace& workspace, const RegisterRequest& request);

}  // namespace mlo
