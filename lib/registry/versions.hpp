#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/manifest/gate_report.hpp"
#include "lib/manifest/model.hpp"
#include "lib/manifest/semver.hpp"
#include "lib/registry/tag_names.hpp"
#include "lib/workspace/workspace.hpp"

// What the tags of a repository say about its models: `NAME@vX.Y.Z` registers, `NAME#STAGE#N` promotes (GTO's grammar).
namespace mlo {

struct ModelVersion {
  ModelManifest manifest;
  git::ObjectId commit;  ///< that the version tag points at
  git::ObjectId tag;     ///< the annotated tag
};

/// One version tag, good or not.
struct VersionTag {
  std::string name;  ///< of the tag
  SemVer version;
  std::optional<ModelVersion> registered;  ///< nothing if there is a problem
  std::string problem;                     ///< one line: why it is not one that `register` made
  bool removed = false;                    ///< `NAME@vX.Y.Z!` takes it back
};

/// One stage tag. Verified: annotated, made by promote or rollback (its message holds a gate report that matches its
/// own digest), the report speaks of this stage and of the version at this commit, passed, and names a policy that was
/// in force. Anything else is a hand-made or altered tag: shown, never resolved.
struct Assignment {
  std::string model, stage;
  std::string name;  ///< of the tag
  std::uint64_t counter = 0;
  std::optional<ModelVersion> version;  ///< nothing if unverified or unassigned
  git::ObjectId tag;
  UtcTime when;
  std::string who;
  bool verified = false;
  std::string problem;   ///< one line, if not verified
  bool cut = false;      ///< not verified, but it may be good: the history that would tell is not in this clone
  bool removed = false;  ///< `NAME#STAGE!#N`
  bool rollback = false;
  std::string reason;                ///< of a rollback
  std::string promotion;             ///< tag of the promotion a rollback stands on
  std::optional<Digest> digest;      ///< of the promotion's report, as it was written
  std::optional<GateReport> report;  ///< of the promotion, for a rollback the one it stands on
};

/// A tag of the registry's grammar and what it points at, not peeled.
struct FoundTag {
  RegistryTag parsed;
  std::string name;
  git::ObjectId id;
};
/// Every tag of the registry's grammar, or of one model; sorted by model, then name.
std::vector<FoundTag> registry_tags(const Workspace& workspace, std::optional<std::string_view> model = {});

/// `.mlo/models/<name>/<version>.yaml`
std::string model_file(std::string_view name, const SemVer& version);

/// Models with a tag of any kind.
std::vector<std::string> model_names(const Workspace& workspace);
/// Every version tag of the model, ascending by semver; empty for an unknown model.
std::vector<VersionTag> version_tags(const Workspace& workspace, std::string_view name);
/// The good ones. Error{not_found} with a near name, or with the `git fetch` line if this clone lacks tags.
std::vector<ModelVersion> model_versions(const Workspace& workspace, std::string_view name);
/// Every stage tag of the model, oldest first.
std::vector<Assignment> assignments(const Workspace& workspace, std::string_view name);
/// Those that led to the present holder of a stage, oldest first: a rollback takes away what came after its version.
std::vector<const Assignment*> stage_holders(const std::vector<Assignment>& all, std::string_view stage);
/// The newest verified one, if the stage was not unassigned after it.
const Assignment* current_holder(const std::vector<Assignment>& all, std::string_view stage);
/// The same where a wrong answer would do harm: Error{config} with the `git fetch` line if this shallow clone cannot
/// tell whether a newer tag is good.
const Assignment* known_holder(const std::vector<Assignment>& all, std::string_view stage);
/// The version that holds the stage: the newest verified assignment, unless it is newer unassigned. Unverified tags are
/// passed over. Nothing if no version holds it. Throws what known_holder throws.
std::optional<ModelVersion> find_holder(const Workspace& workspace, std::string_view name, std::string_view stage);

/// `NAME@1.2.0` (or `@v1.2.0`), `NAME@STAGE`, `NAME@latest`. Error{not_found}; Error{verdict} if the newest tag of the
/// stage is unverified and nothing verified is below it.
ModelVersion resolve_model(const Workspace& workspace, std::string_view spec);

}  // namespace mlo
