#include "lib/store/usage.hpp"

#include "lib/store/collector.hpp"

namespace mlo {
namespace {

void add_files(const fs::path& dir, const std::function<StoreUsage::Part*(const std::string& name)>& part_of) {
  for (const DirEntry& entry : find_stat(dir) ? list_dir(dir) : std::vector<DirEntry>()) {
    StoreUsage::Part* const part = entry.kind == FileKind::file ? part_of(entry.name) : nullptr;
    const auto stat = part != nullptr ? find_stat(dir / entry.name) : std::nullopt;
    if (!stat) continue;
    ++part->files;
    part->bytes += stat->size;
  }
}

}  // namespace

StoreUsage measure_store(const ObjectStore& store) {
  StoreUsage usage;
  for (const DirEntry& entry : find_stat(store.root()) ? list_dir(store.root()) : std::vector<DirEntry>()) {
    if (entry.kind == FileKind::directory && entry.name.size() == 2)
      add_files(store.root() / entry.name, [&](const std::string&) { return &usage.objects; });
  }
  const fs::path base = store.root().parent_path();
  add_files(base / "packs", [&](const std::string& name) {
    return name.ends_with(".pack") ? &usage.packs : name.ends_with(".idx") ? &usage.indexes : nullptr;
  });
  add_files(base / "quarantine", [&](const std::string&) { return &usage.quarantine; });
  const TrashReport trash = measure_trash(store, UtcTime::from_micros(INT64_MAX));
  usage.trash = {trash.files, trash.bytes};
  return usage;
}

}  // namespace mlo
