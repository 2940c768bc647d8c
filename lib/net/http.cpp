#include "lib/net/http.hpp"

#include "lib/net/exchange.hpp"
#include "lib/net/url.hpp"
#include "lib/util/text.hpp"

namespace mlo::net {
namespace {

constexpr std::chrono::milliseconds kMaxDelay = std::chrono::seconds(20);

bool may_pass(int status) {
  return status == 408 || status == 429 || status == 500 || status == 502 || status == 503 || status == 504;
}

/// What the user can do about an error of libcurl.
std::string_view hint_for(CURLcode code) {
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return "if its certificate authority is your own, name its file in `AWS_CA_BUNDLE` or as the remote's `ca_file`";
    case CURLE_SSL_CONNECT_ERROR:
      return "is it a TLS server? a plain one needs `http://`";
    case CURLE_COULDNT_RESOLVE_HOST:
      return "check the name, and the network";
    case CURLE_COULDNT_RESOLVE_PROXY:
      return "check `https_proxy` and `http_proxy`";
    case CURLE_COULDNT_CONNECT:
      return "check that the server runs, and the network";
    default:
      return "try again; what was moved so far need not be moved again";
  }
}

bool is_final(CURLcode code) {
  return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE ||
         code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_URL_MALFORMAT || code == CURLE_TOO_MANY_REDIRECTS ||
         code == CURLE_SSL_ISSUER_ERROR;
}

/// Sleeps, or throws Error{interrupted}.
void wait(const World& world, std::chrono::milliseconds time) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any never;
  never.wait_for(lock, world.stop, time, [] { return false; });
  check_stop(world);
}

/// Between a half and the whole of what this attempt may wait.
std::chrono::milliseconds delay_before(unsigned attempt, const World& world, const HttpOptions& options) {
  const auto longest = std::min(kMaxDelay, options.first_delay * (1 << std::min(attempt, 16U)));
  std::array<std::byte, 4> raw{};
  world.rng.fill(raw);
  std::uint32_t random = 0;
  std::memcpy(&random, raw.data(), sizeof random);
  return longest / 2 + longest / 2 * (random % 1024) / 1024;
}

}  // namespace

std::optional<std::string_view> HttpResponse::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return std::nullopt;
}

HttpClient::HttpClient(const World& world, HttpOptions options)
    : pool_(std::make_unique<HandlePool>(world, std::move(options))) {}
HttpClient::~HttpClient() = default;

HttpResponse HttpClient::send(const HttpRequest& request) {
  Exchange::Attempts attempts(request);
  for (unsigned attempt = 1;; ++attempt) {
    check_stop(pool_->world);
    const bool last = attempt >= pool_->options.attempts;
    std::chrono::milliseconds delay = delay_before(attempt - 1, pool_->world, pool_->options);
    {
      Exchange exchange(*pool_, request, attempts);
      const CURLcode code = exchange.run();
      check_stop(pool_->world);
      HttpResponse& response = exchange.response;
      // All was there already when the connection broke.
      const bool satisfied = response.status == 416 && attempts.received != 0 && !request.range;
      if (code == CURLE_OK && !may_pass(response.status) && (response.status != 409 || !request.retry_conflict)) {
        if (satisfied) response.status = 206;
        return std::move(response);
      }
      if (code == CURLE_OK && last) return std::move(response);
      if (code != CURLE_OK && (last || is_final(code))) {
        const auto url = parse_url(request.url.substr(0, request.url.find('?')));
        throw Error(ErrorKind::remote, fmt::format("cannot reach `{}`: {}", url ? url->host : request.url,
                                                   printable(exchange.message(code))))
            .hint(std::string(hint_for(code)));
      }
      const auto asked = response.header("retry-after");
      const auto seconds = asked ? parse_u64(*asked) : std::nullopt;
      if (code == CURLE_OK && seconds)
        delay = std::max(delay,
                         std::min(kMaxDelay, std::chrono::milliseconds(std::min<std::uint64_t>(*seconds, 60) * 1000)));
    }
    wait(pool_->world, delay);
  }
}

}  // namespace mlo::net
