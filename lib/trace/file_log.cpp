#include "lib/trace/file_log.hpp"

#include <vector>

namespace mlo {

bool FileLog::made(std::string_view path) const {
  while (!path.empty()) {
    if (made_.contains(path)) return true;
    const std::size_t slash = path.rfind('/');
    if (slash == std::string_view::npos) return false;
    path = path.substr(0, slash);
  }
  return false;
}

void FileLog::read(const std::string& path) {
  if (!made(path)) reads_.insert(path);
}

void FileLog::write(const std::string& path, Write how) {
  writes_.insert(path);
  if (how == Write::makes) made_.insert(path);
}

void FileLog::moved(const std::string& from, const std::string& to) {
  if (from.empty()) {
    if (!to.empty()) write(to, Write::makes);
    return;
  }
  if (to.empty()) return;
  std::vector<std::string> below;
  const std::string inside = from + "/";
  for (auto it = writes_.lower_bound(inside); it != writes_.end() && it->starts_with(inside); ++it)
    below.push_back(to + it->substr(from.size()));
  for (const std::string& path : below) write(path, Write::makes);
  write(to, Write::makes);
}

}  // namespace mlo
