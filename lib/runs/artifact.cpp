#include "lib/runs/artifact.hpp"

#include "lib/store/staging.hpp"
#include "lib/util/error.hpp"

namespace mlo {
namespace {

TreeEntry store_entry(ObjectStore::Batch& batch, const fs::path& path, Artifact& totals) {
  const auto stat = find_stat(path);
  if (!stat) throw Error(ErrorKind::not_found, fmt::format("cannot store `{}`: no such file", path.string()));
  TreeEntry out;
  out.name = path.filename().string();
  if (stat->kind == FileKind::file) {
    const auto added = batch.put_file(path);
    out.kind = stat->executable() ? TreeEntryKind::executable : TreeEntryKind::file;
    out.size = added.size;
    out.id = added.id;
  } else if (stat->kind == FileKind::symlink) {
    const std::string target = read_link(path);
    out.kind = TreeEntryKind::symlink;
    out.size = target.size();
    out.id = batch.put(target);
  } else if (stat->kind == FileKind::directory) {
    Tree tree;
    for (const DirEntry& entry : list_dir(path)) {
      if (!is_tree_name(entry.name) || StagingDir::owns(entry.name)) continue;
      tree.push_back(store_entry(batch, path / entry.name, totals));
      out.size += tree.back().size;
    }
    out.kind = TreeEntryKind::directory;
    out.id = batch.put(encode_tree(tree));
    return out;
  } else {
    throw Error(ErrorKind::invalid, fmt::format("cannot store `{}`: neither a file nor a directory", path.string()));
  }
  ++totals.files;
  return out;
}

}  // namespace

Artifact store_artifact(ObjectStore& store, const fs::path& path, std::string name) {
  std::error_code ignored;
  const fs::path real = fs::canonical(path, ignored);  // a link given by the user means what it leads to
  ObjectStore::Batch batch(store);
  Artifact out;
  out.path = std::move(name);
  const TreeEntry entry = store_entry(batch, real.empty() ? path : real, out);
  batch.commit();
  out.id = entry.id;
  out.bytes = entry.size;
  out.directory = entry.kind == TreeEntryKind::directory;
  return out;
}

}  // namespace mlo
