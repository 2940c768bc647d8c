#include "lib/store/object_store.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "lib/crypto/sha256.hpp"
#include "lib/store/pack_set.hpp"
#include "lib/store/recipe.hpp"
#include "lib/util/copy_file.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

/// A recipe of a few bytes may promise any number of them.
constexpr std::uint64_t kMaxInMemory = std::uint64_t{1} << 32U;

[[noreturn]] void throw_absent(const Digest& id) {
  throw Error(ErrorKind::not_found, fmt::format("object `{}` is not in the store", id.brief()))
      .hint("fetch it with `mlo pull`, or check out a version that is here");
}

UniqueFd open_object(const Digest& id, const fs::path& file) {
  UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd && errno == ENOENT) throw_absent(id);
  if (!fd) throw_errno("open", file.string());
  return fd;
}

}  // namespace

std::string ObjectStore::relative_path(const Digest& id) {
  std::string hex = id.hex();
  hex.insert(2, 1, '/');
  return hex;
}

bool ObjectStore::has(const Digest& id) const { return find_size(id).has_value(); }

std::optional<std::uint64_t> ObjectStore::find_size(const Digest& id) const {
  if (const auto size = packs_->find_size(id)) return size;
  if (const auto stat = find_stat(path_of(id))) return stat->size;
  return packs_->refresh() ? packs_->find_size(id) : std::nullopt;
}

std::optional<std::uint64_t> ObjectStore::find_stored_size(const Digest& id) const {
  if (const auto size = packs_->find_stored_size(id)) return size;
  if (const auto stat = find_stat(path_of(id))) return stat->size;
  return packs_->refresh() ? packs_->find_stored_size(id) : std::nullopt;
}

std::optional<fs::path> ObjectStore::find_file_of(const Digest& id) const {
  fs::path file = path_of(id);
  return ::access(file.c_str(), F_OK) == 0 ? std::optional(std::move(file)) : std::nullopt;
}

bool ObjectStore::read_packed(const Digest& id, Record& record) const {
  if (!packs_->read(id, record) && (find_file_of(id) || !packs_->refresh() || !packs_->read(id, record))) return false;
  return record.form != Form::recipe || !find_file_of(id);
}

std::string_view ObjectStore::verified(const Digest& id, Record& record) const {
  thread_local std::string buffer;
  for (bool again : {true, false}) {
    const auto content = content_of(record, buffer);
    if (content && sha256(*content) == id) return *content;
    // Another process may have moved it to another pack and removed this one.
    if (again && (!packs_->refresh() || !packs_->read(id, record))) break;
  }
  fail_corrupt(id);
}

std::string ObjectStore::get(const Digest& id) const {
  thread_local Record record;
  if (read_packed(id, record)) {
    if (record.form != Form::recipe) return std::string(verified(id, record));
    if (record.size > kMaxInMemory && is_whole(id, record)) {
      throw Error(ErrorKind::invalid, fmt::format("object `{}` is too large to be read at once", id.brief()));
    }
    std::string bytes;
    if (!read_recipe(id, record, Cached::keep, [&](std::string_view part) { bytes += part; })) fail_in_parts(id);
    return bytes;
  }
  const fs::path file = path_of(id);
  auto bytes = find_file(file);
  if (!bytes) throw_absent(id);
  if (sha256(*bytes) != id) fail_corrupt(id);
  return std::move(*bytes);
}

bool ObjectStore::copy_to(const Digest& id, int fd, const fs::path& target) const {
  if (Record record; read_packed(id, record)) {
    const Sink write = [&](std::string_view bytes) { write_all(fd, bytes, target); };
    std::string buffer;
    if (record.form == Form::recipe)
      static_cast<void>(read_recipe(id, record, Cached::keep, write));
    else
      write(content_of(record, buffer).value_or(std::string_view()));
    return true;
  }
  const auto file = find_file_of(id);
  if (file) copy_contents(open_object(id, *file).get(), fd, target);
  return file.has_value();
}

Tree ObjectStore::get_tree(const Digest& id) const {
  const std::string bytes = get(id);
  try {
    return decode_tree(bytes);
  } catch (Error& error) {
    throw error.prefix(id.brief());
  }
}

