#include "lib/remote/packed_remote.hpp"

#include <unistd.h>

#include "lib/store/object_store.hpp"
#include "lib/store/recipe.hpp"
#include "lib/util/error.hpp"
#include "lib/util/memory_file.hpp"
#include "lib/util/read_at.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

/// So few small objects are not worth a pack and its index.
constexpr std::size_t kNoPack = 2;
/// A pack ends some object after so many bytes: several are in memory at once.
constexpr std::uint64_t kPackSize = std::uint64_t{32} << 20U;
/// How often the indexes are asked for again because somebody merged those that were listed.
constexpr int kLooks = 5;

bool is_gone(const Error& error) { return error.kind() == ErrorKind::not_found; }

}  // namespace

PackedRemote::PackedRemote(const World& world, const RemoteConfig& config, const fs::path& base,
                           std::unique_ptr<Place> place)
    : name_(config.name), world_(world), place_(std::move(place)), packs_(world, config.name, base, *place_) {}

std::string PackedRemote::object_name(const Digest& id) const {
  return std::string(kObjectsAt) + ObjectStore::relative_path(place_->name_of(id));
}

void PackedRemote::require_format(const std::optional<std::string>& format) const {
  check_remote_format(name_, place_->where(), format,
                      place_->hint_if_absent() +
                          (place_->is_read_only()
                               ? ""
                               : fmt::format("; if it never was there, `mlo remote check {} --init` makes it", name_)));
}

/// Small objects wait in memory: better to be told at once.
void PackedRemote::require_writable() const {
  if (!place_->is_read_only()) return;
  throw Error(ErrorKind::remote, "what a web server shows can only be read")
      .hint("push to the place itself, by another remote");
}

void PackedRemote::look() {
  for (int left = kLooks;; --left) {
    const Place::Glance glance = place_->glance();
    // A later format's file has another length.
    const bool told = std::any_of(glance.files.begin(), glance.files.end(), [](const Place::File& file) {
      return file.name == kFormatFile && file.size == kRemoteFormat.size();
    });
    if (!told) require_format(glance.format ? glance.format : place_->find(std::string(kFormatFile)));
    std::vector<std::string> indexes;
    files_.clear();
    for (const Place::File& file : glance.files) {
      if (is_index_name(file.name)) indexes.push_back(file.name);
      if (file.name.starts_with(kObjectsAt)) files_.insert(file.name);
    }
    try {
      packs_.load(indexes);
      told_all_ = glance.all;
      found_.clear();
      looked_ = true;
      return;
    } catch (const Error& error) {
      if (!is_gone(error) || left == 0) throw;
    }
  }
}

void PackedRemote::look_once() {
  if (looked_) return;
  const std::lock_guard lock(looking_);
  if (!looked_) look();
}

std::vector<Digest> PackedRemote::find_missing(const std::vector<Digest>& ids, Look how) {
  return guarded([&] {
    if (how != Look::as_before || !looked_) look();
    const bool believe = how != Look::closely && !asks_freely();
    packs_.expect(ids);
    std::vector<Digest> missing;
    for (const Digest& id : ids) {
      if (packs_.has(id) || (believe && packs_.tells_alone(id))) continue;
      if (!files_.empty() && files_.contains(object_name(id)))
        note_found(id);
      else
        missing.push_back(id);
    }
    if (!told_all_) drop_present(missing);
    return missing;
  });
}

/// Of a list of several pages the first one tells this object today, and perhaps not tomorrow.
void PackedRemote::note_found(const Digest& id) {
  if (!asks_freely() && !packs_.tells_alone(id)) found_.push_back(id);
}

void PackedRemote::drop_present(std::vector<Digest>& ids) {
  constexpr std::size_t kAtOnce = 16384;  // their names take more room than they
  std::size_t kept = 0;
  std::vector<std::string> names;
  for (std::size_t begin = 0; begin < ids.size(); begin += kAtOnce) {
    const std::size_t end = std::min(begin + kAtOnce, ids.size());
    names.clear();
    for (std::size_t i = begin; i < end; ++i) names.push_back(object_name(ids[i]));
    const std::vector<char> have = place_->have(names);
    for (std::size_t i = begin; i < end; ++i) {
      if (have.at(i - begin) == 0)
        ids[kept++] = ids[i];
      else
        note_found(ids[i]);
    }
  }
  ids.resize(kept);
}

