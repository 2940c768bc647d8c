#include "lib/remote/pack_reader.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/crypto/sha256.hpp"
#include "lib/util/error.hpp"
#include "lib/util/parallel.hpp"

namespace mlo {
namespace {

constexpr std::string_view kSuffix = ".idx";
/// A span comes in pieces of this size, beside each other.
constexpr std::uint64_t kPiece = std::uint64_t{8} << 20U;
/// A request costs about as much as so many bytes: what lies between wanted objects is fetched with them up to that.
constexpr std::uint64_t kRequestCost = std::uint64_t{256} << 10U;
constexpr std::size_t kFewObjects = 3;

/// A file without a name.
UniqueFd open_scratch(const fs::path& dir) {
  UniqueFd fd(::open(dir.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (!fd) throw_errno("create a file in", dir.string());
  return fd;
}

}  // namespace

std::optional<Digest> index_name(std::string_view file) {
  if (!file.ends_with(kSuffix)) return std::nullopt;
  return Digest::from_hex_text(file.substr(0, file.size() - kSuffix.size()));
}

PackReader::PackReader(const World& world, const std::string& name, const fs::path& base, Fetch fetch,
                       unsigned connections)
    : scratch_(find_env(world.env, "TMPDIR").value_or("/tmp")), fetch_(std::move(fetch)), connections_(connections) {
  if (find_stat(base / ".mlo/local/.")) cache_ = base / ".mlo/local/remotes" / name;
}

PackReader::~PackReader() {
  if (!own_cache_) return;
  indexes_.clear();
  std::error_code ignored;
  fs::remove_all(cache_, ignored);
}

const fs::path& PackReader::cache() {
  if (cache_.empty()) {
    std::string name = (scratch_ / "mlo-packs-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw_errno("create", name);
    cache_ = name;
    own_cache_ = true;
  }
  make_dirs(cache_);
  return cache_;
}

void PackReader::load(const std::vector<Digest>& names) {
  std::vector<std::shared_ptr<const PackIndex>> indexes(names.size());
  if (!names.empty()) cache();
  parallel_for(names.size(), connections_, [&](std::size_t i) {
    const std::string file = names[i].hex() + std::string(kSuffix);
    const fs::path path = cache_ / file;
    if (find_stat(path)) indexes[i] = PackIndex::open(path);
    if (indexes[i]) return;
    TempFile temp(cache_);
    if (!fetch_("packs/" + file, std::nullopt, {.fd = temp.fd(), .path = temp.path()})) {
      throw Error(ErrorKind::remote, fmt::format("the index `{}` is gone", file))
          .hint("somebody writes there: try again");
    }
    if (sha256_file(temp.path()).digest != names[i])
      throw Error(ErrorKind::remote,
                  fmt::format("the index `{}` is damaged: its bytes are not what its name says", file));
    temp.publish(path, 0644, Durability::cache);
    indexes[i] = PackIndex::open(path);
    if (!indexes[i])
      throw Error(ErrorKind::remote, fmt::format("`{}` is no index that mlo can read", file)).hint("use a newer mlo");
  });
  indexes_ = std::move(indexes);
  loaded_ = true;
}

std::optional<PackReader::Found> PackReader::find(const Digest& id) const {
  for (const auto& index : indexes_) {
    if (const IndexedObject* const object = index->find(id))
      return Found{index->packs().at(object->pack), object->offset, object->size};
  }
  return std::nullopt;
}

void PackReader::expect(const std::vector<Digest>& ids) {
  spans_.clear();
  for (const Digest& id : ids) {
    const auto found = find(id);
    if (!found) continue;
    auto& span = spans_[found->pack];
    if (!span) span = std::make_unique<Span>();
    span->begin = std::min(span->begin, found->offset);
    span->end = std::max(span->end, found->offset + found->size);
    span->bytes += found->size;
    ++span->left;
  }
  std::erase_if(spans_, [](const auto& entry) {
    const Span& span = *entry.second;
    return span.left <= kFewObjects || span.end - span.begin > span.bytes + span.left * kRequestCost;
  });
}

PackReader::Span* PackReader::find_span(const Found& found) {
  const auto it = spans_.find(found.pack);
  return it == spans_.end() || found.offset < it->second->begin || found.offset + found.size > it->second->end
             ? nullptr
             : it->second.get();
}

bool PackReader::fetch_span(const std::string& pack, Span& span) {
  UniqueFd file = open_scratch(cache());
  const std::uint64_t size = span.end - span.begin;
  std::atomic<bool> there = true;
  parallel_for((size + kPiece - 1) / kPiece, connections_, [&](std::size_t i) {
    const std::uint64_t at = i * kPiece;
    const net::HttpRange range{span.begin + at, std::min(kPiece, size - at)};
    if (!fetch_(pack, range, {.fd = file.get(), .position = at, .path = cache_})) there = false;
  });
  if (!there) return false;
  span.file = std::move(file);
  span.fetched = true;
  return true;
}

bool PackReader::get(const Digest& id, int fd, const fs::path& target) {
  const auto found = find(id);
  if (!found) return false;
  if (found->size == 0) return true;
  const std::string pack = "packs/" + found->pack.hex() + ".pack";
  Span* const span = find_span(*found);
  if (span == nullptr) return fetch_(pack, net::HttpRange{found->offset, found->size}, {.fd = fd, .path = target});
  std::string bytes(found->size, '\0');
  {
    const std::lock_guard lock(span->mutex);
    if (span->left == 0) {
      // Asked for again after all were served.
      return fetch_(pack, net::HttpRange{found->offset, found->size}, {.fd = fd, .path = target});
    }
    if (!span->fetched && !fetch_span(pack, *span)) return false;
    const ssize_t n =
        ::pread(span->file.get(), bytes.data(), bytes.size(), static_cast<off_t>(found->offset - span->begin));
    if (n < 0) throw_errno("read", cache_.string());
    bytes.resize(static_cast<std::size_t>(n));
    if (--span->left == 0) span->file.reset();
  }
  write_all(fd, bytes, target);
  return true;
}

}  // namespace mlo
