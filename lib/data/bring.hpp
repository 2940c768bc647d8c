#pragma once
#include <memory>
#include <string>
#include <vector>

#include "lib/data/other_repository.hpp"
#include "lib/manifest/dataset.hpp"
#include "lib/remote/transfer.hpp"
#include "lib/store/object_store.hpp"

namespace mlo {

/// Brings content of another repository into a store: from its own store where that has it, else from its remote, which
/// is opened only when needed. Every byte is verified.
class ContentSource {
 public:
  /// `wanted` is what the user typed, for errors. Borrows all.
  ContentSource(const World& world, OtherRepository& from, ObjectStore& to, std::string wanted);

  /// All below `top`, trees level by level, so that nothing is named before it is known. Error{remote} if the remote
  /// lacks an object.
  void bring(const TreeEntry& top);
  /// What a version has at `path` ("" is its top); only the trees on the way are brought. Error{not_found} if it has no
  /// such path.
  TreeEntry find(const DatasetManifest& version, const std::string& path);

 private:
  void bring(std::vector<ObjectRef> objects);

  const World& world_;
  OtherRepository& from_;
  ObjectStore& to_;
  std::string wanted_;
  std::unique_ptr<Remote> remote_;
};

/// Whether the store has all below `top`.
bool has_content(const ObjectStore& store, const TreeEntry& top);

struct WrittenContent {
  std::uint64_t files = 0, bytes = 0;
};
/// Writes content to `target`, which must not exist: a directory or one file. All of it is on disk when this returns.
/// Error{corrupt} for a symlink that leads out of it, or bytes that are not what their name says.
WrittenContent write_content(const World& world, const ObjectStore& store, const TreeEntry& top,
                             const fs::path& target);

enum class Existing { refuse, replace };
/// Error{conflict} if something is at `target` and may not be replaced; an empty directory is nothing.
void require_room(const fs::path& target, Existing existing);
/// Puts `whole` in the place of `target`; what was there goes to `old`, on the same file system.
void put_in_place(const fs::path& whole, const fs::path& target, const fs::path& old);

}  // namespace mlo
