#include <unistd.h>

#include <algorithm>
#include <map>

#include "lib/crypto/sha256.hpp"
#include "lib/remote/packed_remote.hpp"
#include "lib/util/error.hpp"
#include "lib/util/parallel.hpp"

namespace mlo {
namespace {

using Sizes = std::map<std::string, std::uint64_t>;

Sizes sizes_of(std::vector<Place::File> files) {
  Sizes out;
  for (Place::File& file : files) out.emplace(std::move(file.name), file.size);
  return out;
}

/// False if what came is damaged: an encrypted remote tells by itself.
bool comes(const std::function<bool()>& get) {
  try {
    return get();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::corrupt) throw;
    return false;
  }
}

}  // namespace

std::vector<PackedObject> PackedRemote::find_bad(const Digest& pack, const std::vector<PackedObject>& objects,
                                                 std::uint64_t size, Reading reading) {
  std::vector<PackedObject> bad, rest;
  std::uint64_t end = 0;
  for (const PackedObject& object : objects) {
    const std::uint64_t its_end = std::uint64_t{object.offset} + object.stored;
    const bool is_there = place_->size_of(its_end) <= size;
    (is_there ? rest : bad).push_back(object);
    if (is_there) end = std::max(end, its_end);
  }
  if ((reading == Reading::sizes && bad.empty()) || rest.empty()) return bad;
  // Of a pack that was cut, or is encrypted and does not open, each object is asked for by itself.
  const UniqueFd file = packs_.scratch_file();
  const FileTarget target{.fd = file.get(), .path = name_};
  const bool at_once = bad.empty() && comes([&] {
                         return place_->get(packs_.file_of(pack), FileRange{0, end}, target);
                       });
  for (const PackedObject& object : rest) {
    check_stop(world_);
    std::optional<Record> record;
    if (at_once)
      record = Record{object.form, object.size, packs_.read_from(file.get(), object.offset, object.stored)};
    else
      comes([&] { return (record = packs_.read(pack, object)).has_value(); });
    if (!record || !is_whole(object.id, *record)) bad.push_back(object);
  }
  return bad;
}

bool PackedRemote::is_good_file(const Digest& id, const Place::File& file, std::optional<std::uint64_t> size,
                                Reading reading) {
  if (size && place_->size_of(*size) != file.size) return false;
  if (reading == Reading::sizes) return true;
  const UniqueFd copy = packs_.scratch_file();
  const FileTarget target{.fd = copy.get(), .path = name_};
  if (!comes([&] { return place_->get(file.name, std::nullopt, target); })) return false;
  if (::lseek(copy.get(), 0, SEEK_SET) != 0) throw_errno("read", name_);
  return sha256_fd(copy.get(), name_).digest == id;
}

void PackedRemote::forget_lost() {
  guarded([&] {
    std::vector<Digest> packs;
    std::vector<PackedObject> rest;
    std::vector<std::string> old;
    for (const auto& index : packs_.indexes()) {
      const auto objects = index->objects();
      if (std::none_of(objects.begin(), objects.end(),
                       [&](const PackedObject& o) { return packs_.is_lost(*index, o); }))
        continue;
      old.push_back(packs_.name_of(*index));
      const auto first = static_cast<std::uint32_t>(packs.size());
      packs.insert(packs.end(), index->packs().begin(), index->packs().end());
      for (PackedObject object : objects) {
        if (packs_.is_lost(*index, object)) continue;
        if (object.pack != kAlone) {
          if (object.pack >= index->packs().size()) continue;
          object.pack += first;
        }
        rest.push_back(object);
      }
    }
    if (old.empty()) return;
    std::string name, bytes;
    if (!rest.empty()) {
      bytes = EncodedIndex(packs, std::move(rest)).text();
      name = index_file(place_->name_of(sha256(bytes)));
      place_->put(name, bytes);
      place_->settle();
    }
    for (const std::string& one : old) place_->remove(one);
    place_->settle();
    packs_.replace(old, name, bytes);
  });
}

struct PackedRemote::Losses {
  RemoteCheck& report;
  std::set<Digest> packed;              ///< their packs do not have them, and are not asked for them any more
  std::set<Digest> alone;               ///< their files are damaged or gone
  std::vector<std::string> in_the_way;  ///< of what could be put in their place
};

