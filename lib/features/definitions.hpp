#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lib/manifest/features.hpp"
#include "lib/workspace/workspace.hpp"

namespace mlo::features {

/// What `.mlo/features/*.yaml` define, checked against each other. Views know their entities, services their features.
class Definitions {
 public:
  /// Error{invalid} with file:line:column for a malformed manifest, two of one kind and name, an entity, view or
  /// feature that does not exist, or a name that stands for two columns of one view. No directory: no definitions.
  static Definitions load(const Workspace& workspace);

  const std::map<std::string, ViewManifest, std::less<>>& views() const { return views_; }
  const std::map<std::string, ServiceManifest, std::less<>>& services() const { return services_; }

  /// Error{not_found} with a near name.
  const ViewManifest& load_view(std::string_view name) const;
  /// The named views in the order of their names, each once; all if `names` is empty.
  std::vector<const ViewManifest*> select_views(const std::vector<std::string>& names) const;
  /// The join keys of a view, entity by entity.
  std::vector<TypedName> join_keys(const ViewManifest& view) const;

  /// Names of services and `view:feature` references as the features they stand for, in this order, each once.
  /// Error{not_found} with a near name, Error{usage} for other words or none.
  std::vector<FeatureReference> resolve(const std::vector<std::string>& typed) const;

 private:
  void add(FeatureManifest manifest);
  void check_view(const ViewManifest& view) const;
  void check_service(const ServiceManifest& service) const;

  std::map<std::string, EntityManifest, std::less<>> entities_;
  std::map<std::string, ViewManifest, std::less<>> views_;
  std::map<std::string, ServiceManifest, std::less<>> services_;
};

/// The index of a feature in its view, which has it.
std::size_t feature_index(const ViewManifest& view, std::string_view feature);
/// The source's column for a join key or feature of the view.
std::string source_column(const ViewManifest& view, std::string_view name);

/// Some features of one view, as indices into its list.
struct ViewRequest {
  const ViewManifest* view = nullptr;
  std::vector<std::size_t> features;
};
/// References grouped by view, views in the order of their first feature.
std::vector<ViewRequest> group_by_view(const Definitions& definitions, const std::vector<FeatureReference>& features);

}  // namespace mlo::features
