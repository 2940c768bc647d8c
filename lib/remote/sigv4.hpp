#pragma once
#include <map>
#include <string>
#include <string_view>

#include "lib/net/http.hpp"
#include "lib/util/utc_time.hpp"

namespace mlo {

/// Who asks. Secrets: never printed, never written by mlo.
struct AwsCredentials {
  std::string access_key_id, secret_access_key;
  std::string session_token;  ///< empty for long-lived keys
};

/// A request as AWS Signature Version 4 sees it.
struct AwsRequest {
  std::string service = "s3";
  std::string method = "GET";
  std::string host;                                 ///< with the port if it is not the scheme's own
  std::string path = "/";                           ///< percent-encoded once
  std::map<std::string, std::string> query = {};    ///< plain names and values
  std::map<std::string, std::string> headers = {};  ///< to be signed; names in lower case; without host and date
  std::string payload_sha256;                       ///< 64 hex digits, or UNSIGNED-PAYLOAD
};

/// The query as it must stand in the URL: sorted and encoded, without `?`.
std::string canonical_query(const std::map<std::string, std::string>& query);

/// All headers that the request must carry: those of `request`, `x-amz-date`, `x-amz-content-sha256`, the token, and
/// `authorization`. AWS's rules for S3: the path is not encoded or normalized again; a request to another service must
/// have the path `/`.
net::Headers sign_aws(const AwsRequest& request, const AwsCredentials& credentials, std::string_view region,
                      UtcTime now);

}  // namespace mlo
