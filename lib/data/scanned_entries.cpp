#include "lib/data/scanned_entries.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "lib/util/error.hpp"

namespace mlo {
namespace {

TreeEntryKind entry_kind(FileKind kind, std::uint32_t mode) {
  if (kind == FileKind::directory) return TreeEntryKind::directory;
  if (kind == FileKind::symlink) return TreeEntryKind::symlink;
  return (mode & S_IXUSR) != 0 ? TreeEntryKind::executable : TreeEntryKind::file;
}

}  // namespace

void ScannedEntries::add(const ScannedEntry& found) {
  const FileStat& stat = found.stat;
  const std::string& name = found.entry.name;
  if (text_.size() + name.size() + found.target.size() > UINT32_MAX || rows_.size() == UINT32_MAX)
    throw Error(ErrorKind::invalid, "too many names in one directory").hint("spread them over several");
  const bool link = stat.kind == FileKind::symlink;
  rows_.push_back({.known = Stamp{stat.mtime_ns, stat.ctime_ns, stat.inode, stat.device},
                   .size = stat.size,
                   .mode = stat.mode,
                   .text = static_cast<std::uint32_t>(text_.size()),
                   .extra = static_cast<std::uint32_t>(link ? found.target.size() : found.directory),
                   .name_size = static_cast<std::uint8_t>(name.size()),
                   .kind = stat.kind,
                   .has_other_names = stat.has_other_names});
  text_ += name;
  if (link) text_ += found.target;
}

std::string_view ScannedEntries::name(std::size_t at) const {
  return std::string_view(text_).substr(rows_[at].text, rows_[at].name_size);
}

ScannedEntry ScannedEntries::operator[](std::size_t at) const {
  const Row& row = rows_[at];
  ScannedEntry found;
  found.stat.kind = row.kind;
  found.stat.size = row.size;
  found.stat.mode = row.mode;
  found.stat.has_other_names = row.has_other_names;
  found.entry.name = name(at);
  found.entry.kind = entry_kind(found.stat.kind, row.mode);
  found.entry.size = row.size;
  if (const auto* stamp = std::get_if<Stamp>(&row.known)) {
    found.stat.mtime_ns = stamp->mtime_ns;
    found.stat.ctime_ns = stamp->ctime_ns;
    found.stat.inode = stamp->inode;
    found.stat.device = stamp->device;
  } else {
    found.entry.id = std::get<Digest>(row.known);
  }
  if (found.stat.kind == FileKind::symlink) {
    found.target = text_.substr(row.text + row.name_size, row.extra);
    found.entry.size = row.extra;
  } else if (found.stat.kind == FileKind::directory) {
    found.directory = row.extra;
  }
  return found;
}

void ScannedEntries::set_content(std::size_t at, const TreeEntry& read) {
  Row& row = rows_[at];
  row.known = read.id;
  row.size = read.size;
  if (read.kind == TreeEntryKind::file || read.kind == TreeEntryKind::executable) {
    row.kind = FileKind::file;
    row.mode &= ~static_cast<std::uint32_t>(S_IXUSR);
    if (read.kind == TreeEntryKind::executable) row.mode |= S_IXUSR;
  }
}

bool ScannedEntries::erase(std::string_view name_to_go) {
  const auto row = std::find_if(rows_.begin(), rows_.end(), [&](const Row& one) {
    return std::string_view(text_).substr(one.text, one.name_size) == name_to_go;
  });
  if (row == rows_.end()) return false;
  rows_.erase(row);
  return true;
}

}  // namespace mlo
