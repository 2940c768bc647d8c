#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lib/codec/reader.hpp"
#include "lib/manifest/run_record.hpp"

// What records of runs and manifests of models have in common.
namespace mlo {

std::string read_run_id(ObjectReader& reader, std::string_view key);

Value string_map_value(const std::map<std::string, std::string>& map);
std::map<std::string, std::string> read_string_map(ObjectReader& reader, std::string_view key, std::string_view source);

Value artifact_value(const Artifact& artifact);
/// `what` names the value in errors.
Artifact read_artifact(const Value& value, std::string_view source, std::string what);
Value artifact_list(const std::vector<Artifact>& artifacts);
std::vector<Artifact> read_artifacts(ObjectReader& reader, std::string_view key, std::string_view source);

Value code_value(const CodeState& code);
CodeState read_code(const Value& value, std::string_view source);

/// The member `params`: scalars by key.
Value read_params(ObjectReader& reader, std::string_view source);

}  // namespace mlo
