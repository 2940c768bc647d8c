#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lib/codec/value.hpp"

// The three kinds of manifest in `.mlo/features`, all written by people.
namespace mlo {

enum class FeatureType { boolean, integer, real, string, date, timestamp };
std::string_view to_string(FeatureType type);

/// A column of a given name and type: a join key or a feature.
struct TypedName {
  std::string name;
  FeatureType type = FeatureType::string;
  bool operator==(const TypedName&) const = default;
};

/// `entity/1`: what features are about, and the columns that tell one from another.
struct EntityManifest {
  std::string name;
  std::string file;             ///< that says so
  std::vector<TypedName> keys;  ///< one or more; integer or string
  std::string description;
};

/// Rows of files of the repository (paths or globs), or of a versioned dataset.
struct TableSource {
  std::vector<std::string> paths;
  std::string dataset;             ///< NAME[@REV]; empty if `paths` is not
  std::vector<std::string> nulls;  ///< texts that mean null in CSV, besides nothing
  bool operator==(const TableSource&) const = default;
};

/// One SELECT over named tables.
struct QuerySource {
  struct Table {
    std::string name;
    TableSource source;
    bool operator==(const Table&) const = default;
  };
  std::string sql;
  std::vector<Table> tables;
  bool operator==(const QuerySource&) const = default;
};

/// `view/1`: features of one or more entities, as rows that say from when on they hold.
struct ViewManifest {
  struct Feature {
    std::string name;
    FeatureType type = FeatureType::string;
    std::string description;
  };
  struct Entity {
    std::string name;
    Mark at;
  };
  std::string name;
  std::string file;
  std::vector<Entity> entities;      ///< one or more, each once
  std::chrono::microseconds ttl{0};  ///< 0: a value never gets too old
  std::variant<TableSource, QuerySource> source;
  std::string timestamp_field;           ///< when a row's event happened
  std::string created_timestamp_column;  ///< when the row became known; empty if it has no such column
  std::vector<Feature> features;         ///< one or more
  std::vector<std::pair<std::string, std::string>>
      columns;  ///< join key or feature -> column of the source, where they differ
  std::string description;
};

/// `view:feature`.
struct FeatureReference {
  std::string view, feature;
  auto operator<=>(const FeatureReference&) const = default;
  std::string str() const { return view + ":" + feature; }
};
/// Nothing for other text.
std::optional<FeatureReference> parse_feature_reference(std::string_view text);

/// `service/1`: the features that one model asks for.
struct ServiceManifest {
  struct Entry {
    FeatureReference feature;
    Mark at;
  };
  std::string name;
  std::string file;
  std::vector<Entry> features;  ///< one or more, each once
  std::string description;
};

using FeatureManifest = std::variant<EntityManifest, ViewManifest, ServiceManifest>;

/// Any of the three, as its `mlo:` line says. Error{invalid} with file:line:column.
FeatureManifest parse_feature_manifest(std::string_view text, std::string_view source);

}  // namespace mlo
