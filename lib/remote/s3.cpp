#include "lib/remote/s3.hpp"

#include "lib/crypto/sha256.hpp"
#include "lib/remote/pack_builder.hpp"
#include "lib/remote/pack_reader.hpp"
#include "lib/remote/s3_client.hpp"
#include "lib/remote/s3_upload.hpp"
#include "lib/store/object_store.hpp"
#include "lib/util/error.hpp"
#include "lib/util/parallel.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::string_view kScheme = "s3://";
/// So few small objects are not worth a pack and its index.
constexpr std::size_t kNoPack = 2;
/// Up to so many objects are asked for one by one where a single list does not tell.
constexpr std::size_t kFew = 256;

class S3Remote : public Remote {
 public:
  S3Remote(const World& world, const RemoteConfig& config, const fs::path& base, std::string bucket, std::string prefix)
      : name_(config.name),
        url_(config.url),
        prefix_(std::move(prefix)),
        connections_(config.connections == 0 ? 8 : static_cast<unsigned>(config.connections)),
        rng_(world.rng),
        client_(world, config, std::move(bucket)),
        packs_(
            world, config.name, base,
            [this](const std::string& file, const std::optional<net::HttpRange>& range, const net::HttpTarget& to) {
              return client_.get(prefix_ + file, to, range);
            },
            connections_) {}

  std::vector<Digest> find_missing(const std::vector<Digest>& ids) override {
    return guarded([&] {
      const S3Client::Page first = client_.list(prefix_);
      const std::string format = prefix_ + "format";
      const auto at = std::find_if(first.objects.begin(), first.objects.end(),
                                   [&](const S3Client::Object& object) { return object.key == format; });
      // A later format's file has another length.
      if (at == first.objects.end() || at->size != kRemoteFormat.size()) require_format();
      Listed listed;
      collect(first, listed);
      const bool partial = !first.next.empty();
      if (partial) list_all("packs/", listed);
      if (partial && ids.size() > kFew) list_objects(listed);
      packs_.load(listed.indexes);
      std::vector<char> has(ids.size(), 0);
      const bool ask = partial && ids.size() <= kFew;
      parallel_for(ids.size(), ask ? connections_ : 1, [&](std::size_t i) {
        has[i] = packs_.has(ids[i]) || listed.objects.contains(ids[i]) ||
                         (ask && client_.find_size(key_of(ids[i])).has_value())
                     ? 1
                     : 0;
      });
      packs_.expect(ids);
      std::vector<Digest> missing;
      for (std::size_t i = 0; i < ids.size(); ++i) {
        if (has[i] == 0) missing.push_back(ids[i]);
      }
      return missing;
    });
  }

  void put_file(const Digest& id, const fs::path& file) override {
    const auto stat = find_stat(file);
    if (stat && stat->size <= kMaxPacked) {
      const std::string bytes = read_file(file);
      if (sha256(bytes) != id) fail_bytes(id);
      return put_bytes(id, bytes);
    }
    const HashedFile hashed = sha256_file(file);
    if (hashed.digest != id) fail_bytes(id);
    guarded([&] {
      if (hashed.size > kS3Part) return upload_in_parts(client_, key_of(id), file, connections_);
      const UniqueFd fd = open_read(file);
      client_.put(key_of(id), {.fd = fd.get(), .size = hashed.size}, id);
    });
  }

  void put_bytes(const Digest& id, std::string_view bytes) override {
    guarded([&] {
      std::unique_ptr<const PackBuilder> full;
      {
        const std::lock_guard lock(mutex_);
        waiting_->add(id, bytes);
        if (waiting_->is_full()) full = std::exchange(waiting_, std::make_unique<PackBuilder>());
      }
      if (full) send(*full);
    });
  }

  void flush() override {
    guarded([&] {
      const std::unique_ptr<const PackBuilder> rest = std::exchange(waiting_, std::make_unique<PackBuilder>());
      if (rest->objects().size() <= kNoPack && sent_.empty()) {
        for (const PackedObject& object : rest->objects())
          client_.put(key_of(object.id), {.bytes = rest->bytes_of(object)}, object.id);
        return;
      }
      if (!rest->objects().empty()) send(*rest);
      const std::string index = encode_pack_index(sent_, std::exchange(indexed_, {}));
      sent_.clear();
      const Digest name = sha256(index);
      client_.put(prefix_ + "packs/" + name.hex() + ".idx", {.bytes = index}, name);
    });
  }

  bool get(const Digest& id, int fd, const fs::path& target) override {
    return guarded([&] {
      load_packs();
      return packs_.has(id) ? packs_.get(id, fd, target) : client_.get(key_of(id), {.fd = fd, .path = target});
    });
  }

