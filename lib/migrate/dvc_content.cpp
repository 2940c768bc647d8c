#include "lib/migrate/dvc_content.hpp"

#include "lib/crypto/md5.hpp"
#include "lib/data/scan.hpp"
#include "lib/store/tree_builder.hpp"
#include "lib/util/error.hpp"
#include "lib/util/parallel.hpp"
#include "lib/util/text.hpp"

namespace mlo::dvc {
namespace {

constexpr std::uint64_t kConfigLimit = 1U << 20U;
/// Files up to here are read once; of larger ones the store reads again what the system still has in memory.
constexpr std::uint64_t kAtOnce = 1U << 20U;
constexpr std::uint64_t kDirectoryLimit = std::uint64_t{1} << 31U;

/// DVC 2.x: is a file text by its first 512 bytes?
bool looks_like_text(std::string_view head) {
  head = head.substr(0, 512);
  std::size_t others = 0;
  for (const char c : head) {
    if (c == '\0') return false;
    if ((c < 32 || c == 127) && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != '\b') ++others;
  }
  return others * 10 <= head.size() * 3;
}

/// Both MD5s that DVC may have given a file: of its bytes, and of 2.x with CRLF as LF in text, in its blocks of 1 MiB.
class TwoSums {
 public:
  explicit TwoSums(bool text_md5) : wants_text_(text_md5) {}

  void update(std::string_view bytes) {
    plain_.update(bytes);
    while (wants_text_ && !bytes.empty()) {
      const std::size_t room = std::min(kBlock - block_.size(), bytes.size());
      block_.append(bytes.substr(0, room));
      bytes.remove_prefix(room);
      if (block_.size() == kBlock) end_block();
    }
  }
  bool matches(const std::string& md5) {
    if (plain_.finish() == md5) return true;
    if (!wants_text_) return false;
    end_block();
    return text_.finish() == md5;
  }

