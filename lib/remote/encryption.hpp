#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "lib/crypto/aes_gcm.hpp"
#include "lib/crypto/digest.hpp"
#include "lib/util/world.hpp"
#include "lib/workspace/config.hpp"

// What an encrypted remote holds (schemas/README.md, "Encrypted remotes").
namespace mlo {

/// What a user keeps secret: 32 bytes.
using RemoteKey = Digest;

/// A key file's content: `mlo key 1`, then 64 hex digits, each a line.
std::string encode_remote_key(const RemoteKey& key);
std::optional<RemoteKey> decode_remote_key(std::string_view text);
/// The key that the configuration names. Error{config} if there is none, or what was found is no key.
RemoteKey load_remote_key(const World& world, const RemoteConfig& config, const fs::path& base);
/// The key in a file; `~/` is the user's home.
RemoteKey load_remote_key(const World& world, const fs::path& file);
fs::path key_path(const World& world, const fs::path& base, const std::string& file);

inline constexpr std::string_view kEncryptedFormat = "mlo encrypted remote 1\n";
/// The file `format` of an encrypted remote: the data key, wrapped by the user's key.
std::string wrap_data_key(const Digest& data_key, const RemoteKey& key, Rng& rng);
/// Nothing if the key is another one. Error{remote} if `format` is no such file.
std::optional<Digest> unwrap_data_key(std::string_view format, const RemoteKey& key);

/// Makes and reads the files of one encrypted remote. Safe from any thread.
class Sealer {
 public:
  /// Plain bytes of a segment, and how many more a sealed one has.
  static constexpr std::uint64_t kSegment = std::uint64_t{64} << 10U;
  static constexpr std::uint64_t kSalt = 16, kMore = kSalt + AesGcm::kTag;

  explicit Sealer(const Digest& data_key);
  /// Under which name what is called `id` lies there.
  Digest hide(const Digest& id) const;

  /// One file on its way out. `digest` is that of all plain bytes: another content never meets the same key.
  class Seal {
   public:
    Seal(const Sealer& sealer, std::string_view name, const Digest& digest);
    /// Appends the next segment; the last one is shorter than kSegment, perhaps empty.
    void add(std::string_view plain, std::string& out);

   private:
    std::string salt_;
    AesGcm cipher_;
    std::uint64_t number_ = 0;
  };
  /// A whole one.
  std::string seal(std::string_view name, std::string_view plain) const;

  /// One file on its way back, or a part that begins with a segment's first byte.
  class Open {
   public:
    Open(const Sealer& sealer, std::string name, std::uint64_t first_segment)
        : sealer_(sealer), name_(std::move(name)), number_(first_segment) {}
    /// Appends the plain bytes of the next segment. Error{corrupt} for what was not sealed as this segment of this
    /// file.
    void add(std::string_view sealed, std::string& out);
    /// Whether the segment that ends a file was there.
    bool is_complete() const { return complete_; }

   private:
    const Sealer& sealer_;
    const std::string name_;
    std::uint64_t number_;
    std::string salt_;
    std::optional<AesGcm> cipher_;
    bool complete_ = false;
  };

 private:
  AesGcm cipher_for(std::string_view name, std::string_view salt) const;
  Digest names_, contents_, salts_;
};

}  // namespace mlo
