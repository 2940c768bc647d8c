#include "lib/remote/pack_reader.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/crypto/sha256.hpp"
#include "lib/store/pack.hpp"
#include "lib/util/error.hpp"
#include "lib/util/memory_file.hpp"
#include "lib/util/parallel.hpp"
#include "lib/util/read_at.hpp"

namespace mlo {
namespace {

constexpr std::string_view kSuffix = ".idx";
/// A span comes in pieces of this size, beside each other.
constexpr std::uint64_t kPiece = std::uint64_t{8} << 20U;
constexpr std::size_t kFewObjects = 3;

}  // namespace

std::string index_file(const Digest& name) { return std::string(kIndexesAt) + name.hex() + std::string(kSuffix); }

bool is_index_name(std::string_view file) {
  const bool below = file.starts_with(kIndexesAt) || file.starts_with(kPacksAt);
  return below && file.ends_with(kSuffix) && file.size() - file.find('/') == 65 + kSuffix.size() &&
         Digest::from_hex_text(file.substr(file.find('/') + 1, 64));
}

PackReader::PackReader(const World& world, const std::string& name, const fs::path& base, Place& place)
    : scratch_(find_env(world.env, "TMPDIR").value_or("/tmp")), place_(place) {
  if (find_stat(base / ".mlo/local/.")) cache_ = base / ".mlo/local/remotes" / name;
}

PackReader::~PackReader() {
  if (!own_cache_) return;
  indexes_.clear();
  std::error_code ignored;
  fs::remove_all(cache_, ignored);
}

const fs::path& PackReader::cache() {
  made_([&] {
    if (!cache_.empty()) return make_dirs(cache_);
    std::string name = (scratch_ / "mlo-packs-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw_errno("create", name);
    cache_ = name;
    own_cache_ = true;
  });
  return cache_;
}

UniqueFd PackReader::scratch_file() {
  UniqueFd fd(::open(cache().c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (!fd) throw_errno("create a file in", cache_.string());
  return fd;
}

fs::path PackReader::kept(const std::string& name) const { return cache_ / fs::path(name).filename(); }

std::shared_ptr<const PackIndex> PackReader::open(const std::string& name) {
  const fs::path path = kept(name);
  if (find_stat(path)) {
    try {
      if (auto index = PackIndex::open(path)) return index;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::not_found) throw;  // another process found it gone from the list
    }
  }
  TempFile temp = TempFile::beside(path);
  if (!place_.get(name, std::nullopt, {.fd = temp.fd(), .path = temp.path()})) {
    throw Error(ErrorKind::not_found, fmt::format("the index `{}` is gone", name))
        .hint("somebody writes there: try again");
  }
  if (name != std::string(name, 0, name.find('/') + 1) + place_.name_of(sha256_file(temp.path()).digest).hex() +
                  std::string(kSuffix)) {
    throw Error(ErrorKind::remote,
                fmt::format("the index `{}` is damaged: its bytes are not what its name says", name));
  }
  temp.publish(path, 0644, Durability::cache);
  auto index = PackIndex::open(path);
  if (!index)
    throw Error(ErrorKind::remote, fmt::format("`{}` is no index that mlo can read", name)).hint("use a newer mlo");
  return index;
}

void PackReader::remove_others(const std::vector<std::string>& names) const {
  if (cache_.empty() || !find_stat(cache_)) return;
  std::set<std::string> wanted;
  for (const std::string& name : names) wanted.insert(kept(name).filename());
  for (const DirEntry& entry : list_dir(cache_)) {
    if (entry.name.ends_with(kSuffix) && !entry.name.starts_with('.') && !wanted.contains(entry.name))
      remove_file(cache_ / entry.name);
  }
}

void PackReader::load(const std::vector<std::string>& names) {
  std::vector<std::shared_ptr<const PackIndex>> opened(names.size());
  if (!names.empty()) cache();
  parallel_for(names.size(), place_.connections(), [&](std::size_t i) {
    const auto known = indexes_.find(names[i]);
    opened[i] = known != indexes_.end() ? known->second : open(names[i]);
  });
  indexes_.clear();
  for (std::size_t i = 0; i < names.size(); ++i) indexes_[names[i]] = std::move(opened[i]);
  remove_others(names);
}

void PackReader::replace(const std::vector<std::string>& old, const std::string& name, std::string_view bytes) {
  cache();
  for (const std::string& gone : old) {
    indexes_.erase(gone);
    remove_file(kept(gone));
  }
  if (name.empty()) return;
  write_file(kept(name), bytes, Durability::cache);
  const auto index = PackIndex::open(kept(name));
  MLO_ASSERT(index != nullptr);
  indexes_[name] = index;
}

std::vector<std::shared_ptr<const PackIndex>> PackReader::indexes() const {
  std::vector<std::shared_ptr<const PackIndex>> out;
  for (const auto& [name, index] : indexes_) out.push_back(index);
  return out;
}

const std::string& PackReader::name_of(const PackIndex& index) const {
  const auto it =
      std::find_if(indexes_.begin(), indexes_.end(), [&](const auto& entry) { return entry.second.get() == &index; });
  MLO_ASSERT(it != indexes_.end());
  return it->first;
}

std::optional<PackReader::Found> PackReader::find(const Digest& id) const {
  for (const auto& [name, index] : indexes_) {
    const PackedObject* const object = index->find(id);
    if (object != nullptr && !is_lost(*index, *object)) return Found{index->packs().at(object->pack), *object};
  }
  return std::nullopt;
}

void PackReader::set_lost(const Digest& pack, const std::vector<PackedObject>& objects) {
  for (const PackedObject& object : objects) lost_[pack].insert(object.offset);
}

bool PackReader::is_lost(const PackIndex& index, const PackedObject& object) const {
  if (object.pack == kAlone) return lost_alone_.contains(object.id);
  if (lost_.empty() || object.pack >= index.packs().size()) return false;
  const auto pack = lost_.find(index.packs()[object.pack]);
  return pack != lost_.end() && pack->second.contains(object.offset);
}

bool PackReader::tells_alone(const Digest& id) const {
  return !lost_alone_.contains(id) && std::any_of(indexes_.begin(), indexes_.end(), [&](const auto& entry) {
    return entry.second->find_alone(id) != nullptr;
  });
}

std::map<Digest, std::uint64_t> PackReader::alone() const {
  std::map<Digest, std::uint64_t> out;
  for (const auto& [name, index] : indexes_) {
    for (const PackedObject& object : index->objects()) {
      if (object.pack != kAlone || lost_alone_.contains(object.id)) continue;
      std::uint64_t& size = out[object.id];
      size = std::max(size, object.size);
    }
  }
  return out;
}

void PackReader::expect(const std::vector<Digest>& ids) {
  spans_.clear();
  const std::uint64_t request = place_.request_cost();
  if (request == 0) return;
  for (const Digest& id : ids) {
    const auto found = find(id);
    if (!found) continue;
    auto& span = spans_[found->pack];
    if (!span) span = std::make_unique<Span>();
    const PackedObject& object = found->object;
    span->begin = std::min<std::uint64_t>(span->begin, object.offset);
    span->end = std::max(span->end, std::uint64_t{object.offset} + object.stored);
    span->bytes += object.stored;
    ++span->left;
  }
  // What lies between wanted objects is fetched with them while that costs less than requests of their own.
  std::erase_if(spans_, [&](const auto& entry) {
    const Span& span = *entry.second;
    return span.left <= kFewObjects || span.end - span.begin > span.bytes + span.left * request;
  });
}

PackReader::Span* PackReader::find_span(const Found& found) {
  const auto it = spans_.find(found.pack);
  return it == spans_.end() || found.object.offset < it->second->begin ||
                 std::uint64_t{found.object.offset} + found.object.stored > it->second->end
             ? nullptr
             : it->second.get();
}

bool PackReader::fetch_span(const std::string& pack, Span& span) {
  UniqueFd file = scratch_file();
  const std::uint64_t size = span.end - span.begin;
  std::atomic<bool> there = true;
  parallel_for((size + kPiece - 1) / kPiece, place_.connections(), [&](std::size_t i) {
    const std::uint64_t at = i * kPiece;
    const FileRange range{span.begin + at, std::min(kPiece, size - at)};
    if (!place_.get(pack, range, {.fd = file.get(), .position = at, .path = cache_})) there = false;
  });
  if (!there) return false;
  span.file = std::move(file);
  span.fetched = true;
  return true;
}

std::optional<Form> PackReader::find_form(const Digest& id) const {
  const auto found = find(id);
  return found ? std::optional(found->object.form) : std::nullopt;
}

std::optional<Record> PackReader::read(const Digest& id) {
  const auto found = find(id);
  if (!found) return std::nullopt;
  const PackedObject& object = found->object;
  Span* const span = find_span(*found);
  if (span == nullptr || object.stored == 0 || object.stored > kMaxPacked) return read(found->pack, object);
  std::unique_lock lock(span->mutex);
  if (span->left == 0) {  // asked for again after all were served
    lock.unlock();
    return read(found->pack, object);
  }
  if (!span->fetched && !fetch_span(file_of(found->pack), *span)) return std::nullopt;
  Record record{object.form, object.size, read_from(span->file.get(), object.offset - span->begin, object.stored)};
  if (--span->left == 0) span->file.reset();
  return record;
}

std::optional<Record> PackReader::read(const Digest& pack, const PackedObject& object) {
  Record record{object.form, object.size, {}};
  if (object.stored == 0 || object.stored > kMaxPacked) return record;
  thread_local MemoryFile file;
  const int memory = file.fresh();
  const FileTarget target{.fd = memory, .path = scratch_};
  if (!place_.get(file_of(pack), FileRange{object.offset, object.stored}, target)) return std::nullopt;
  record.bytes = read_from(memory, 0, object.stored);
  return record;
}

std::string PackReader::file_of(const Digest& pack) const { return pack_file(kPacksAt, place_.name_of(pack)).string(); }

std::string PackReader::read_from(int fd, std::uint64_t offset, std::size_t size) const {
  std::string bytes(size, '\0');
  bytes.resize(read_at(fd, bytes.data(), size, offset, scratch_));
  return bytes;
}

}  // namespace mlo
