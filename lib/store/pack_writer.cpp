#include "lib/store/pack_writer.hpp"

#include "lib/util/compress.hpp"
#include "lib/util/write_behind.hpp"

namespace mlo {
namespace {

constexpr std::size_t kBuffer = 1U << 20U;
constexpr std::uint64_t kPackSize = 64U << 20U;

}  // namespace

/// One pack that grows. For one thread at a time.
class PackWriter::Pack {
 public:
  explicit Pack(StagingDir& staging) : staging_(staging) {}
  ~Pack() {
    if (file_) staging_.remove(file_->name);
  }

  void add(const Digest& id, Form form, std::uint64_t size, std::string_view body) {
    records_.add(id, form, size, body);
    if (records_.bytes().size() >= kBuffer) flush();
  }

  bool is_full() const { return records_.size() >= kPackSize; }
  bool is_in_memory() const { return !file_; }
  const PackRecords& records() const { return records_; }

  FinishedPack finish() {
    flush();
    writer_.sync(file_->fd.get(), staging_.path() / file_->name);
    FinishedPack done{records_.finish(), file_->name, records_.take_objects()};
    done.objects.shrink_to_fit();
    file_.reset();
    return done;
  }

 private:
  void flush() {
    if (!file_) file_ = staging_.create(0444);
    writer_.write(file_->fd.get(), records_.bytes(), staging_.path() / file_->name);
    records_.drop_bytes();
  }

  StagingDir& staging_;
  PackRecords records_;
  std::optional<StagingDir::File> file_;
  WriteBehind writer_;
};

PackWriter::PackWriter(StagingDir& staging, unsigned most) : staging_(staging), most_in_hand_(std::max(most, 1U)) {}

PackWriter::~PackWriter() {
  for (const FinishedPack& pack : finished_) staging_.remove(pack.staged);
}

bool PackWriter::is_new(const Digest& id) {
  Shard& mine = shard(id);
  const std::lock_guard lock(mine.mutex);
  return mine.ids.insert(id);
}

void PackWriter::add(const Digest& id, std::string_view bytes, Compression compression) {
  if (!is_new(id)) return;
  thread_local std::string frame;
  const bool smaller = compression == Compression::on && compress(bytes, frame);
  write(id, smaller ? Form::zstd : Form::plain, bytes.size(), smaller ? frame : bytes);
}

void PackWriter::add_recipe(const Digest& id, const Recipe& recipe) {
  if (is_new(id)) write(id, Form::recipe, recipe.size, encode_recipe(id, recipe));
}

void PackWriter::add_record(const Digest& id, const Record& record) {
  if (is_new(id)) write(id, record.form, record.size, *body_of(record));
}

std::unique_ptr<PackWriter::Pack> PackWriter::take_open() {
  std::unique_lock lock(mutex_);
  one_free_.wait(lock, [this] { return !open_.empty() || in_hand_ < most_in_hand_; });
  ++in_hand_;
  if (open_.empty()) return std::make_unique<Pack>(staging_);
  std::unique_ptr<Pack> pack = std::move(open_.back());
  open_.pop_back();
  return pack;
}

void PackWriter::give_back(std::unique_ptr<Pack> pack) {
  const std::lock_guard lock(mutex_);
  --in_hand_;
  if (pack) open_.push_back(std::move(pack));
  one_free_.notify_one();
}

void PackWriter::write(const Digest& id, Form form, std::uint64_t size, std::string_view bytes) {
  std::unique_ptr<Pack> pack = take_open();
  try {
    pack->add(id, form, size, bytes);
  } catch (...) {
    give_back(nullptr);
    throw;
  }
  if (!pack->is_full()) return give_back(std::move(pack));
  give_back(nullptr);  // others go on with a new one while this one waits for the disk
  FinishedPack finished = pack->finish();
  const std::lock_guard lock(mutex_);
  finished_.push_back(std::move(finished));
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
  const auto may_go = [](const std::unique_ptr<Pack>& pack) {
    const std::vector<PackedObject>& objects = pack->records().objects();
    return pack->is_in_memory() && std::all_of(objects.begin(), objects.end(),
                                               [](const PackedObject& object) { return object.form != Form::recipe; });
  };
  if (!finished_.empty() || !std::all_of(open_.begin(), open_.end(), may_go) || size() > most) return false;
  std::string buffer;
  for (const auto& pack : open_) {
    for (const PackedObject& object : pack->records().objects()) {
      const Record record = pack->records().record_of(object);
      take(object.id, *content_of(record, buffer));
    }
  }
  open_.clear();
  forget();
  return true;
}

void PackWriter::join_small() {
  const auto small =
      std::stable_partition(open_.begin(), open_.end(), [](const auto& pack) { return !pack->is_in_memory(); });
  for (std::size_t left = static_cast<std::size_t>(open_.end() - small); left > 1; --left) {
    const PackRecords& last = open_.back()->records();
    for (const PackedObject& object : last.objects()) {
      const Record record = last.record_of(object);
      small->get()->add(object.id, object.form, object.size, *body_of(record));
    }
    open_.pop_back();
  }
}

std::vector<FinishedPack> PackWriter::take() {
  join_small();
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
