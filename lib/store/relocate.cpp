#include "lib/store/relocate.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <set>

#include "lib/crypto/sha256.hpp"
#include "lib/store/collector.hpp"
#include "lib/store/pack.hpp"
#include "lib/store/staging.hpp"
#include "lib/util/copy_file.hpp"
#include "lib/util/error.hpp"
#include "lib/util/parallel.hpp"

namespace mlo {
namespace {

constexpr unsigned kDeepest = 3;  // trash/<time>/objects/<id>

void list_files(const fs::path& base, const fs::path& below, unsigned depth, std::vector<fs::path>& files) {
  for (const DirEntry& entry : find_stat(base / below) ? list_dir(base / below) : std::vector<DirEntry>()) {
    if (StagingDir::owns(entry.name)) continue;
    if (entry.kind == FileKind::directory && depth < kDeepest) list_files(base, below / entry.name, depth + 1, files);
    if (entry.kind == FileKind::file && !entry.name.ends_with(".idx")) files.push_back(below / entry.name);
  }
}

/// Relative to `base`; indexes are made anew from packs.
std::vector<fs::path> files_of(const fs::path& base) {
  std::vector<fs::path> files;
  for (const char* part : {"objects", "packs", "quarantine", "trash"}) list_files(base, part, 1, files);
  return files;
}

bool is_there(const fs::path& file, const FileStat& stat) {
  const auto there = find_stat(file);
  return there && there->kind == FileKind::file && there->size == stat.size;
}

/// Of what a gc or a reader put aside nothing is asked.
bool is_sound(const fs::path& relative, const fs::path& file) {
  const std::string part = relative.begin()->string(), name = relative.filename().string();
  if (part == "objects") {
    const auto id = Digest::from_hex_text(relative.parent_path().filename().string() + name);
    return !id || sha256_file(file).digest == *id;
  }
  if (part != "packs" || !name.ends_with(".pack")) return true;
  bool sound = true;
  const bool ended = scan_pack(
      file, [&](const PackedObject& object, const Record& record) { sound = sound && is_whole(object.id, record); });
  return ended && sound;
}

void copy_one(const fs::path& from, const fs::path& relative, const fs::path& to, StagingDir& staging, OldPlace old) {
  const fs::path source = from / relative;
  std::string name = staging.new_name();
  if (old == OldPlace::stays || ::linkat(AT_FDCWD, source.c_str(), staging.fd(), name.c_str(), 0) != 0) {
    const StagingDir::File copy = staging.create(0444);
    name = copy.name;
    copy_contents(open_read(source).get(), copy.fd.get(), staging.path() / name);
    if (!is_sound(relative, staging.path() / name)) {
      throw Error(ErrorKind::corrupt, fmt::format("cannot move `{}`: it is damaged", source.string()))
          .hint("set it aside, or mend it, with `mlo version-data fsck --heal`");
    }
  }
  rename_path(staging.path() / name, to / relative);
}

}  // namespace

Relocated copy_store(const World& world, const fs::path& from, ObjectStore& to, OldPlace old) {
  const fs::path base = to.root().parent_path();
  const std::vector<fs::path> files = files_of(from);
  std::set<fs::path> directories{"objects"};
  std::uint64_t bytes = 0;
  std::vector<FileStat> stats;
  for (const fs::path& file : files) {
    directories.insert(file.parent_path());
    stats.push_back(find_stat(from / file).value_or(FileStat{}));
    bytes += stats.back().size;
  }
  for (const fs::path& directory : directories) make_dirs(base / directory);
  const auto task = world.progress.start("moving objects", ProgressUnit::bytes, bytes);
  StagingDir staging(to.root());
  std::atomic<std::uint64_t> copied = 0, copied_bytes = 0;
  parallel_for(files.size(), world.threads, [&](std::size_t i) {
    check_stop(world);
    if (!is_there(base / files[i], stats[i])) {
      copy_one(from, files[i], base, staging, old);
      ++copied;
      copied_bytes += stats[i].size;
    }
    task->advance(stats[i].size);
  });
  sync_file_system(staging.fd(), staging.path());
  Collector::take_in(to);
  return {copied, copied_bytes};
}

Relocated remove_copied(const World& world, const fs::path& from, const ObjectStore& to) {
  Relocated removed;
  // First: an index must not name a pack that is gone. What stays gets a new one.
  bool indexed = false;
  for (const DirEntry& entry : find_stat(from / "packs") ? list_dir(from / "packs") : std::vector<DirEntry>())
    indexed = (entry.name.ends_with(".idx") && remove_file(from / "packs" / entry.name)) || indexed;
  if (indexed) fsync_dir(from / "packs");
  for (const fs::path& file : files_of(from)) {
    check_stop(world);
    const auto stat = find_stat(from / file);
    if (!stat || !is_there(to.root().parent_path() / file, *stat)) continue;
    ++removed.files;
    removed.bytes += stat->size;
    remove_file(from / file);
  }
  // Deepest first; what is not empty stays.
  std::vector<fs::path> directories;
  for (const char* part : {"objects", "packs", "quarantine", "trash"}) {
    if (!find_stat(from / part)) continue;
    directories.push_back(from / part);
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(from / part)) {
      if (entry.is_directory()) directories.push_back(entry.path());
    }
  }
  for (auto it = directories.rbegin(); it != directories.rend(); ++it) ::rmdir(it->c_str());
  return removed;
}

}  // namespace mlo
