#include "lib/workspace/secret_key.hpp"

#include "lib/crypto/hmac.hpp"

namespace mlo {
namespace {

constexpr std::size_t kBytes = 32;

std::optional<std::string> find_key(const fs::path& path) {
  auto key = find_file(path, kBytes + 1);
  return key && key->size() == kBytes ? key : std::nullopt;
}

std::string ensure_key(Workspace& workspace) {
  const fs::path path = workspace.local() / "secret.key";
  if (auto key = find_key(path)) return *key;
  const LockFile lock = LockFile::acquire(workspace.local() / "locks" / "secret-key", "making a key",
                                          std::chrono::seconds(60), workspace.world());
  if (auto key = find_key(path)) return *key;  // another process made it meanwhile
  std::string key(kBytes, '\0');
  workspace.world().rng.fill(std::as_writable_bytes(std::span(key)));
  write_file(path, key, Durability::durable, 0600);
  return key;
}

}  // namespace

SecretHashes::SecretHashes(Workspace& workspace)
    : key_(ensure_key(workspace)), id_(hmac_sha256(key_, "mlo key").hex().substr(0, 8)) {}

std::string SecretHashes::hash(std::string_view name, std::string_view value) const {
  std::string text(name);
  text.push_back('\0');
  text += value;
  return fmt::format("hmac-sha256:{}:{}", id_, hmac_sha256(key_, text).hex().substr(0, 32));
}

}  // namespace mlo
