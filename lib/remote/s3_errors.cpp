#include "lib/remote/s3_errors.hpp"

#include "lib/remote/xml.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

std::string hint_for(const S3Context& c, int status, std::string_view code) {
  if (code == "NoSuchBucket")
    return fmt::format("make the bucket: `aws s3 mb s3://{}`, or correct the remote's URL", c.bucket);
  if (code == "InvalidAccessKeyId" || code == "SignatureDoesNotMatch")
    return fmt::format("check the keys that came from {}", c.credentials);
  if (code == "ExpiredToken" || code == "InvalidToken" || code == "TokenRefreshRequired")
    return fmt::format("the session has ended: get new credentials; these came from {}", c.credentials);
  if (code == "RequestTimeTooSkewed") return "set this machine's clock: `timedatectl set-ntp true`";
  if (code == "PermanentRedirect" || code == "AuthorizationHeaderMalformed" ||
      code == "IllegalLocationConstraintException" || status == 301)
    return fmt::format("the bucket is not in region `{}`: set the remote's `region`, or leave it out", c.region);
  if (status == 403)
    return fmt::format("mlo needs s3:ListBucket, s3:GetObject, s3:PutObject and s3:DeleteObject; the keys came from {}",
                       c.credentials);
  if (status == 429 || status >= 500) return "the service has trouble: try again later, or with fewer `connections`";
  return {};
}

}  // namespace

Error s3_error(const S3Context& context, const net::HttpResponse& response) {
  const std::string code = xml_text(response.body, "Code"), said = xml_text(response.body, "Message");
  const std::string what = context.key.empty() ? context.bucket : context.key;
  std::string line =
      fmt::format("S3 answered {}{} to {} of `{}`", response.status,
                  code.empty() ? "" : " " + printable(code.substr(0, 100)), context.method, printable(what));
  if (!said.empty()) line += ": " + printable(said.substr(0, 200));
  return Error(ErrorKind::remote, line).hint(hint_for(context, response.status, code));
}

bool is_region(std::string_view text) {
  return !text.empty() && text.size() <= 40 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

}  // namespace mlo
