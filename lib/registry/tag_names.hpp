#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lib/manifest/semver.hpp"

// Names of tags by GTO's grammar: `delay@v1.2.0` registers a version, `delay#prod#7` assigns a stage to one; with `!`
// they take that back.
namespace mlo {

struct RegistryTag {
  std::string model;
  std::optional<SemVer> version;  ///< of a registration; else `stage` is set
  std::string stage;
  bool removed = false;
  std::uint64_t counter = 0;  ///< of an assignment; 0 if it has none
};

/// Nothing for a tag that is none of these. `name` is without refs/tags/.
std::optional<RegistryTag> parse_registry_tag(std::string_view name);

std::string version_tag(std::string_view model, const SemVer& version);
std::string stage_tag(std::string_view model, std::string_view stage, std::uint64_t counter);

/// One segment of a name.
bool is_stage_name(std::string_view text);
/// Error{usage} that shows the rule; also for a word that follows `promote`.
void require_stage_name(std::string_view text);
/// Error{usage} that shows the rule; also for a word that follows `register` or `promote`.
void require_model_name(std::string_view text);

}  // namespace mlo