void PackedRemote::find_lost_in_packs(const SizeHere& size_here, Reading reading, Losses& losses) {
  const Sizes sizes = sizes_of(place_->list(std::string(kPacksAt)));
  const auto said = objects_by_pack(packs_.indexes());
  const std::vector<std::pair<Digest, std::vector<PackedObject>>> packs(said.begin(), said.end());
  std::vector<std::vector<PackedObject>> bad(packs.size());
  const auto task = world_.progress.start("checking packs", ProgressUnit::items, packs.size());
  parallel_for(packs.size(), place_->connections(), [&](std::size_t i) {
    check_stop(world_);
    const auto size = sizes.find(packs_.file_of(packs[i].first));
    bad[i] = size == sizes.end() ? packs[i].second : find_bad(packs[i].first, packs[i].second, size->second, reading);
    task->advance(1);
  });
  for (std::size_t i = 0; i < packs.size(); ++i) {
    losses.report.objects += packs[i].second.size();
    for (const PackedObject& object : packs[i].second) losses.report.bytes += object.stored;
    if (bad[i].empty()) continue;
    packs_.set_lost(packs[i].first, bad[i]);
    for (const PackedObject& object : bad[i]) losses.packed.insert(object.id);
    // What a new pack of the same objects would be called must be free; what nobody here can replace stays.
    const bool all =
        bad[i].size() == packs[i].second.size() &&
        std::all_of(bad[i].begin(), bad[i].end(), [&](const PackedObject& o) { return size_here(o.id).has_value(); });
    if (all) losses.in_the_way.push_back(packs_.file_of(packs[i].first));
  }
}

void PackedRemote::find_lost_files(const std::vector<Digest>& known, const SizeHere& size_here, Reading reading,
                                   Losses& losses) {
  const Sizes sizes = sizes_of(place_->list(std::string(kObjectsAt)));
  const std::map<Digest, std::uint64_t> told = packs_.alone();
  std::set<Digest> all(known.begin(), known.end());
  for (const auto& [id, size] : told) all.insert(id);
  const std::vector<Digest> ids(all.begin(), all.end());
  std::mutex mutex;
  const auto task = world_.progress.start("checking files", ProgressUnit::items, ids.size());
  parallel_for(ids.size(), place_->connections(), [&](std::size_t i) {
    check_stop(world_);
    task->advance(1);
    const auto said = told.find(ids[i]);
    const auto file = sizes.find(object_name(ids[i]));
    if (file == sizes.end() && said == told.end()) return;
    auto size = size_here(ids[i]);
    if (!size && said != told.end() && said->second != 0) size = said->second;
    const bool good = file != sizes.end() && is_good_file(ids[i], {file->first, file->second}, size, reading);
    const std::lock_guard lock(mutex);
    ++losses.report.objects;
    if (file != sizes.end()) losses.report.bytes += file->second;
    if (!good) losses.alone.insert(ids[i]);
  });
  for (const Digest& id : losses.alone) {
    packs_.set_lost_alone(id);
    std::string file = object_name(id);
    if (sizes.contains(file)) losses.in_the_way.push_back(std::move(file));
  }
}

RemoteCheck PackedRemote::find_lost(const std::vector<Digest>& known, const SizeHere& size_here, Reading reading,
                                    Healing healing) {
  return guarded([&] {
    if (healing == Healing::wanted) require_writable();
    look();
    RemoteCheck report;
    Losses losses{.report = report, .packed = {}, .alone = {}, .in_the_way = {}};
    find_lost_in_packs(size_here, reading, losses);
    find_lost_files(known, size_here, reading, losses);
    // Of two copies one may be good.
    std::vector<Digest> elsewhere;
    for (const Digest& id : losses.alone) {
      if (!packs_.has(id)) report.lost.push_back(id);
    }
    std::set_difference(losses.packed.begin(), losses.packed.end(), losses.alone.begin(), losses.alone.end(),
                        std::back_inserter(elsewhere));
    const std::vector<Digest> missing = find_missing(elsewhere);
    report.lost.insert(report.lost.end(), missing.begin(), missing.end());
    std::sort(report.lost.begin(), report.lost.end());
    if (healing == Healing::unwanted) return report;
    for (const std::string& file : losses.in_the_way) place_->remove(file);
    place_->settle();
    look();
    return report;
  });
}

}  // namespace mlo