  void init() override {
    guarded([&] {
      if (client_.find(prefix_ + "format")) return require_format();
      if (!client_.list(prefix_, {}, 1).objects.empty()) {
        throw Error(ErrorKind::remote, fmt::format("remote `{}`: `{}` holds something else", name_, url_))
            .hint("name an empty or a new prefix");
      }
      client_.put(prefix_ + "format", {.bytes = kRemoteFormat}, sha256(kRemoteFormat));
    });
  }

  void check() override {
    guarded([&] {
      require_format();
      std::array<std::byte, 8> random{};
      rng_.fill(random);
      const std::string key = prefix_ + "check-" + to_hex(random);
      client_.put(key, {.bytes = "mlo"}, sha256("mlo"));
      const auto read = client_.find(key);
      client_.remove(key);
      if (read != "mlo") throw Error(ErrorKind::remote, "what was written does not read back");
    });
  }

  const std::string& name() const override { return name_; }
  unsigned connections() const override { return connections_; }

 private:
  struct Listed {
    std::set<Digest> objects;
    std::vector<Digest> indexes;
  };

  template <class Action>
  auto guarded(const Action& action) -> decltype(action()) {
    return in_the_name_of(name_, action);
  }
  [[noreturn]] static void fail_bytes(const Digest& id) {
    throw Error(ErrorKind::corrupt,
                fmt::format("the bytes given for object `{}` are not what its name says", id.brief()));
  }

  std::string key_of(const Digest& id) const { return prefix_ + "objects/" + ObjectStore::relative_path(id); }

  void require_format() {
    check_remote_format(
        name_, url_, client_.find(prefix_ + "format"),
        fmt::format("correct the bucket or prefix; if it never was there, `mlo remote check {} --init` makes it",
                    name_));
  }

  void send(const PackBuilder& pack) {
    client_.put(prefix_ + "packs/" + pack.name().hex() + ".pack", {.bytes = pack.bytes()}, sha256(pack.bytes()));
    const std::lock_guard lock(mutex_);
    for (const PackedObject& object : pack.objects())
      indexed_.push_back({object.id, object.offset, static_cast<std::uint32_t>(sent_.size()), object.size});
    sent_.push_back(pack.name());
  }

  /// Of a caller who did not ask what is missing.
  void load_packs() {
    const std::lock_guard lock(mutex_);
    if (packs_.is_loaded()) return;
    require_format();
    Listed listed;
    list_all("packs/", listed);
    packs_.load(listed.indexes);
  }

  /// `objects/ab/<62 hex>` and `packs/<64 hex>.idx`; others are not ours to judge.
  void collect(const S3Client::Page& page, Listed& out) const {
    constexpr std::string_view kObjects = "objects/", kPacks = "packs/";
    for (const S3Client::Object& object : page.objects) {
      const std::string_view key = std::string_view(object.key).substr(std::min(prefix_.size(), object.key.size()));
      if (key.starts_with(kPacks)) {
        if (const auto name = index_name(key.substr(kPacks.size()))) out.indexes.push_back(*name);
      } else if (key.starts_with(kObjects) && key.size() == kObjects.size() + 65) {
        if (const auto id = Digest::from_hex_text(std::string(key.substr(8, 2)) + std::string(key.substr(11))))
          out.objects.insert(*id);
      }
    }
  }

  void list_all(const std::string& below, Listed& out) {
    Listed found;
    for (std::string next;;) {
      const S3Client::Page page = client_.list(prefix_ + below, next);
      collect(page, found);
      next = page.next;
      if (next.empty()) break;
    }
    const std::lock_guard lock(listing_);
    out.objects.merge(found.objects);
    if (!found.indexes.empty()) out.indexes = std::move(found.indexes);
  }

  /// By the first digit, so that lists run beside each other.
  void list_objects(Listed& out) {
    parallel_for(16, connections_, [&](std::size_t digit) { list_all(fmt::format("objects/{:x}", digit), out); });
  }

  std::string name_, url_, prefix_;
  unsigned connections_;
  Rng& rng_;
  S3Client client_;
  PackReader packs_;
  std::mutex listing_, mutex_;  ///< the second one: of all below, and of loading packs
  std::unique_ptr<PackBuilder> waiting_ = std::make_unique<PackBuilder>();  ///< objects for the next pack
  std::vector<Digest> sent_;                                                ///< packs since the last flush
  std::vector<IndexedObject> indexed_;                                      ///< what they hold
};

bool accepts(std::string_view url) { return url.starts_with(kScheme); }

std::unique_ptr<Remote> open(const World& world, const RemoteConfig& config, const fs::path& base) {
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
  return in_the_name_of(config.name, [&] { return std::make_unique<S3Remote>(world, config, base, bucket, prefix); });
}

}  // namespace

RemoteKind s3_remote() { return {"s3", accepts, open}; }

}  // namespace mlo
