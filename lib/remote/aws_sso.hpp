#pragma once
#include "lib/remote/aws_clock.hpp"
#include "lib/remote/aws_grant.hpp"
#include "lib/remote/aws_settings.hpp"
#include "lib/util/world.hpp"

namespace mlo {

/// Whether the profile asks for a role of IAM Identity Center.
bool wants_sso(const AwsProfile& profile);

/// Credentials of the role that `profile`, named `name`, has in IAM Identity Center, by the token that `aws sso login`
/// left in `~/.aws/sso/cache`. Error{remote} if the profile is not whole, or if there is no token that is good now.
AwsGrant fetch_sso_grant(const World& world, const AwsSettings& settings, const AwsClock& clock,
                         const std::string& name, AwsProfile profile);

}  // namespace mlo
