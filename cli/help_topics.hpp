#pragma once
#include <string_view>
#include <vector>

namespace mlo::cli {

/// A page of `mlo help` that belongs to no single command. Paragraphs are separated by an empty line.
struct HelpTopic {
  std::string_view name;
  std::string_view summary;
  std::string_view text;
  std::string_view also = {};  ///< another word for it
};
const std::vector<HelpTopic>& help_topics();
const HelpTopic* find_help_topic(std::string_view name);

}  // namespace mlo::cli
