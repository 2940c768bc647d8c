#include "lib/store/pack_writer.hpp"

#include <fcntl.h>

#include "lib/crypto/sha256.hpp"

namespace mlo {
namespace {

constexpr std::size_t kBuffer = 1U << 20U;
constexpr std::uint64_t kPackSize = 64U << 20U;
/// Written bytes after which the disk is asked to begin.
constexpr std::uint64_t kWriteBehind = 8U << 20U;

}  // namespace

/// One pack that grows. For one thread at a time.
class PackWriter::Pack {
 public:
  explicit Pack(StagingDir& staging) : staging_(staging), buffer_(kPackHead) {}
  ~Pack() {
    if (file_) staging_.remove(file_->name);
  }

  void add(const Digest& id, std::string_view bytes) {
    buffer_ += record_head(id, static_cast<std::uint32_t>(bytes.size()));
    objects_.push_back({id, written_ + buffer_.size(), static_cast<std::uint32_t>(bytes.size())});
    buffer_ += bytes;
    ids_.update(id.raw());
    if (buffer_.size() >= kBuffer) flush();
  }

  bool is_full() const { return written_ + buffer_.size() >= kPackSize; }
  bool is_in_memory() const { return !file_; }
  const std::vector<PackedObject>& objects() const { return objects_; }
  std::string_view bytes_of(const PackedObject& object) const {
    return std::string_view(buffer_).substr(object.offset, object.size);
  }

  FinishedPack finish() {
    flush();
    fsync_fd(file_->fd.get(), staging_.path() / file_->name);
    FinishedPack done{ids_.finish(), file_->name, std::move(objects_)};
    file_.reset();
    return done;
  }

 private:
  void flush() {
    if (!file_) file_ = staging_.create(0444);
    write_all(file_->fd.get(), buffer_, staging_.path() / file_->name);
    written_ += buffer_.size();
    buffer_.clear();
    if (written_ - behind_ < kWriteBehind) return;
    ::sync_file_range(file_->fd.get(), static_cast<off64_t>(behind_), static_cast<off64_t>(written_ - behind_),
                      SYNC_FILE_RANGE_WRITE);
    behind_ = written_;
  }

  StagingDir& staging_;
  std::string buffer_;
  Sha256 ids_;
  std::optional<StagingDir::File> file_;
  std::uint64_t written_ = 0, behind_ = 0;
  std::vector<PackedObject> objects_;
};

PackWriter::PackWriter(StagingDir& staging) : staging_(staging) {}

PackWriter::~PackWriter() {
  for (const FinishedPack& pack : finished_) staging_.remove(pack.staged);
}

void PackWriter::add(const Digest& id, std::string_view bytes) {
  {
    Shard& mine = shard(id);
    const std::lock_guard lock(mine.mutex);
    if (!mine.ids.insert(id).second) return;
  }
  std::unique_ptr<Pack> pack;
  {
    const std::lock_guard lock(mutex_);
    if (!open_.empty()) {
      pack = std::move(open_.back());
      open_.pop_back();
    }
  }
  if (!pack) pack = std::make_unique<Pack>(staging_);
  pack->add(id, bytes);
  std::optional<FinishedPack> finished;
  if (pack->is_full()) finished = pack->finish();
  const std::lock_guard lock(mutex_);
  if (finished)
    finished_.push_back(std::move(*finished));
  else
    open_.push_back(std::move(pack));
}

bool PackWriter::has(const Digest& id) const {
  const Shard& mine = shard(id);
  const std::lock_guard lock(mine.mutex);
  return mine.ids.contains(id);
}

std::size_t PackWriter::size() const {
  std::size_t count = 0;
  for (const Shard& one : shards_) {
    const std::lock_guard lock(one.mutex);
    count += one.ids.size();
  }
  return count;
}

bool PackWriter::take_few(std::size_t most, const std::function<void(const Digest&, std::string_view)>& take) {
  const bool in_memory = finished_.empty() &&
                         std::all_of(open_.begin(), open_.end(), [](const auto& pack) { return pack->is_in_memory(); });
  if (!in_memory || size() > most) return false;
  for (const auto& pack : open_) {
    for (const PackedObject& object : pack->objects()) take(object.id, pack->bytes_of(object));
  }
  open_.clear();
  forget();
  return true;
}

std::vector<FinishedPack> PackWriter::take() {
  while (!open_.empty()) {
    finished_.push_back(open_.back()->finish());
    open_.pop_back();
  }
  forget();
  return std::exchange(finished_, {});
}

void PackWriter::forget() {
  for (Shard& one : shards_) one.ids.clear();
}

}  // namespace mlo