 private:
  static constexpr std::size_t kBlock = std::size_t{1} << 20U;
  void end_block() {
    if (first_) is_text_ = looks_like_text(block_);
    first_ = false;
    text_.update(is_text_ ? replace_all(block_, "\r\n", "\n") : block_);
    block_.clear();
  }
  Md5 plain_, text_;
  std::string block_;
  bool wants_text_, first_ = true, is_text_ = true;
};

void sum_file(const fs::path& file, TwoSums& sums) {
  const MappedFile mapped(file);
  constexpr std::size_t kPiece = std::size_t{1} << 20U;
  for (std::string_view rest = mapped.bytes(); !rest.empty(); rest.remove_prefix(std::min(kPiece, rest.size())))
    sums.update(rest.substr(0, kPiece));
}

bool is_executable(const Workspace& workspace, const std::string& path, bool fallback) {
  const auto stat = find_stat(workspace.root() / path);
  return stat && stat->kind == FileKind::file ? stat->executable() : fallback;
}

}  // namespace

Content::Content(const Workspace& workspace) : workspace_(workspace) {
  const fs::path dvc = workspace.root() / ".dvc";
  Config config;
  for (const char* name : {"config", "config.local"}) {
    if (const auto text = find_file(dvc / name, kConfigLimit)) read_dvc_config(*text, config);
  }
  cache_ = absolute_in(dvc, config.cache);
  for (const RemoteConfig& remote : config.remotes) {
    // Not ssh: behind DVC's there is no mlo to ask.
    const RemoteKind* const kind = find_remote_kind(remote.url);
    if (kind != nullptr && (kind->name == "dir" || kind->name == "s3" || kind->name == "http"))
      remotes_.push_back({remote.name, kind->open(workspace.world(), remote, dvc)});
    else
      configs_.push_back(remote);
  }
  make_dirs(workspace.local() / "tmp");
  staging_ = std::make_unique<StagingDir>(workspace.local() / "tmp");
}

Content::~Content() = default;

bool Content::is_in_cache(const fs::path& target) const { return relative_to(cache_, target).has_value(); }

std::vector<std::string> Content::unreadable_remotes() const {
  std::vector<std::string> names;
  for (const RemoteConfig& config : configs_) names.push_back(fmt::format("`{}` ({})", config.name, config.url));
  return names;
}

std::optional<Content::Known> Content::try_file(ObjectStore::Batch& batch, const Wanted& wanted, const fs::path& file,
                                                bool must) {
  const auto stat = find_stat(file);
  if (!stat || stat->kind != FileKind::file) return std::nullopt;
  TwoSums sums(wanted.text_md5);
  Known known{{}, stat->size};
  if (stat->size <= kAtOnce) {
    const std::string bytes = read_file(file, kAtOnce);
    sums.update(bytes);
    known = {batch.put(bytes), bytes.size()};
  } else {
    sum_file(file, sums);
    const ObjectStore::Batch::Added added = batch.put_file(file);
    if (added.stat != *stat)
      throw Error(ErrorKind::conflict, fmt::format("`{}` changed while it was read", file.string()))
          .hint("try again when nothing else works on it");
    known = {added.id, added.size};
  }
  if (sums.matches(wanted.md5)) return known;
  if (!must) return std::nullopt;
  throw Error(ErrorKind::corrupt, fmt::format("`{}` of DVC's cache is damaged: its MD5 is not its name", file.string()))
      .hint(fmt::format("it belongs to `{}`; remove it and fetch it again with `dvc pull`", printable(wanted.path)));
}

std::optional<fs::path> Content::download(const Wanted& wanted) {
  for (const auto& remote : remotes_) {
    for (const bool version_2 : {wanted.text_md5, !wanted.text_md5}) {
      StagingDir::File file = staging_->create(0600);
      const fs::path path = staging_->path() / file.name;
      const std::string name = relative_path(wanted.md5, wanted.directory, version_2);
      const bool there = in_the_name_of(
          remote.name, [&] { return remote.place->get(name, std::nullopt, {.fd = file.fd.get(), .path = path}); });
      if (there) return path;
      staging_->remove(file.name);
    }
  }
  return std::nullopt;
}

std::optional<Content::Known> Content::bring_file(ObjectStore::Batch& batch, const Wanted& wanted) {
  const std::string key = fmt::format("{}{}{}", wanted.md5, wanted.directory, wanted.text_md5);
  {
    const std::lock_guard lock(mutex_);
    if (const auto it = known_.find(key); it != known_.end()) return it->second;
  }
  check_stop(workspace_.world());
  std::optional<Known> known;
  for (const bool version_2 : {wanted.text_md5, !wanted.text_md5}) {
    if (!known)
      known = try_file(batch, wanted, cache_ / relative_path(wanted.md5, wanted.directory, version_2), /*must=*/true);
  }
  if (!known && !wanted.directory) known = try_file(batch, wanted, workspace_.root() / wanted.path, /*must=*/false);
  if (!known) {
    if (const auto file = download(wanted)) {
      known = try_file(batch, wanted, *file, /*must=*/true);
      mlo::remove_file(*file);
    }
  }
  if (!known) return std::nullopt;
  const std::lock_guard lock(mutex_);
  known_.emplace(key, *known);
  return known;
}

std::optional<TreeEntry> Content::bring_directory(const Out& out, std::vector<Missing>& missing) {
  ObjectStore& store = workspace_.store();
  ObjectStore::Batch batch(store);
  const auto listing = bring_file(batch, {out.path, out.md5, /*directory=*/true, /*text_md5=*/out.text_md5});
  batch.commit();
  if (!listing) {
    missing.push_back({out.path, out.md5 + ".dir"});
    return std::nullopt;
  }
  if (listing->size > kDirectoryLimit)
    throw Error(ErrorKind::invalid, fmt::format("DVC's directory object `{}.dir` is too large", out.md5));
  const std::vector<DirEntry> entries = parse_dvc_directory(store.get(listing->id), out.md5 + ".dir");
  std::vector<std::optional<Known>> brought(entries.size());
  const World& world = workspace_.world();
  const auto task = world.progress.start("importing " + out.path, ProgressUnit::items, entries.size());
  parallel_for(entries.size(), world.threads, [&](std::size_t i) {
    brought[i] = bring_file(batch, {child_path(out.path, entries[i].path), entries[i].md5, false, out.text_md5});
    task->advance(1);
  });
  TreeBuilder top;
  bool whole = true;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::string path = child_path(out.path, entries[i].path);
    if (!brought[i]) {
      missing.push_back({path, entries[i].md5});
      whole = false;
      continue;
    }
    const TreeEntryKind kind = is_executable(workspace_, path, false) ? TreeEntryKind::executable : TreeEntryKind::file;
    if (!top.add(entries[i].path, {kind, brought[i]->size, brought[i]->id, ""}))
      throw Error(ErrorKind::corrupt, fmt::format("DVC's directory object `{}.dir` has `{}` twice, or below a file",
                                                  out.md5, printable(path)));
  }
  if (!whole) return std::nullopt;
  TreeEntry tree = top.store(batch);
  batch.commit();
  return tree;
}

std::optional<TreeEntry> Content::bring(const Out& out, std::vector<Missing>& missing) {
  if (out.directory) return bring_directory(out, missing);
  ObjectStore::Batch batch(workspace_.store());
  const auto known = bring_file(batch, {out.path, out.md5, false, out.text_md5});
  if (!known) {
    missing.push_back({out.path, out.md5});
    return std::nullopt;
  }
  batch.commit();
  const bool executable = is_executable(workspace_, out.path, out.executable);
  return TreeEntry{executable ? TreeEntryKind::executable : TreeEntryKind::file, known->size, known->id, ""};
}

}  // namespace mlo::dvc
