#include "lib/remote/aws_login.hpp"

#include "lib/codec/json.hpp"
#include "lib/crypto/sha1.hpp"
#include "lib/remote/aws_grant.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::uint64_t kMaxFile = std::uint64_t{1} << 20U;
/// AWS's own tools exchange a token so long before it ends.
constexpr std::chrono::minutes kSoon{15};
constexpr std::int64_t kLongestLife = std::int64_t{10} * 366 * 86400;

bool is_token(const std::string& text) { return !text.empty() && printable(text) == text; }

/// "2020-06-17T10:02:08Z"; the AWS CLI used to write `UTC` for the `Z`.
std::optional<UtcTime> parse_end(std::string text) {
  if (text.ends_with("UTC")) text.replace(text.size() - 3, 3, "Z");
  return parse_utc(text);
}

/// What the file says, with a new token and its end in place of the old ones; nothing if there is no new one to be had.
std::optional<Value> exchange(const World& world, const AwsSettings& settings, UtcTime now, const AwsProfile& profile,
                              const Value& old) {
  const auto registered = parse_end(json_text(old, "registrationExpiresAt"));
  if (!registered || *registered <= now) return std::nullopt;
  Value asked = Value::object().set("grantType", "refresh_token");
  for (const char* key : {"clientId", "clientSecret", "refreshToken"}) {
    const std::string text = json_text(old, key);
    if (text.empty()) return std::nullopt;
    asked.set(key, text);
  }
  net::Url url = aws_service_url(world.env, settings, "sso_oidc", value_of(profile, "sso_region"));
  url.path = "/token";
  net::HttpOptions options;
  options.ca_file = settings.service_ca_file;
  const std::string body = emit_json(asked, JsonStyle::compact);
  const net::HttpResponse response = net::HttpClient(world, options)
                                         .send({.method = "POST",
                                                .url = url.str(),
                                                .headers = {{"content-type", "application/json"}},
                                                .body = {.bytes = body}});
  if (response.status != 200) return std::nullopt;
  const Value answer = parse_aws_json(response.body, "SSO, asked for a new token,");
  const std::string token = json_text(answer, "accessToken"), next = json_text(answer, "refreshToken");
  const Value* const life = answer.is(Value::Type::object) ? answer.find("expiresIn") : nullptr;
  if (!is_token(token) || life == nullptr || !life->is(Value::Type::integer) || life->as_int() <= 0 ||
      life->as_int() > kLongestLife)
    return std::nullopt;
  Value fresh = old;
  fresh.set("accessToken", token);
  constexpr std::size_t kToSeconds = 19;
  const std::string end = format_utc(UtcTime::from_seconds(now.seconds() + life->as_int()));
  fresh.set("expiresAt", end.substr(0, kToSeconds) + "Z");
  if (!next.empty()) fresh.set("refreshToken", next);
  return fresh;
}

void save(const World& world, const fs::path& file, const Value& login) {
  try {
    write_file(file, emit_json(login), Durability::cache, 0600);
  } catch (const Error& error) {
    world.log.warn(fmt::format("the new AWS login is not kept: {}", error.message()));
  }
}

}  // namespace

void fail_sso_login(const std::string& name, std::string_view what) {
  throw Error(ErrorKind::remote, fmt::format("the AWS profile `{}` {}", printable(name), what))
      .hint(fmt::format("`aws sso login --profile {}`", shell_quote(name)));
}

std::string load_sso_token(const World& world, const AwsSettings& settings, const AwsClock& clock,
                           const std::string& name, const AwsProfile& profile) {
  const std::string session = value_of(profile, "sso_session");
  const std::string named = sha1_hex(session.empty() ? value_of(profile, "sso_start_url") : session) + ".json";
  const fs::path file = fs::path(first_of(world.env, {"HOME"})) / ".aws/sso/cache" / named;
  const auto text = find_file(file, kMaxFile);
  if (!text) fail_sso_login(name, "is not logged in");
  const Value login = parse_aws_json(*text, fmt::format("`{}`", printable(file.string())));
  std::string token = json_text(login, "accessToken");
  const auto end = parse_end(json_text(login, "expiresAt"));
  if (!is_token(token) || !end) fail_sso_login(name, "has a login that mlo cannot read");
  const UtcTime now = clock.now();
  const bool is_good = now < *end;
  if (!session.empty() && *end <= now + kSoon) {
    try {
      if (const auto fresh = exchange(world, settings, now, profile, login)) {
        save(world, file, *fresh);
        return json_text(*fresh, "accessToken");
      }
    } catch (const Error& error) {
      if (!is_good || error.kind() != ErrorKind::remote) throw;
      world.log.detail(error.message());
    }
  }
  if (!is_good) fail_sso_login(name, "is no longer logged in");
  return token;
}

}  // namespace mlo
