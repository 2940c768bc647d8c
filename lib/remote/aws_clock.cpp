#include "lib/remote/aws_clock.hpp"

#include <array>

#include "lib/remote/xml.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

/// Of S3 and of STS: they allow 15 and 5 minutes.
constexpr std::chrono::minutes kAllowed{5};
constexpr std::array<std::string_view, 3> kRefusals = {"RequestTimeTooSkewed", "RequestExpired",
                                                       "SignatureDoesNotMatch"};
constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";

}  // namespace

std::optional<UtcTime> parse_http_date(std::string_view text) {
  if (text.size() != 29 || text.substr(3, 2) != ", " || !text.ends_with(" GMT") || text[7] != ' ' || text[11] != ' ' ||
      text[16] != ' ')
    return std::nullopt;
  const std::size_t month = kMonths.find(text.substr(8, 3));
  if (month == std::string_view::npos || month % 3 != 0) return std::nullopt;
  return parse_utc(
      fmt::format("{}-{:02}-{}T{}Z", text.substr(12, 4), month / 3 + 1, text.substr(5, 2), text.substr(17, 8)));
}

bool AwsClock::learn(const net::HttpResponse& refused, UtcTime signed_at) {
  // The answer to a HEAD has no body to say why.
  const std::string code = xml_text(refused.body, "Code");
  const bool may_be =
      code.empty() ? refused.status == 403 : std::find(kRefusals.begin(), kRefusals.end(), code) != kRefusals.end();
  if (!may_be || refused.status < 400) return false;
  const auto theirs = parse_http_date(refused.header("date").value_or(""));
  if (!theirs || std::chrono::abs(*theirs - signed_at) <= kAllowed) return false;
  // The answer came a moment ago, so this machine's time now and theirs are of the same moment.
  offset_ = (*theirs - clock_.now()).count();
  return true;
}

}  // namespace mlo
