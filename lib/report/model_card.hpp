#pragma once
#include <string>

#include "lib/manifest/model.hpp"

namespace mlo {

/// A model card in Markdown, from the manifest alone: the same manifest gives the same text. Foreign text cannot start
/// markup of its own. `tag` names the version: `delay@v1.2.0`; `commit` is where its manifest lies.
std::string model_card(const ModelManifest& manifest, const std::string& tag, const std::string& commit);

}  // namespace mlo
