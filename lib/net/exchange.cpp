#include "lib/net/exchange.hpp"

#include <unistd.h>

#include <cerrno>

#include "lib/util/text.hpp"

namespace mlo::net {
namespace {

/// More than any answer that is read into memory has.
constexpr std::size_t kMaxBody = std::size_t{64} << 20U;
constexpr std::size_t kMaxHeaders = std::size_t{1} << 20U;

std::string proxy_for(const Environment& env, std::string_view scheme) {
  std::vector<std::string_view> names = {"http_proxy"};
  if (scheme == "https") names = {"https_proxy", "HTTPS_PROXY"};  // HTTP_PROXY could come from a web request
  names.insert(names.end(), {"all_proxy", "ALL_PROXY"});
  for (const std::string_view name : names) {
    if (auto value = find_env(env, name)) return *value;
  }
  return {};
}

/// Where the bytes of a range end and how long all are: "bytes 5-9/10" begins at 5.
std::optional<std::uint64_t> range_start(const HttpResponse& response) {
  const auto text = response.header("content-range");
  if (!text || !text->starts_with("bytes ")) return std::nullopt;
  return parse_u64(text->substr(6, text->find('-') - 6));
}

}  // namespace

CURLcode Exchange::run() {
  set_up();
  const CURLcode code = api_.easy_perform(lease_.get());
  if (failure_) std::rethrow_exception(failure_);
  long status = 0;
  api_.easy_getinfo(lease_.get(), CURLINFO_RESPONSE_CODE, &status);
  response.status = static_cast<int>(status);
  return code;
}

void Exchange::set_up() {
  const HttpOptions& o = pool_.options;
  const std::string scheme = to_lower(request_.url.substr(0, request_.url.find(':')));
  set(CURLOPT_URL, request_.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_PATH_AS_IS, 1L);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_ERRORBUFFER, error_);
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::chrono::milliseconds(o.connect_timeout).count()));
  set(CURLOPT_LOW_SPEED_LIMIT, 1L);
  set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(patience().count()));
  // Set even if empty: curl would ask the process's own environment.
  set(CURLOPT_PROXY, proxy_for(pool_.world.env, scheme).c_str());
  const auto direct = find_env(pool_.world.env, "no_proxy");
  set(CURLOPT_NOPROXY, direct ? direct->c_str() : find_env(pool_.world.env, "NO_PROXY").value_or("").c_str());
  if (!o.ca_file.empty()) set(CURLOPT_CAINFO, o.ca_file.c_str());
  if (!o.netrc.empty()) {
    set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_OPTIONAL));
    set(CURLOPT_NETRC_FILE, o.netrc.c_str());
  }
  if (request_.follow) {
    set(CURLOPT_FOLLOWLOCATION, 1L);
    set(CURLOPT_MAXREDIRS, 5L);
    set(CURLOPT_REDIR_PROTOCOLS_STR, scheme == "https" ? "https" : "http,https");
  }
  set_method();
  set_headers();
  set(CURLOPT_WRITEFUNCTION, &Exchange::on_body);
  set(CURLOPT_WRITEDATA, this);
  set(CURLOPT_HEADERFUNCTION, &Exchange::on_header);
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, &Exchange::on_progress);
  set(CURLOPT_XFERINFODATA, this);
}

/// One's turn under a limit comes after what all others move at once.
std::chrono::seconds Exchange::patience() const {
  constexpr std::uint64_t kAtOnce = std::uint64_t{64} << 10U;
  const HttpOptions& o = pool_.options;
  const std::uint64_t turn = o.bytes_per_second == 0 ? 0 : o.connections * kAtOnce / o.bytes_per_second;
  return o.stall_timeout + std::chrono::seconds(std::min<std::uint64_t>(turn, 1'000'000));
}

void Exchange::set_method() {
  if (request_.method == "GET") return;
  set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  if (request_.method == "HEAD") return set(CURLOPT_NOBODY, 1L);
  if (request_.method == "DELETE") return;
  set(CURLOPT_UPLOAD, 1L);
  set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request_.body.length()));
  set(CURLOPT_READFUNCTION, &Exchange::on_read);
  set(CURLOPT_READDATA, this);
  set(CURLOPT_SEEKFUNCTION, &Exchange::on_seek);
  set(CURLOPT_SEEKDATA, this);
}

