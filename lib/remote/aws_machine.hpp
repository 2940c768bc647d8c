#pragma once
#include <optional>
#include <string>

#include "lib/remote/aws_grant.hpp"
#include "lib/util/world.hpp"

// What gives credentials beside the machine: asked directly, never through a proxy, which would answer with its own.
namespace mlo {

/// Of the container's endpoint, if the environment names one; `relative_base` is where
/// AWS_CONTAINER_CREDENTIALS_RELATIVE_URI counts from. Error{remote} if it gives none, or if it is plain HTTP that
/// leaves the machine.
std::optional<AwsGrant> find_container_grant(const World& world,
                                             const std::string& relative_base = "http://169.254.170.2");

/// Of the machine's role, by IMDSv2. Nothing if there is none, or this is not a machine of AWS.
std::optional<AwsGrant> find_machine_grant(const World& world);

}  // namespace mlo
