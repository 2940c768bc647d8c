#include "lib/remote/s3_upload.hpp"

#include <atomic>

#include "lib/crypto/md5.hpp"
#include "lib/crypto/sha256.hpp"
#include "lib/remote/remote.hpp"
#include "lib/util/base64.hpp"
#include "lib/util/error.hpp"
#include "lib/util/parallel.hpp"

namespace mlo {
namespace {

constexpr std::uint64_t kMostParts = 10'000;
constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20U;

/// Whether the server's part has these bytes.
bool is_same(const S3Client::Part& part, std::string_view bytes, const Digest& digest) {
  if (part.size != bytes.size()) return false;
  if (!part.checksum.empty()) return part.checksum == to_base64(digest.raw());
  const auto md5 = md5_hex(bytes_of(bytes));
  return md5 && part.etag == "\"" + *md5 + "\"";
}

/// The digest of everything, made by whoever comes first to a part: the disk is read once.
class InOrder {
 public:
  explicit InOrder(std::string_view all) : all_(all) {}
  void reach(std::uint64_t end) {
    const std::lock_guard lock(mutex_);
    if (end <= done_) return;
    hash_.update(all_.substr(done_, end - done_));
    done_ = end;
  }
  Digest finish() { return hash_.finish(); }

 private:
  const std::string_view all_;
  std::mutex mutex_;
  Sha256 hash_;
  std::uint64_t done_ = 0;
};

}  // namespace

std::uint64_t s3_part_size(std::uint64_t size) {
  const std::uint64_t least = (size + kMostParts - 1) / kMostParts;
  return std::max(kS3Part, (least + kMebibyte - 1) / kMebibyte * kMebibyte);
}

void upload_in_parts(S3Client& client, const std::string& key, const fs::path& file, const Digest& whole,
                     unsigned connections, const Moved& moved) {
  const MappedFile map(file);
  const std::string_view all = map.bytes();
  const std::uint64_t part_size = s3_part_size(all.size());
  std::vector<S3Client::Part> parts((all.size() + part_size - 1) / part_size);
  InOrder hash(all);

  std::map<unsigned, S3Client::Part> there;
  std::string upload = client.find_upload(key).value_or("");
  if (!upload.empty()) there = client.find_parts(key, upload);
  if (there.empty()) upload = client.begin_upload(key);
  std::atomic<bool> forgets = false;  // the server says that it does not keep checksums
  parallel_for(parts.size(), connections, [&](std::size_t i) {
    const auto number = static_cast<unsigned>(i + 1);
    const std::string_view bytes = all.substr(i * part_size, part_size);
    hash.reach(i * part_size + bytes.size());
    const Digest digest = sha256(bytes);
    const auto known = there.find(number);
    if (known == there.end() || !is_same(known->second, bytes, digest)) {
      parts[i] = client.put_part(key, upload, number, {.bytes = bytes, .moved = moved}, digest);
      if (parts[i].checksum.empty()) forgets = true;
      return;
    }
    parts[i] = known->second;
    // One that keeps them may not list them, and wants them of all parts in the end.
    parts[i].checksum = to_base64(digest.raw());
    if (moved) moved(bytes.size());
  });
  if (hash.finish() != whole) {
    client.abandon(key, upload);
    fail_given_bytes(whole);
  }
  if (forgets) {
    for (S3Client::Part& part : parts) part.checksum.clear();
  }
  const bool completed = client.complete(key, upload, parts);
  const auto size = client.find_size(key);
  if (size == all.size()) return;  // by us, or by another clone that went on with the same upload
  if (completed && size) client.remove(key);
  throw Error(ErrorKind::remote, fmt::format("S3 did not put the parts of `{}` together", key)).hint("try again");
}

}  // namespace mlo
