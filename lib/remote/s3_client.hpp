#pragma once
#include <atomic>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/crypto/digest.hpp"
#include "lib/net/http.hpp"
#include "lib/net/url.hpp"
#include "lib/remote/aws_credentials.hpp"

namespace mlo {

/// How many requests at once are worth it.
unsigned s3_connections(const RemoteConfig& config);

/// One bucket of an S3 service. Failures are Error{remote} with a hint for what is commonly wrong; what may pass is
/// tried again. Safe from any thread.
class S3Client {
 public:
  /// Borrows `world`. Contacts nobody. Error{config} for an endpoint that is no URL.
  S3Client(const World& world, const RemoteConfig& config, std::string bucket);

  struct Object {
    std::string key;
    std::uint64_t size = 0;
    std::string etag;  ///< with its quotes; empty: the server did not say
  };
  struct Page {
    std::vector<Object> objects;  ///< by the bytes of their keys
    std::string next;             ///< what to ask the next page with; empty: there is none
  };
  /// One request.
  Page list(const std::string& prefix, const std::string& next = {}, unsigned most = 1000);
  struct Head {
    std::uint64_t size = 0;
    std::string etag, last_modified;  ///< as the server said them; empty: it did not
  };
  std::optional<Head> find_head(const std::string& key);
  std::optional<std::uint64_t> find_size(const std::string& key);
  /// For small ones: in memory.
  std::optional<std::string> find(const std::string& key);
  /// Of all, or of a part; false if there is none, or with an `etag`: if the object has another.
  bool get(const std::string& key, const net::HttpTarget& target, const std::optional<net::HttpRange>& range = {},
           const std::string& etag = {});
  /// Stores `body`, whose SHA-256 is `digest`, unless there is such a key already.
  void put(const std::string& key, const net::HttpBody& body, const Digest& digest);
  /// The same in the place of what is there.
  void replace(const std::string& key, const net::HttpBody& body, const Digest& digest);
  void remove(const std::string& key);

  struct Part {
    unsigned number = 0;
    std::uint64_t size = 0;
    std::string etag;      ///< with its quotes
    std::string checksum;  ///< SHA-256 in base64; empty if the server does not keep it
  };
  /// The latest upload in parts of that key that is under way; nothing if the server knows none or does not tell.
  std::optional<std::string> find_upload(const std::string& key);
  std::string begin_upload(const std::string& key);
  /// By number; nothing if there is no such upload any more.
  std::map<unsigned, Part> find_parts(const std::string& key, const std::string& upload);
  Part put_part(const std::string& key, const std::string& upload, unsigned number, const net::HttpBody& body,
                const Digest& digest);
  /// Harmless if there is no such upload any more.
  void abandon(const std::string& key, const std::string& upload);
  /// False if there is no such upload any more.
  bool complete(const std::string& key, const std::string& upload, const std::vector<Part>& parts);

 private:
  struct Call {
    std::string method = "GET";
    std::string key = {};
    std::map<std::string, std::string> query = {};
    std::map<std::string, std::string> headers = {};
    net::HttpBody body = {};
    std::optional<Digest> digest = {};  ///< of the body, if it is not empty
    std::optional<net::HttpTarget> target = {};
    std::optional<net::HttpRange> range = {};
  };
  net::HttpResponse send(const Call& call);
  /// Once more if it was only the time of the signature that was wrong.
  net::HttpResponse send_to(const Call& call, const std::string& region);
  void put(const std::string& key, const net::HttpBody& body, const Digest& digest,
           std::map<std::string, std::string> headers);
  /// The same without what a server of another make may not know, if it says so.
  net::HttpResponse send_plain_if_refused(Call call);
  [[noreturn]] void fail(const Call& call, const net::HttpResponse& response);
  std::string region() const;

  const std::string bucket_;
  const AwsSettings settings_;
  net::Url base_;  ///< of AWS's own without region
  bool own_ = false, path_style_ = false;
  std::atomic<bool> plain_ = false;  ///< no checksums, no conditions
  AwsClock clock_;
  AwsCredentialChain credentials_;
  mutable std::mutex mutex_;
  std::string region_;
  net::HttpClient http_;
};

}  // namespace mlo
