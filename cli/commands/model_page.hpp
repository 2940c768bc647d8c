#pragma once
#include <string>

#include "cli/context.hpp"
#include "lib/registry/versions.hpp"

// What the commands about models print alike.
namespace mlo::cli {

/// Everything a manifest says.
Value model_value(const ModelManifest& manifest);
/// "auc 0.84, loss 0.31": scores without slices, at most `most`.
std::string scores_text(const ModelManifest& manifest, std::size_t most);
/// "model.pkl, 1.4 MB, sha256:0123456789ab"
std::string content_text(const Artifact& model);

}  // namespace mlo::cli
