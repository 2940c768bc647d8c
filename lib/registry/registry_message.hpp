#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "lib/manifest/model.hpp"

// Messages of the registry's commits and tags.
namespace mlo {

/// Of the commit that holds the manifest: subject, scores, trailers Mlo-Model, Mlo-Run, Mlo-Data.
std::string register_commit_message(const ModelManifest& manifest);
/// Of the version tag: subject, trailers Mlo-Run and Mlo-Manifest, the SHA-256 of the manifest's text.
std::string register_tag_message(const ModelManifest& manifest);

/// The value of the last line `KEY: value` in the last paragraph of a message.
std::optional<std::string> find_trailer(std::string_view message, std::string_view key);

}  // namespace mlo
