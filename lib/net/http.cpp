#include "lib/net/http.hpp"

#include "lib/net/exchange.hpp"
#include "lib/net/url.hpp"
#include "lib/util/text.hpp"

namespace mlo::net {
namespace {

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
    std::chrono::milliseconds delay = delay_after(attempt, pool_->options.first_delay, pool_->world.rng);
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
        delay = std::max(
            delay, std::min(kLongestDelay, std::chrono::milliseconds(std::min<std::uint64_t>(*seconds, 60) * 1000)));
    }
    pause(pool_->world, delay);
  }
}

}  // namespace mlo::net
