#include "lib/store/collector.hpp"
#include "lib/store/pack_set.hpp"

namespace mlo {
namespace {

std::vector<fs::path> batches(const ObjectStore& store, UtcTime until) {
  std::vector<fs::path> out;
  const fs::path trash = trash_dir(store);
  if (!find_stat(trash)) return out;
  for (const DirEntry& entry : list_dir(trash)) {
    const auto when = parse_utc(entry.name);
    if (entry.kind == FileKind::directory && when && *when <= until) out.push_back(trash / entry.name);
  }
  return out;
}

std::vector<fs::path> files_in(const fs::path& dir) {
  std::vector<fs::path> out;
  if (!find_stat(dir)) return out;
  for (const DirEntry& entry : list_dir(dir)) out.push_back(dir / entry.name);
  return out;
}

constexpr UtcTime kEver = UtcTime::from_micros(INT64_MAX);

}  // namespace

fs::path trash_dir(const ObjectStore& store) { return store.root().parent_path() / "trash"; }

std::uint64_t restore_trash(ObjectStore& store, const Collector::Needed& wanted) {
  std::uint64_t restored = 0;
  std::set<fs::path> touched;
  const auto bring = [&](const fs::path& from, const fs::path& to) {
    make_dirs(to.parent_path());
    rename_path(from, to);
    touched.insert(to.parent_path());
  };
  for (const fs::path& batch : batches(store, kEver)) {
    for (const fs::path& file : files_in(batch / "objects")) {
      const auto id = Digest::from_hex_text(file.filename().string());
      if (!id || !wanted(*id) || store.has(*id)) continue;
      bring(file, store.path_of(*id));
      ++restored;
    }
    for (const fs::path& file : files_in(batch / "packs")) {
      std::uint64_t absent = 0;
      scan_pack(file, [&](const PackedObject& object, const Record&) {
        absent += wanted(object.id) && !store.has(object.id) ? 1 : 0;
      });
      if (absent == 0) continue;
      bring(file, store.packs_->dir() / file.filename());
      restored += absent;
      store.packs_->take_in();
    }
  }
  for (const fs::path& dir : touched) fsync_dir(dir);
  return restored;
}

TrashReport measure_trash(const ObjectStore& store, UtcTime until) {
  TrashReport report;
  for (const fs::path& batch : batches(store, until)) {
    for (const char* part : {"objects", "packs"}) {
      for (const fs::path& file : files_in(batch / part)) {
        const auto stat = find_stat(file);
        ++report.files;
        report.bytes += stat ? stat->size : 0;
      }
    }
  }
  return report;
}

TrashReport empty_trash(const ObjectStore& store, UtcTime until) {
  const TrashReport report = measure_trash(store, until);
  for (const fs::path& batch : batches(store, until)) remove_tree(batch);
  return report;
}

}  // namespace mlo
