#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/manifest/gate_report.hpp"
#include "lib/manifest/model.hpp"
#include "lib/workspace/workspace.hpp"

// What the tags of a repository say about its models: `NAME@vX.Y.Z` registers, `NAME#STAGE#N` promotes (GTO's grammar).
namespace mlo {

struct ModelVersion {
  ModelManifest manifest;
  git::ObjectId commit;  ///< that the version tag points at
  git::ObjectId tag;     ///< the annotated tag
};

/// One stage tag. Verified: annotated, made by promote or rollback (its message holds a gate report that matches its
/// own digest), the report speaks of this stage and of the version at this commit, passed, and names a policy that was
/// in force. Anything else is a hand-made or altered tag: shown, never resolved.
struct Assignment {
  std::string model, stage;
  std::uint64_t counter = 0;
  std::optional<ModelVersion> version;  ///< nothing if unverified or unassigned
  git::ObjectId tag;
  UtcTime when;
  std::string who;
  bool verified = false;
  std::string problem;   ///< one line, if not verified
  bool removed = false;  ///< `NAME#STAGE!#N`
  bool rollback = false;
  std::optional<GateReport> report;
};

std::vector<std::string> model_names(const Workspace& workspace);
/// Ascending by semver. Error{not_found} with a near name.
std::vector<ModelVersion> model_versions(const Workspace& workspace, std::string_view name);
/// Every stage tag of the model, oldest first.
std::vector<Assignment> assignments(const Workspace& workspace, std::string_view name);
/// The version that holds the stage: the newest verified assignment, unless it is newer unassigned. Unverified tags are
/// passed over. Nothing if no version holds it.
std::optional<ModelVersion> find_holder(const Workspace& workspace, std::string_view name, std::string_view stage);

/// `NAME@1.2.0` (or `@v1.2.0`), `NAME@STAGE`, `NAME@latest`. Error{not_found}; Error{verdict} if the newest tag of the
/// stage is unverified and nothing verified is below it.
ModelVersion resolve_model(const Workspace& workspace, std::string_view spec);

}  // namespace mlo
