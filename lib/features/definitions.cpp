#include "lib/features/definitions.hpp"

#include <set>

#include "lib/codec/reader.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::features {
namespace {

constexpr std::string_view kDirectory = ".mlo/features";
constexpr std::uint64_t kMostBytes = 1 << 20;

[[noreturn]] void fail_mark(const std::string& file, Mark mark, std::string message) {
  Value at;
  at.set_mark(mark);
  fail_at(file, at, std::move(message));
}

template <class Map>
std::vector<std::string> names_of(const Map& map) {
  std::vector<std::string> names;
  for (const auto& [name, manifest] : map) names.push_back(name);
  return names;
}

/// "; did you mean `x`?" or nothing.
std::string suggestion(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string near = nearest(word, candidates);
  return near.empty() ? "" : fmt::format("; did you mean `{}`?", near);
}

std::vector<std::string> feature_names(const ViewManifest& view) {
  std::vector<std::string> names;
  for (const auto& feature : view.features) names.push_back(feature.name);
  return names;
}

bool has_feature(const ViewManifest& view, std::string_view feature) {
  return std::any_of(view.features.begin(), view.features.end(), [&](const auto& f) { return f.name == feature; });
}

template <class Map, class Manifest>
void add_to(Map& map, Manifest manifest, std::string_view kind) {
  const auto found = map.find(manifest.name);
  if (found != map.end()) {
    throw Error(ErrorKind::invalid, fmt::format("{}: {} `{}` is already defined in `{}`", manifest.file, kind,
                                                manifest.name, found->second.file));
  }
  std::string name = manifest.name;
  map.emplace(std::move(name), std::move(manifest));
}

}  // namespace

void Definitions::add(FeatureManifest manifest) {
  if (auto* const entity = std::get_if<EntityManifest>(&manifest)) {
    add_to(entities_, std::move(*entity), "entity");
  } else if (auto* const view = std::get_if<ViewManifest>(&manifest)) {
    add_to(views_, std::move(*view), "view");
  } else {
    add_to(services_, std::move(std::get<ServiceManifest>(manifest)), "service");
  }
}

Definitions Definitions::load(const Workspace& workspace) {
  Definitions all;
  const fs::path directory = workspace.root() / kDirectory;
  if (!find_stat(directory)) return all;
  for (const DirEntry& entry : list_dir(directory)) {
    if (!entry.name.ends_with(".yaml") || entry.name.starts_with('.')) continue;
    const std::string file = fmt::format("{}/{}", kDirectory, entry.name);
    if (entry.kind != FileKind::file)
      throw Error(ErrorKind::invalid, fmt::format("`{}` is not a regular file", printable(file)));
    all.add(parse_feature_manifest(read_file(directory / entry.name, kMostBytes), printable(file)));
  }
  for (const auto& [name, view] : all.views_) all.check_view(view);
  for (const auto& [name, service] : all.services_) all.check_service(service);
  return all;
}

void Definitions::check_view(const ViewManifest& view) const {
  for (const auto& entity : view.entities) {
    if (!entities_.contains(entity.name))
      fail_mark(view.file, entity.at,
                fmt::format("no entity `{}`{}", printable(entity.name), suggestion(entity.name, names_of(entities_))));
  }
  std::set<std::string> names;
  for (const TypedName& key : join_keys(view)) {
    if (!names.insert(to_lower(key.name)).second)
      throw Error(ErrorKind::invalid,
                  fmt::format("{}: join key `{}` belongs to two of its entities", view.file, key.name));
  }
  for (const auto& feature : view.features) {
    if (!names.insert(to_lower(feature.name)).second)
      throw Error(ErrorKind::invalid, fmt::format("{}: `{}` is a join key and a feature", view.file, feature.name));
  }
  for (const auto& [name, column] : view.columns) {
    if (!names.contains(to_lower(name)))
      throw Error(ErrorKind::invalid,
                  fmt::format("{}: `field_mapping` maps `{}` to `{}`, which is neither a join key nor a feature",
                              view.file, printable(column), printable(name)));
  }
}

