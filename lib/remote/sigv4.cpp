#include "lib/remote/sigv4.hpp"

#include "lib/crypto/hmac.hpp"
#include "lib/crypto/sha256.hpp"
#include "lib/net/url.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

/// "20130524T000000Z".
std::string amz_date(UtcTime now) {
  const std::string utc = format_utc(now);
  return utc.substr(0, 4) + utc.substr(5, 2) + utc.substr(8, 5) + utc.substr(14, 2) + utc.substr(17, 2) + "Z";
}

/// Without white space at the ends, and no more than one blank in a row.
std::string canonical_value(std::string_view value) {
  std::string out;
  for (const char c : trim(value)) {
    if (c != ' ' || !out.ends_with(' ')) out += c;
  }
  return out;
}

}  // namespace

std::string canonical_query(const std::map<std::string, std::string>& query) {
  // Sorted after encoding: the order of the plain names may differ.
  std::map<std::string, std::string> encoded;
  for (const auto& [name, value] : query)
    encoded.emplace(net::percent_encode(name, net::Slash::encode), net::percent_encode(value, net::Slash::encode));
  std::vector<std::string> parts;
  for (const auto& [name, value] : encoded) parts.push_back(name + "=" + value);
  return join(parts, "&");
}

net::Headers sign_aws(const AwsRequest& request, const AwsCredentials& credentials, std::string_view region,
                      UtcTime now) {
  const std::string date = amz_date(now);
  std::map<std::string, std::string> headers = request.headers;
  headers["host"] = request.host;
  headers["x-amz-date"] = date;
  headers["x-amz-content-sha256"] = request.payload_sha256;
  if (!credentials.session_token.empty()) headers["x-amz-security-token"] = credentials.session_token;

  std::string lines;
  std::vector<std::string> names;
  for (const auto& [name, value] : headers) {
    lines += name + ":" + canonical_value(value) + "\n";
    names.push_back(name);
  }
  const std::string signed_names = join(names, ";");
  const std::string canonical =
      fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, request.path, canonical_query(request.query), lines,
                  signed_names, request.payload_sha256);
  const std::string scope = fmt::format("{}/{}/{}/aws4_request", date.substr(0, 8), region, request.service);
  const std::string to_sign = fmt::format("{}\n{}\n{}\n{}", kAlgorithm, date, scope, sha256(canonical).hex());

  Digest key = hmac_sha256("AWS4" + credentials.secret_access_key, date.substr(0, 8));
  for (const std::string_view part : {region, std::string_view(request.service), std::string_view("aws4_request")})
    key = hmac_sha256(key.raw(), part);
  headers["authorization"] =
      fmt::format("{} Credential={}/{},SignedHeaders={},Signature={}", kAlgorithm, credentials.access_key_id, scope,
                  signed_names, hmac_sha256(key.raw(), to_sign).hex());
  headers.erase("host");  // curl writes it, as the URL has it
  return {headers.begin(), headers.end()};
}

}  // namespace mlo
