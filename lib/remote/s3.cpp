#include "lib/remote/s3.hpp"

#include <array>
#include <unordered_set>

#include "lib/crypto/sha256.hpp"
#include "lib/remote/s3_client.hpp"
#include "lib/remote/s3_upload.hpp"
#include "lib/util/error.hpp"
#include "lib/util/parallel.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::string_view kScheme = "s3://";
/// Up to so many objects are asked for one by one where a single list does not tell.
constexpr std::size_t kFew = 256;

class S3Place : public Place {
 public:
  S3Place(const World& world, const RemoteConfig& config, std::string bucket, std::string prefix)
      : url_(config.url),
        prefix_(std::move(prefix)),
        connections_(s3_connections(config)),
        client_(world, config, std::move(bucket)) {}

  Glance glance() override {
    Glance out;
    const S3Client::Page first = client_.list(prefix_);
    take(first, out.files);
    out.all = first.next.empty();
    // Keys come in order, so the first page has all indexes, unless they are very many or an older mlo put them.
    if (out.all) return out;
    const auto below = [&](std::string_view prefix) {
      return std::any_of(out.files.begin(), out.files.end(),
                         [&](const File& file) { return file.name.starts_with(prefix); });
    };
    if (!below(kIndexesAt)) {
      for (File& file : list(std::string(kPacksAt))) out.files.push_back(std::move(file));
    } else if (!below(kObjectsAt) && !below(kPacksAt)) {
      for (File& file : list(std::string(kIndexesAt))) out.files.push_back(std::move(file));
    }
    return out;
  }

  std::vector<File> list(const std::string& prefix) override {
    std::vector<File> out;
    for (std::string next;;) {
      const S3Client::Page page = client_.list(prefix_ + prefix, next);
      take(page, out);
      next = page.next;
      if (next.empty()) return out;
    }
  }

  bool is_empty() override { return client_.list(prefix_, {}, 1).objects.empty(); }

  std::vector<char> have(const std::vector<std::string>& names) override {
    std::vector<char> out(names.size(), 0);
    if (names.size() <= kFew) {
      parallel_for(names.size(), connections_,
                   [&](std::size_t i) { out[i] = client_.find_size(prefix_ + names[i]) ? 1 : 0; });
      return out;
    }
    // By the first digit, so that lists run beside each other.
    std::array<std::vector<File>, 16> listed;
    parallel_for(listed.size(), connections_,
                 [&](std::size_t digit) { listed[digit] = list(fmt::format("{}{:x}", kObjectsAt, digit)); });
    std::unordered_set<std::string> there;
    for (const auto& files : listed) {
      for (const File& file : files) there.insert(file.name);
    }
    for (std::size_t i = 0; i < names.size(); ++i) out[i] = there.contains(names[i]) ? 1 : 0;
    return out;
  }

  std::optional<std::string> find(const std::string& name) override { return client_.find(prefix_ + name); }

  bool get(const std::string& name, const std::optional<FileRange>& range, const FileTarget& target) override {
    return client_.get(prefix_ + name, target, range);
  }

  void put(const std::string& name, std::string_view bytes) override {
    client_.put(prefix_ + name, {.bytes = bytes}, sha256(bytes));
  }

  void put_file(const std::string& name, const std::string& file, const Digest& digest, const Moved& moved) override {
    const UniqueFd fd = open_read(file);
    if (stat_fd(fd.get(), file).size > kS3Part)
      return upload_in_parts(client_, prefix_ + name, file, digest, connections_, moved);
    const HashedFile hashed = sha256_file(file);
    if (hashed.digest != digest) fail_given_bytes(digest);
    client_.put(prefix_ + name, {.fd = fd.get(), .size = hashed.size, .moved = moved}, digest);
  }

  void replace(const std::string& name, std::string_view bytes) override {
    client_.replace(prefix_ + name, {.bytes = bytes}, sha256(bytes));
  }
  void remove(const std::string& name) override { client_.remove(prefix_ + name); }
  void settle() override {}

  std::string where() const override { return url_; }
  std::string hint_if_absent() const override { return "correct the bucket or prefix"; }
  unsigned connections() const override { return connections_; }
  std::uint64_t request_cost() const override { return kHttpRequestCost; }

 private:
  void take(const S3Client::Page& page, std::vector<File>& out) const {
    for (const S3Client::Object& object : page.objects) {
      if (object.key.starts_with(prefix_)) out.push_back({object.key.substr(prefix_.size()), object.size});
    }
  }

  const std::string url_, prefix_;
  const unsigned connections_;
  S3Client client_;
};

bool accepts(std::string_view url) { return url.starts_with(kScheme); }

std::unique_ptr<Place> open(const World& world, const RemoteConfig& config, const fs::path& /*base*/) {
  const std::string_view rest = std::string_view(config.url).substr(kScheme.size());
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const std::string bucket(rest.substr(0, slash));
  std::string prefix(rest.substr(std::min(slash + 1, rest.size())));
  while (prefix.ends_with('/')) prefix.pop_back();
  if (!prefix.empty()) prefix += '/';
  const bool good_bucket = bucket.size() >= 3 && bucket.size() <= 255 && bucket.find("..") == std::string::npos &&
                           std::all_of(bucket.begin(), bucket.end(), [](char c) {
                             return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                                    c == '.' || c == '-' || c == '_';
                           });
  const bool good_prefix = prefix.empty() || is_safe_relative(prefix.substr(0, prefix.size() - 1));
  if (!good_bucket || !good_prefix || printable(prefix) != prefix) {
    throw Error(ErrorKind::config,
                fmt::format("remote `{}`: `{}` is not a place in S3", config.name, printable(config.url)))
        .hint("write it as `s3://BUCKET/PREFIX`");
  }
  return std::make_unique<S3Place>(world, config, bucket, prefix);
}

}  // namespace

RemoteKind s3_remote() { return {"s3", accepts, open}; }

}  // namespace mlo
