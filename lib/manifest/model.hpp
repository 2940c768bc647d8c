#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/manifest/dataset.hpp"
#include "lib/manifest/run_record.hpp"

namespace mlo {

/// A dataset as a model used it.
struct UsedDataset {
  std::string name;
  Digest id;
  bool operator==(const UsedDataset&) const = default;
};

/// Prose of a model card; what is empty is left out.
struct CardText {
  std::string description, intended_use, limitations, ethics, license;
  std::vector<std::string> owners;
};

/// `.mlo/models/<name>/<version>.yaml`, kind `model/1`: one version of one model, written once by `register`.
struct ModelManifest {
  std::string name;
  std::string version;                ///< semver without `v`
  UtcTime created;                    ///< when its run ended; the tag says when it was registered
  std::string author;                 ///< e-mail
  std::string run;                    ///< id of the run whose output it is
  std::string stage;                  ///< the stage that wrote it; empty for `run -- CMD`
  Artifact model;                     ///< path in the repository, id, size
  CodeState code;                     ///< of the run
  std::vector<UsedDataset> training;  ///< never empty
  UsedDataset holdout;                ///< what `metrics` were measured on
  std::map<std::string, double> metrics;
  Value params = Value::object();
  std::vector<SchemaColumn> features;               ///< what the model takes, in order
  std::map<std::string, std::string> dependencies;  ///< package -> version
  EnvironmentFacts environment;
  CardText card;
};

std::string emit_model(const ModelManifest& manifest);
ModelManifest parse_model(std::string_view text, std::string_view source);
/// What people write for a model card: a mapping with the fields of CardText, in YAML.
CardText parse_card(std::string_view text, std::string_view source);

}  // namespace mlo
