#pragma once
#include <string>

#include "lib/remote/aws_clock.hpp"
#include "lib/remote/aws_grant.hpp"
#include "lib/remote/aws_settings.hpp"
#include "lib/util/world.hpp"

namespace mlo {

/// A role to take on, as a profile or the environment describes it.
struct AwsRole {
  std::string arn;
  std::string session_name = {};      ///< empty: one with the time
  std::string external_id = {};       ///< empty: none
  std::string duration_seconds = {};  ///< empty: as long as STS wants
};

/// AWS's Security Token Service: credentials of a role, for an hour unless the role says otherwise.
class StsClient {
 public:
  /// Borrows all. Contacts nobody.
  StsClient(const World& world, const AwsSettings& settings, AwsClock& clock)
      : world_(world), settings_(settings), clock_(clock) {}
  /// AssumeRole, signed with what `by` grants. Error{remote} with the role, and why it was refused.
  AwsGrant assume(const AwsRole& role, const AwsGrant& by) const;
  /// AssumeRoleWithWebIdentity with the token that `file` holds now: whoever puts it there puts new ones. Error{remote}
  /// as above, and if there is no token.
  AwsGrant assume_by_token(const AwsRole& role, const fs::path& file) const;

 private:
  struct Call {
    std::string action, form, by;
    const AwsCredentials* credentials = nullptr;  ///< null: not signed
  };
  AwsGrant ask(const AwsRole& role, Call call) const;
  net::HttpResponse send(const Call& call, UtcTime& signed_at) const;

  const World& world_;
  const AwsSettings& settings_;
  AwsClock& clock_;
};

}  // namespace mlo
