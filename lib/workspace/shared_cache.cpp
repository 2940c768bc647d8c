#include "lib/workspace/shared_cache.hpp"

#include "lib/crypto/sha256.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::size_t kMaxUser = 1U << 16U;

fs::path file_of(const fs::path& cache, const fs::path& common_dir) {
  return cache / "repositories" / sha256(common_dir.string()).hex();
}

/// Paths may hold anything but NUL.
std::string text_of_user(const CacheUser& user) {
  std::string text = user.common_dir.string();
  text.push_back('\0');
  text += user.work_tree.string();
  text.push_back('\0');
  return text;
}

std::optional<CacheUser> find_user(const fs::path& file) {
  const auto text = find_file(file, kMaxUser);
  if (!text) return std::nullopt;
  const auto parts = split(*text, '\0');
  if (parts.size() != 3 || !parts[0].starts_with('/') || !parts[1].starts_with('/') || !parts[2].empty()) {
    throw Error(ErrorKind::corrupt, fmt::format("cannot tell who uses the cache: `{}` is damaged", file.string()))
        .hint("remove it, then run any mlo command in each repository that uses the cache");
  }
  return CacheUser{parts[0], parts[1]};
}

}  // namespace

void register_cache_user(const fs::path& cache, const CacheUser& user) {
  const fs::path file = file_of(cache, user.common_dir);
  // One of several work trees is enough, as long as it is there.
  if (const auto known = find_user(file); known && find_stat(known->work_tree)) return;
  try {
    write_file(file, text_of_user(user));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::io) throw;
  }
}

std::vector<CacheUser> cache_users(const fs::path& cache) {
  std::vector<CacheUser> users;
  const fs::path dir = cache / "repositories";
  for (const DirEntry& entry : find_stat(dir) ? list_dir(dir) : std::vector<DirEntry>()) {
    if (!Digest::from_hex_text(entry.name)) continue;
    if (auto user = find_user(dir / entry.name)) users.push_back(std::move(*user));
  }
  return users;
}

bool forget_cache_user(const fs::path& cache, const fs::path& common_dir) {
  return remove_file(file_of(cache, common_dir));
}

}  // namespace mlo
