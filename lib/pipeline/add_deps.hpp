#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace mlo {

/// `text` (a pipeline file) with `deps` added to those of one stage, and every other byte kept. `deps` are spelled as
/// the stage would: relative to where its commands run. Throws Error{invalid} where that cannot be done without
/// changing anything else: a stage that `foreach` or `matrix` makes, a list that another one shares, a layout that is
/// too clever. Never returns a text that reads back as anything but the old pipeline with these dependencies more.
std::string add_deps(std::string_view text, std::string_view file, const std::string& stage,
                     const std::vector<std::string>& deps);

}  // namespace mlo
