#pragma once
#include "lib/remote/aws_clock.hpp"
#include "lib/remote/aws_settings.hpp"
#include "lib/util/world.hpp"

namespace mlo {

/// The bearer token that `aws sso login` left for the profile `name`, which says `sso_start_url` and `sso_region`, in
/// `~/.aws/sso/cache`. One of an `sso_session` that ends soon is exchanged for a new one; the file, which other tools
/// read too, gets that. Error{remote} if there is no token that is good now.
std::string load_sso_token(const World& world, const AwsSettings& settings, const AwsClock& clock,
                           const std::string& name, const AwsProfile& profile);

/// Error{remote}: the profile ".." and what is wrong with its login.
[[noreturn]] void fail_sso_login(const std::string& name, std::string_view what);

}  // namespace mlo
