#pragma once
#include <string>

#include "lib/net/http.hpp"
#include "lib/util/error.hpp"

namespace mlo {

/// What was asked when S3 refused.
struct S3Context {
  std::string method, key, bucket, region, credentials;
};

/// One line with S3's own code, and a hint for what is commonly wrong.
Error s3_error(const S3Context& context, const net::HttpResponse& response);

/// "eu-central-1": what may become a part of a host name.
bool is_region(std::string_view text);

}  // namespace mlo
