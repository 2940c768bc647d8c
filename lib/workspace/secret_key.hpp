#pragma once
#include <string>
#include <string_view>

#include "lib/workspace/workspace.hpp"

namespace mlo {

/// Tells whether a secret is the one of before without saying anything of it to whoever lacks this repository's key:
/// HMAC-SHA-256 under 32 random bytes in `.mlo/local/secret.key`, which only its owner may read and nothing pushes or
/// commits. They are made when first asked for. Two hashes compare only if they were made with one key, whose name they
/// begin with.
class SecretHashes {
 public:
  /// Throws Error{io} if the key can be neither read nor made.
  explicit SecretHashes(Workspace& workspace);
  /// "hmac-sha256:<8 hex of the key's name>:<32 hex>"; of `value` under `name`.
  std::string hash(std::string_view name, std::string_view value) const;

 private:
  std::string key_, id_;
};

}  // namespace mlo
