#pragma once
#include <map>
#include <string>
#include <string_view>

#include "lib/util/environment.hpp"

namespace mlo {

/// The keys of one profile.
using AwsProfile = std::map<std::string, std::string, std::less<>>;

/// The section `[section]` of AWS's INI dialect: `key = value`, comments with `#` or `;`, indented lines belong to the
/// key above and are left out. Keys in lower case. Empty if there is none.
AwsProfile read_aws_section(std::string_view text, std::string_view section);

/// The profile of that name from `~/.aws/config` with `~/.aws/credentials` on top, wherever the environment says that
/// they are. Empty if there is none.
AwsProfile load_aws_profile(const Environment& env, std::string_view name);

}  // namespace mlo
