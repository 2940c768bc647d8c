#include "lib/remote/s3_client.hpp"

#include "lib/crypto/sha256.hpp"
#include "lib/remote/s3_errors.hpp"
#include "lib/remote/xml.hpp"
#include "lib/util/base64.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

net::HttpOptions http_options(const RemoteConfig& config, const AwsSettings& settings) {
  net::HttpOptions options;
  options.ca_file = settings.ca_file;
  options.connections = s3_connections(config);
  options.bytes_per_second = config.bytes_per_second;
  return options;
}

bool is_good(const net::HttpResponse& response) { return response.status >= 200 && response.status < 300; }

bool lacks_upload(const net::HttpResponse& response) {
  return response.status == 404 && xml_text(response.body, "Code") == "NoSuchUpload";
}

}  // namespace

unsigned s3_connections(const RemoteConfig& config) {
  constexpr unsigned kConnections = 8;
  return config.connections_or(kConnections);
}

S3Client::S3Client(const World& world, const RemoteConfig& config, std::string bucket)
    : bucket_(std::move(bucket)),
      settings_(load_aws_settings(world.env, config)),
      clock_(world.clock),
      credentials_(world, config, settings_, clock_),
      region_(settings_.region.empty() ? "us-east-1" : settings_.region),
      http_(world, http_options(config, settings_)) {
  if (!settings_.endpoint.empty()) {
    base_ = parse_aws_endpoint("S3", settings_.endpoint);
    own_ = true;
  }
  // A certificate for *.s3.amazonaws.com does not cover names with dots.
  path_style_ = config.path_style.value_or(own_ || bucket_.find('.') != std::string::npos);
}

std::string S3Client::region() const {
  const std::lock_guard lock(mutex_);
  return region_;
}

net::HttpResponse S3Client::send_to(const Call& call, const std::string& region) {
  net::Url url = base_;
  if (!own_) {
    url.scheme = "https";
    url.host = aws_host("s3", region);
  }
  if (!path_style_) url.host = bucket_ + "." + url.host;
  url.path = (path_style_ ? "/" + bucket_ : "") + "/" + net::percent_encode(call.key, net::Slash::keep);
  AwsRequest to_sign{.method = call.method,
                     .host = url.host,
                     .path = url.path,
                     .query = call.query,
                     .headers = call.headers,
                     .payload_sha256 = (call.digest ? *call.digest : sha256("")).hex()};
  const std::string query = canonical_query(call.query);
  UtcTime signed_at;
  const net::HttpRequest request{.method = call.method,
                                 .url = url.str() + (query.empty() ? "" : "?" + query),
                                 .body = call.body,
                                 .range = call.range,
                                 .target = call.target,
                                 .sign =
                                     [&] {
                                       const AwsCredentials credentials = credentials_.get();
                                       signed_at = clock_.now();
                                       return sign_aws(to_sign, credentials, region, signed_at);
                                     },
                                 .retry_conflict = true};
  net::HttpResponse response = http_.send(request);
  if (clock_.learn(response, signed_at)) response = http_.send(request);
  return response;
}

net::HttpResponse S3Client::send(const Call& call) {
  const std::string used = region();
  net::HttpResponse response = send_to(call, used);
  if (response.status != 301 && response.status != 307 && response.status != 400 && response.status != 403)
    return response;
  const std::string told(response.header("x-amz-bucket-region").value_or(""));
  const std::string right = told.empty() ? xml_text(response.body, "Region") : told;
  if (right.empty() || right == used || !settings_.region.empty() || !is_region(right)) return response;
  {
    const std::lock_guard lock(mutex_);
    region_ = right;
  }
  return send_to(call, right);
}

net::HttpResponse S3Client::send_plain_if_refused(Call call) {
  const auto strip = [&] {
    for (const char* name : {"if-none-match", "x-amz-checksum-sha256", "x-amz-checksum-algorithm"})
      call.headers.erase(name);
  };
  if (plain_) strip();
  net::HttpResponse response = send(call);
  if (plain_ || (response.status != 501 && xml_text(response.body, "Code") != "NotImplemented")) return response;
  strip();
  response = send(call);
  if (is_good(response)) plain_ = true;
  return response;
}