void PackedRemote::put_file(const Digest& id, const fs::path& file, const Moved& moved) {
  guarded([&] {
    require_writable();
    look_once();
    const auto stat = find_stat(file);
    if (!stat || stat->size > kMaxPacked) {
      place_->put_file(object_name(id), file.string(), id, moved);
      const std::lock_guard lock(mutex_);
      alone_.push_back({.id = id, .size = stat ? stat->size : 0, .pack = kAlone});
      return;
    }
    const std::string bytes = read_file(file);
    if (sha256(bytes) != id) fail_given_bytes(id);
    put_bytes(id, bytes);
  });
}

void PackedRemote::put_bytes(const Digest& id, std::string_view bytes) {
  put_record(id, {Form::plain, bytes.size(), std::string(bytes)});
}

void PackedRemote::put_record(const Digest& id, const Record& record) {
  guarded([&] {
    require_writable();
    look_once();
    std::unique_ptr<PackRecords> full;
    {
      const std::lock_guard lock(mutex_);
      if (!known_.insert(id)) return;
      const auto body = body_of(record);
      MLO_ASSERT(body && body->size() <= kMaxPacked);
      waiting_->add(id, record.form, record.size, *body);
      if (waiting_->size() >= kPackSize) full = std::exchange(waiting_, fresh_pack());
    }
    if (full) send(*full);
  });
}

void PackedRemote::send(PackRecords& pack) {
  const Digest name = pack.finish();
  place_->put(pack_file(kPacksAt, place_->name_of(name)).string(), pack.bytes());
  const std::lock_guard lock(mutex_);
  packs_.set_whole(name);
  for (PackedObject object : pack.objects()) {
    object.pack = static_cast<std::uint32_t>(sent_.size());
    indexed_.push_back(object);
  }
  sent_.push_back(name);
  spare_.push_back(pack.take_memory());
}

/// Memory that was used before costs less.
std::unique_ptr<PackRecords> PackedRemote::fresh_pack() {
  std::string memory;
  if (spare_.empty()) {
    memory.reserve(kPackSize + 2 * kMaxPacked);
  } else {
    memory = std::move(spare_.back());
    spare_.pop_back();
  }
  return std::make_unique<PackRecords>(std::move(memory));
}

void PackedRemote::flush() {
  guarded([&] {
    if (place_->is_read_only()) return;
    const std::unique_ptr<PackRecords> rest = std::exchange(waiting_, fresh_pack());
    known_.clear();
    std::vector<PackedObject> alone = std::exchange(alone_, {});
    if (sent_.empty() && alone.empty() && rest->objects().empty()) return place_->settle();
    for (const Digest& id : std::exchange(found_, {})) alone.push_back({.id = id, .pack = kAlone});
    const bool few = asks_freely() && sent_.empty() && alone.empty() && rest->objects().size() <= kNoPack &&
                     std::all_of(rest->objects().begin(), rest->objects().end(),
                                 [](const PackedObject& object) { return object.form != Form::recipe; });
    if (few) {
      std::string buffer;
      for (const PackedObject& object : rest->objects()) {
        const Record record = rest->record_of(object);
        place_->put(object_name(object.id), *content_of(record, buffer));
        if (told_all_) files_.insert(object_name(object.id));
      }
    } else if (!rest->objects().empty()) {
      send(*rest);
    }
    place_->settle();
    note_alone(std::move(alone));
    if (!indexed_.empty()) publish_index();
  });
}

void PackedRemote::note_alone(std::vector<PackedObject> alone) {
  for (const PackedObject& object : alone) {
    packs_.set_whole_alone(object.id);
    if (told_all_) files_.insert(object_name(object.id));
    indexed_.push_back(object);
  }
}