void Definitions::check_service(const ServiceManifest& service) const {
  for (const auto& [reference, at] : service.features) {
    const auto view = views_.find(reference.view);
    if (view == views_.end())
      fail_mark(service.file, at,
                fmt::format("no view `{}`{}", reference.view, suggestion(reference.view, names_of(views_))));
    if (!has_feature(view->second, reference.feature))
      fail_mark(service.file, at,
                fmt::format("view `{}` has no feature `{}`{}", reference.view, reference.feature,
                            suggestion(reference.feature, feature_names(view->second))));
  }
}

const ViewManifest& Definitions::load_view(std::string_view name) const {
  if (const auto found = views_.find(name); found != views_.end()) return found->second;
  Error error(ErrorKind::not_found, fmt::format("no view named `{}`", printable(name)));
  const std::string near = nearest(name, names_of(views_));
  if (!near.empty())
    error.hint(fmt::format("did you mean `{}`?", near));
  else if (views_.empty())
    error.hint("define views in .mlo/features/NAME.yaml; see `mlo help materialize`");
  else
    error.hint("views: " + join(names_of(views_), ", "));
  throw error;
}

std::vector<const ViewManifest*> Definitions::select_views(const std::vector<std::string>& names) const {
  std::map<std::string_view, const ViewManifest*> chosen;
  for (const std::string& name : names) chosen.emplace(name, &load_view(name));
  if (names.empty()) {
    for (const auto& [name, view] : views_) chosen.emplace(name, &view);
  }
  std::vector<const ViewManifest*> out;
  for (const auto& [name, view] : chosen) out.push_back(view);
  return out;
}

std::vector<TypedName> Definitions::join_keys(const ViewManifest& view) const {
  std::vector<TypedName> keys;
  for (const auto& entity : view.entities) {
    const auto& more = entities_.find(entity.name)->second.keys;
    keys.insert(keys.end(), more.begin(), more.end());
  }
  return keys;
}

std::vector<FeatureReference> Definitions::resolve(const std::vector<std::string>& typed) const {
  std::vector<FeatureReference> all;
  const auto add = [&](const FeatureReference& reference) {
    if (std::find(all.begin(), all.end(), reference) == all.end()) all.push_back(reference);
  };
  for (const std::string& word : typed) {
    if (const auto service = services_.find(word); service != services_.end()) {
      for (const auto& [reference, at] : service->second.features) add(reference);
      continue;
    }
    const auto reference = parse_feature_reference(word);
    if (!reference) {
      Error error(ErrorKind::not_found, fmt::format("no service named `{}`", printable(word)));
      const std::string near = nearest(word, names_of(services_));
      throw error.hint(near.empty() ? "give a service or `view:feature`" : fmt::format("did you mean `{}`?", near));
    }
    const ViewManifest& view = load_view(reference->view);
    if (!has_feature(view, reference->feature)) {
      throw Error(ErrorKind::not_found, fmt::format("view `{}` has no feature `{}`", view.name, reference->feature))
          .hint("it has " + join(feature_names(view), ", "));
    }
    add(*reference);
  }
  if (all.empty()) throw Error(ErrorKind::usage, "no features asked for").hint("give a service or `view:feature`");
  return all;
}

std::size_t feature_index(const ViewManifest& view, std::string_view feature) {
  const auto found =
      std::find_if(view.features.begin(), view.features.end(), [&](const auto& f) { return f.name == feature; });
  MLO_ASSERT(found != view.features.end());
  return static_cast<std::size_t>(found - view.features.begin());
}

std::string source_column(const ViewManifest& view, std::string_view name) {
  for (const auto& [known, column] : view.columns) {
    if (known == name) return column;
  }
  return std::string(name);
}

std::vector<ViewRequest> group_by_view(const Definitions& definitions, const std::vector<FeatureReference>& features) {
  std::vector<ViewRequest> groups;
  for (const FeatureReference& reference : features) {
    auto found =
        std::find_if(groups.begin(), groups.end(), [&](const auto& g) { return g.view->name == reference.view; });
    if (found == groups.end()) found = groups.insert(groups.end(), {&definitions.load_view(reference.view), {}});
    found->features.push_back(feature_index(*found->view, reference.feature));
  }
  return groups;
}

}  // namespace mlo::features