void S3Client::fail(const Call& call, const net::HttpResponse& response) {
  throw s3_error({.method = call.method,
                  .key = call.key,
                  .bucket = bucket_,
                  .region = region(),
                  .credentials = credentials_.source()},
                 response);
}

S3Client::Page S3Client::list(const std::string& prefix, const std::string& next, unsigned most) {
  Call call{.query = {{"list-type", "2"}, {"prefix", prefix}, {"max-keys", std::to_string(most)}}};
  if (!next.empty()) call.query["continuation-token"] = next;
  const net::HttpResponse response = send(call);
  if (!is_good(response)) fail(call, response);
  Page page;
  for (const std::string_view object : xml_elements(response.body, "Contents"))
    page.objects.push_back(
        {xml_text(object, "Key"), parse_u64(xml_text(object, "Size")).value_or(0), xml_text(object, "ETag")});
  if (xml_text(response.body, "IsTruncated") == "true") {
    page.next = xml_text(response.body, "NextContinuationToken");
    if (page.next.empty() || page.next == next)
      throw Error(ErrorKind::remote, fmt::format("S3's list of `{}` does not end", printable(bucket_)));
  }
  return page;
}

std::optional<S3Client::Head> S3Client::find_head(const std::string& key) {
  const Call call{.method = "HEAD", .key = key};
  const net::HttpResponse response = send(call);
  if (response.status == 404) return std::nullopt;
  if (!is_good(response)) fail(call, response);
  return Head{parse_u64(response.header("content-length").value_or("")).value_or(0),
              std::string(response.header("etag").value_or("")),
              std::string(response.header("last-modified").value_or(""))};
}

std::optional<std::uint64_t> S3Client::find_size(const std::string& key) {
  const auto head = find_head(key);
  return head ? std::optional(head->size) : std::nullopt;
}

std::optional<std::string> S3Client::find(const std::string& key) {
  const Call call{.key = key};
  net::HttpResponse response = send(call);
  if (response.status == 404 && xml_text(response.body, "Code") != "NoSuchBucket") return std::nullopt;
  if (!is_good(response)) fail(call, response);
  return std::move(response.body);
}

bool S3Client::get(const std::string& key, const net::HttpTarget& target, const std::optional<net::HttpRange>& range,
                   const std::string& etag) {
  Call call{.key = key, .target = target, .range = range};
  if (!etag.empty()) call.headers["if-match"] = etag;
  const net::HttpResponse response = send(call);
  if (response.status == 412 && !etag.empty()) return false;
  if (response.status == 404 && xml_text(response.body, "Code") != "NoSuchBucket") return false;
  if (!is_good(response)) fail(call, response);
  return true;
}

void S3Client::put(const std::string& key, const net::HttpBody& body, const Digest& digest,
                   std::map<std::string, std::string> headers) {
  headers["x-amz-checksum-sha256"] = to_base64(digest.raw());
  const Call call{.method = "PUT", .key = key, .headers = std::move(headers), .body = body, .digest = digest};
  const net::HttpResponse response = send_plain_if_refused(call);
  if (response.status != 412 && !is_good(response)) fail(call, response);
}

void S3Client::put(const std::string& key, const net::HttpBody& body, const Digest& digest) {
  put(key, body, digest, {{"if-none-match", "*"}});
}

void S3Client::replace(const std::string& key, const net::HttpBody& body, const Digest& digest) {
  put(key, body, digest, {});
}

void S3Client::remove(const std::string& key) {
  const Call call{.method = "DELETE", .key = key};
  const net::HttpResponse response = send(call);
  if (response.status != 404 && !is_good(response)) fail(call, response);
}