void Exchange::set_headers() {
  const auto add = [&](const std::string& name, const std::string& value) {
    // A header without a value is written `name;` for curl.
    lines_ = api_.slist_append(lines_, value.empty() ? (name + ";").c_str() : (name + ": " + value).c_str());
    MLO_ASSERT(lines_ != nullptr);
  };
  for (const auto& [name, value] : request_.headers) add(name, value);
  if (request_.sign) {
    for (const auto& [name, value] : request_.sign()) add(name, value);
  }
  if (request_.range) {
    const auto& [offset, size] = *request_.range;
    add("Range", fmt::format("bytes={}-{}", offset + attempts_.received, offset + size - 1));
  } else if (attempts_.received != 0) {
    add("Range", fmt::format("bytes={}-", attempts_.received));
  }
  set(CURLOPT_HTTPHEADER, lines_);
}

void Exchange::take(std::string_view bytes) {
  pool_.in.take(bytes.size());  // who sends waits when the socket is full
  long status = 0;
  api_.easy_getinfo(lease_.get(), CURLINFO_RESPONSE_CODE, &status);
  if (!request_.target || (status != 200 && status != 206)) {
    if (response.body.size() + bytes.size() > kMaxBody)
      throw Error(ErrorKind::remote, "the server's answer is too long to be one");
    response.body += bytes;
    return;
  }
  if (!began_) begin(status);
  if (request_.range && attempts_.received + bytes.size() > request_.range->size)
    throw Error(ErrorKind::remote, "the server sent more than was asked for");
  const HttpTarget& target = *request_.target;
  // Other transfers may write elsewhere in the same file.
  while (!bytes.empty()) {
    const ssize_t n =
        ::pwrite(target.fd, bytes.data(), bytes.size(), static_cast<off_t>(target.position + attempts_.received));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("write", target.path.string());
    bytes.remove_prefix(static_cast<std::size_t>(n));
    attempts_.received += static_cast<std::uint64_t>(n);
    attempts_.got.reach(attempts_.received);
  }
}

void Exchange::begin(long status) {
  began_ = true;
  const std::uint64_t wanted = (request_.range ? request_.range->offset : 0) + attempts_.received;
  // Some servers send the range and its header, but say 200.
  const bool partial = status == 206 || response.header("content-range").has_value();
  const std::uint64_t start = partial ? range_start(response).value_or(UINT64_MAX) : 0;
  const auto length = response.header("content-length");
  const bool all = !partial && request_.range && length && parse_u64(*length).value_or(0) > request_.range->size;
  if (start == wanted && !all) return;
  if (!partial && !request_.range) {
    attempts_.received = 0;
    return;
  }
  if (partial) throw Error(ErrorKind::remote, "the server sent another range than was asked for");
  throw Error(ErrorKind::unsupported, "the server ignores `Range`, so parts of files cannot be read");
}

std::size_t Exchange::on_header(char* data, std::size_t, std::size_t size, void* self) {
  auto& me = *static_cast<Exchange*>(self);
  return me.quietly([&] {
    const std::string_view line(data, size);
    if (line.starts_with("HTTP/")) me.response.headers.clear();  // of a redirect, or 100 Continue
    me.header_bytes_ += size;
    if (me.header_bytes_ > kMaxHeaders) throw Error(ErrorKind::remote, "the server's headers do not end");
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return;
    me.response.headers.emplace_back(to_lower(line.substr(0, colon)), trim(line.substr(colon + 1)));
  })
             ? size
             : size + 1;
}

std::size_t Exchange::on_read(char* to, std::size_t, std::size_t room, void* self) {
  auto& me = *static_cast<Exchange*>(self);
  std::size_t given = 0;
  return me.quietly([&] { given = me.give(to, room); }) ? given : CURL_READFUNC_ABORT;
}

std::size_t Exchange::give(char* to, std::size_t room) {
  const HttpBody& body = request_.body;
  const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(room, body.length() - sent_));
  if (want == 0) return 0;
  pool_.out.take(want);
  ssize_t n = static_cast<ssize_t>(want);
  if (body.fd < 0) {
    std::memcpy(to, body.bytes.data() + sent_, want);
  } else {
    do n = ::pread(body.fd, to, want, static_cast<off_t>(body.offset + sent_));
    while (n < 0 && errno == EINTR);
    if (n < 0) throw_errno("read", "what is to be sent");
    if (n == 0) throw Error(ErrorKind::conflict, "a file became shorter while it was sent");
  }
  sent_ += static_cast<std::uint64_t>(n);
  attempts_.sent.reach(sent_);
  return static_cast<std::size_t>(n);
}

}  // namespace mlo::net