void PackedRemote::publish_index() {
  const MergedIndex merged =
      merge_pack_indexes(std::exchange(sent_, {}), std::exchange(indexed_, {}), packs_.indexes());
  const std::string bytes = merged.fresh.text();
  const std::string name = index_file(place_->name_of(sha256(bytes)));
  place_->put(name, bytes);
  place_->settle();
  std::vector<std::string> merged_in;
  for (const auto& index : merged.taken_in) {
    const std::string old = packs_.name_of(*index);
    if (old == name) continue;
    place_->remove(old);
    merged_in.push_back(old);
  }
  if (!merged_in.empty()) place_->settle();
  packs_.replace(merged_in, name, bytes);
}

std::optional<Record> PackedRemote::find_record(const Digest& id) {
  return guarded([&] {
    look_once();
    return packs_.read(id);
  });
}

bool PackedRemote::read(const Digest& id, const Sink& sink) {
  const auto record = packs_.read(id);
  if (!record) return false;
  if (record->form == Form::recipe) return read_recipe(id, *record, 0, sink);
  std::string buffer;
  sink(content_of(*record, buffer).value_or(std::string_view()));
  return true;
}

bool PackedRemote::read_part(const Part& part, unsigned depth, const Sink& sink) {
  constexpr unsigned kMaxNesting = 3;
  std::string buffer;
  if (const auto record = packs_.read(part.id)) {
    // What is of another size, or does not open, is not what the id of the whole says: the caller sees that.
    if (record->size != part.size || depth > kMaxNesting) return true;
    if (record->form == Form::recipe) return read_recipe(part.id, *record, depth + 1, sink);
    sink(content_of(*record, buffer).value_or(std::string_view()));
    return true;
  }
  thread_local MemoryFile file;
  const int memory = file.fresh();
  const FileTarget target{.fd = memory, .path = name_};
  if (!place_->get(object_name(part.id), FileRange{0, part.size}, target)) return false;
  buffer.resize(part.size);
  sink(std::string_view(buffer).substr(0, read_at(memory, buffer.data(), buffer.size(), 0, name_)));
  return true;
}

bool PackedRemote::read_recipe(const Digest& id, const Record& record, unsigned depth, const Sink& sink) {
  auto recipe = decode_recipe(id, record);
  if (!recipe) return true;
  const auto parts = expand(std::move(*recipe), [&](const Part& page, std::string& list) {
    return read_part(page, depth, [&](std::string_view bytes) { list += bytes; });
  });
  return parts &&
         std::all_of(parts->begin(), parts->end(), [&](const Part& part) { return read_part(part, depth, sink); });
}

bool PackedRemote::get(const Digest& id, const std::optional<FileRange>& range, const FileTarget& target) {
  return guarded([&] {
    look_once();
    const auto write = [&](std::string_view bytes) {
      write_all(target.fd, bytes, target.path);
      if (target.moved) target.moved(bytes.size());
    };
    if (packs_.has(id) && read(id, write)) return true;
    return place_->get(object_name(id), range, target);
  });
}

void PackedRemote::init() {
  guarded([&] {
    const std::string format(kFormatFile);
    const bool empty = place_->is_read_only() ? false : place_->is_empty();
    if (!empty) {
      const auto found = place_->find(format);
      if (found || place_->is_read_only()) return require_format(found);
      throw Error(ErrorKind::remote, fmt::format("`{}` holds something else", place_->where()))
          .hint("name an empty or a new place");
    }
    place_->put(format, kRemoteFormat);
    place_->settle();
  });
}

void PackedRemote::check() {
  guarded([&] {
    require_format(place_->find(std::string(kFormatFile)));
    if (place_->is_read_only()) return;
    std::array<std::byte, 8> random{};
    world_.rng.fill(random);
    const std::string probe = "check-" + to_hex(random);
    place_->put(probe, "mlo");
    const auto read = place_->find(probe);
    place_->remove(probe);
    if (read != "mlo") throw Error(ErrorKind::remote, "what was written does not read back");
  });
}

}  // namespace mlo