std::optional<std::string> S3Client::find_upload(const std::string& key) {
  const net::HttpResponse response = send({.query = {{"uploads", ""}, {"prefix", key}}});
  if (!is_good(response)) return std::nullopt;
  std::optional<std::string> found;
  for (const std::string_view upload : xml_elements(response.body, "Upload")) {
    if (xml_text(upload, "Key") == key) found = xml_text(upload, "UploadId");
  }
  return found && !found->empty() ? found : std::nullopt;
}

std::string S3Client::begin_upload(const std::string& key) {
  const Call call{
      .method = "POST", .key = key, .query = {{"uploads", ""}}, .headers = {{"x-amz-checksum-algorithm", "SHA256"}}};
  const net::HttpResponse response = send_plain_if_refused(call);
  std::string upload = xml_text(response.body, "UploadId");
  if (!is_good(response) || upload.empty()) fail(call, response);
  return upload;
}

std::map<unsigned, S3Client::Part> S3Client::find_parts(const std::string& key, const std::string& upload) {
  std::map<unsigned, Part> parts;
  for (std::string marker;;) {
    Call call{.key = key, .query = {{"uploadId", upload}}};
    if (!marker.empty()) call.query["part-number-marker"] = marker;
    const net::HttpResponse response = send(call);
    if (lacks_upload(response)) return {};
    if (!is_good(response)) fail(call, response);
    const std::size_t before = parts.size();
    for (const std::string_view part : xml_elements(response.body, "Part")) {
      const auto number = static_cast<unsigned>(parse_u64(xml_text(part, "PartNumber")).value_or(0));
      parts[number] = {number, parse_u64(xml_text(part, "Size")).value_or(0), xml_text(part, "ETag"),
                       xml_text(part, "ChecksumSHA256")};
    }
    if (xml_text(response.body, "IsTruncated") != "true" || parts.size() == before) return parts;
    marker = std::to_string(parts.rbegin()->first);
  }
}

S3Client::Part S3Client::put_part(const std::string& key, const std::string& upload, unsigned number,
                                  const net::HttpBody& body, const Digest& digest) {
  const std::string checksum = to_base64(digest.raw());
  const Call call{.method = "PUT",
                  .key = key,
                  .query = {{"partNumber", std::to_string(number)}, {"uploadId", upload}},
                  .headers = {{"x-amz-checksum-sha256", checksum}},
                  .body = body,
                  .digest = digest};
  const net::HttpResponse response = send_plain_if_refused(call);
  if (!is_good(response)) fail(call, response);
  // A server that keeps checksums says so, and wants them back at the end.
  const bool kept = response.header("x-amz-checksum-sha256") == checksum;
  return {number, body.length(), std::string(response.header("etag").value_or("")), kept ? checksum : ""};
}

void S3Client::abandon(const std::string& key, const std::string& upload) {
  const Call call{.method = "DELETE", .key = key, .query = {{"uploadId", upload}}};
  const net::HttpResponse response = send(call);
  if (response.status != 404 && !is_good(response)) fail(call, response);
}

bool S3Client::complete(const std::string& key, const std::string& upload, const std::vector<Part>& parts) {
  std::string xml = "<CompleteMultipartUpload>";
  for (const Part& part : parts) {
    xml += fmt::format("<Part><PartNumber>{}</PartNumber><ETag>{}</ETag>", part.number,
                       replace_all(part.etag, "\"", "&quot;"));
    if (!part.checksum.empty()) xml += "<ChecksumSHA256>" + part.checksum + "</ChecksumSHA256>";
    xml += "</Part>";
  }
  xml += "</CompleteMultipartUpload>";
  const Call call{
      .method = "POST", .key = key, .query = {{"uploadId", upload}}, .body = {.bytes = xml}, .digest = sha256(xml)};
  const net::HttpResponse response = send(call);
  if (lacks_upload(response)) return false;
  // S3 sends its 200 before it knows the end.
  if (!is_good(response) || !xml_text(response.body, "Code").empty()) fail(call, response);
  return true;
}

}  // namespace mlo