Digest ObjectStore::put(std::string_view bytes) {
  Batch batch(*this);
  const Digest id = batch.put(bytes);
  batch.commit();
  return id;
}

void ObjectStore::write_to(const Digest& id, int target_fd, const fs::path& target, LinkType link) const {
  thread_local Record record;
  if (read_packed(id, record)) {
    if (record.form != Form::recipe) return write_all(target_fd, verified(id, record), target);
    WriteBehind writer;
    // The same bytes need not be in memory twice.
    if (!read_recipe(id, record, Cached::drop, [&](std::string_view bytes) { writer.write(target_fd, bytes, target); }))
      fail_in_parts(id);
    return;
  }
  const fs::path file = path_of(id);
  const UniqueFd source = open_object(id, file);
  const HashedFile written =
      copy_hashed(source.get(), file, target_fd, target,
                  {.reflink = link != LinkType::copy, .threads = rules_.threads, .source = Cached::drop});
  if (written.digest != id) fail_corrupt(id);
}

void ObjectStore::check_out(const Digest& id, const fs::path& target, bool executable, LinkType link) const {
  const UniqueFd fd(::open(target.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, executable ? 0755 : 0644));
  if (!fd) throw_errno("create", target.string());
  try {
    write_to(id, fd.get(), target, link);
  } catch (...) {
    ::unlink(target.c_str());
    throw;
  }
}

bool ObjectStore::verify(const Digest& id) const {
  if (Record record; read_packed(id, record))
    return record.form == Form::recipe ? read_recipe(id, record, Cached::keep, [](std::string_view) {})
                                       : is_whole(id, record);
  return verify_file(id);
}

bool ObjectStore::verify_file(const Digest& id) const {
  const fs::path file = path_of(id);
  const UniqueFd fd = open_object(id, file);
  return sha256_fd(fd.get(), file).digest == id;
}

fs::path ObjectStore::quarantine() const {
  fs::path directory = root_.parent_path() / "quarantine";
  make_dirs(directory);
  return directory;
}

void ObjectStore::set_file_aside(const Digest& id) const {
  std::error_code ignored;  // another process may have moved it first
  fs::rename(path_of(id), quarantine() / id.hex(), ignored);
}

void ObjectStore::set_packed_aside(const std::set<Digest>& ids) const {
  for (const Digest& id : ids) {
    if (Record record; packs_->read(id, record))
      write_file(quarantine() / id.hex(), record.bytes, Durability::complete, 0444);
  }
  packs_->drop(ids);
}

void ObjectStore::fail_corrupt(const Digest& id) const {
  const auto form = packs_->find_form(id);
  if (form && (form != Form::recipe || !find_file_of(id)))
    set_packed_aside({id});
  else
    set_file_aside(id);
  throw Error(ErrorKind::corrupt,
              fmt::format("object `{}` is damaged: its bytes are not what its name says", id.brief()))
      .hint(fmt::format("it was moved to {}; `mlo pull` fetches it again", (quarantine() / id.hex()).string()));
}

void walk_tree(const ObjectStore& store, const Digest& root,
               const std::function<void(const std::string&, const TreeEntry&)>& visit) {
  const std::function<void(const Digest&, const std::string&)> walk = [&](const Digest& id, const std::string& prefix) {
    for (const TreeEntry& entry : store.get_tree(id)) {
      const std::string path = prefix + entry.name;
      visit(path, entry);
      if (entry.kind == TreeEntryKind::directory) walk(entry.id, path + "/");
    }
  };
  walk(root, "");
}

std::optional<TreeEntry> find_in_tree(const ObjectStore& store, const Digest& root, std::string_view path) {
  std::optional<TreeEntry> at;
  for (const std::string_view segment : split(path, '/')) {
    const Digest& tree = at ? at->id : root;
    if ((at && at->kind != TreeEntryKind::directory) || !store.has(tree)) return std::nullopt;
    const Tree entries = store.get_tree(tree);
    const auto it =
        std::find_if(entries.begin(), entries.end(), [&](const TreeEntry& entry) { return entry.name == segment; });
    if (it == entries.end()) return std::nullopt;
    at = *it;
  }
  return at;
}

}  // namespace mlo
