#include "lib/remote/encryption.hpp"

#include "lib/crypto/hkdf.hpp"
#include "lib/crypto/hmac.hpp"
#include "lib/crypto/sha256.hpp"
#include "lib/util/error.hpp"
#include "lib/util/process.hpp"
#include "lib/util/random.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::string_view kKeyHead = "mlo key 1\n";
constexpr std::uint64_t kMaxKeyFile = 4096;
constexpr std::size_t kWrapped = 32 + AesGcm::kTag;

Digest random_digest(Rng& rng) {
  std::array<std::byte, 32> bytes{};
  rng.fill(bytes);
  return Digest(bytes);
}

AesGcm wrapper(const RemoteKey& key, const Digest& salt) {
  return AesGcm(hkdf_sha256(key.raw(), salt.raw(), "mlo remote 1 wrap"));
}

RemoteKey require_key(std::string_view text, const std::string& source) {
  const auto key = decode_remote_key(text);
  if (!key) {
    throw Error(ErrorKind::config, fmt::format("{} holds no key", source))
        .hint("make one with `mlo remote new-key FILE`");
  }
  return *key;
}

}  // namespace

std::string encode_remote_key(const RemoteKey& key) { return std::string(kKeyHead) + key.hex() + "\n"; }

std::optional<RemoteKey> decode_remote_key(std::string_view text) {
  if (!text.starts_with(kKeyHead)) return std::nullopt;
  return Digest::from_hex_text(trim(text.substr(kKeyHead.size())));
}

fs::path key_path(const World& world, const fs::path& base, const std::string& file) {
  if (!file.starts_with("~/")) return absolute_in(base, file);
  return fs::path(find_env(world.env, "HOME").value_or("/")) / file.substr(2);
}

RemoteKey load_remote_key(const World& /*world*/, const fs::path& file) {
  const auto text = find_file(file, kMaxKeyFile);
  if (!text) {
    throw Error(ErrorKind::config, fmt::format("there is no key file `{}`", file.string()))
        .hint("get it from whoever has it, or name yours in .mlo/local/config.yaml: `encryption: {key_file: FILE}`");
  }
  return require_key(*text, fmt::format("`{}`", file.string()));
}

RemoteKey load_remote_key(const World& world, const RemoteConfig& config, const fs::path& base) {
  const RemoteConfig::Encryption& encryption = config.encryption.value();
  if (!encryption.key_command.empty()) {
    const ProcessOutput result =
        run_process({.argv = {"sh", "-c", encryption.key_command}, .cwd = world.cwd, .env = world.env});
    if (result.exit.code != 0) {
      throw Error(ErrorKind::config, fmt::format("the `key_command` ended with {}", result.exit.code))
          .hint(printable(trim(std::string_view(result.err).substr(0, 300))));
    }
    return require_key(result.out, "what the `key_command` printed");
  }
  if (encryption.key_file.empty()) {
    throw Error(ErrorKind::config, "it is encrypted, and nothing says where the key is")
        .hint("name its file in .mlo/local/config.yaml: `encryption: {key_file: FILE}`");
  }
  return load_remote_key(world, key_path(world, base, encryption.key_file));
}

std::string wrap_data_key(const Digest& data_key, const RemoteKey& key, Rng& rng) {
  const Digest salt = random_digest(rng);
  std::string wrapped;
  wrapper(key, salt).seal(0, text_of(data_key.raw()), wrapped);
  return fmt::format("{}{}\n{}\n", kEncryptedFormat, salt.hex(), to_hex(bytes_of(wrapped)));
}

std::optional<Digest> unwrap_data_key(std::string_view format, const RemoteKey& key) {
  const auto lines = split_lines(format.substr(std::min(kEncryptedFormat.size(), format.size())));
  const auto salt = lines.size() == 2 ? Digest::from_hex_text(lines[0]) : std::nullopt;
  std::array<std::byte, kWrapped> wrapped{};
  if (!format.starts_with(kEncryptedFormat) || !salt || !from_hex(lines[1], wrapped))
    throw Error(ErrorKind::remote, "its `format` is damaged");
  std::string data_key;
  if (!wrapper(key, *salt).open(0, text_of(wrapped), data_key)) return std::nullopt;
  std::array<std::byte, 32> out{};
  std::memcpy(out.data(), data_key.data(), out.size());
  return Digest(out);
}

Sealer::Sealer(const Digest& data_key)
    : names_(hkdf_sha256(data_key.raw(), {}, "mlo remote 1 names")),
      contents_(hkdf_sha256(data_key.raw(), {}, "mlo remote 1 contents")),
      salts_(hkdf_sha256(data_key.raw(), {}, "mlo remote 1 salts")) {}

Digest Sealer::hide(const Digest& id) const { return hmac_sha256(names_.raw(), text_of(id.raw())); }

AesGcm Sealer::cipher_for(std::string_view name, std::string_view salt) const {
  return AesGcm(hkdf_sha256(contents_.raw(), bytes_of(salt), name));
}

Sealer::Seal::Seal(const Sealer& sealer, std::string_view name, const Digest& digest)
    : salt_(text_of(hmac_sha256(sealer.salts_.raw(), std::string(text_of(digest.raw())) + std::string(name)).raw())
                .substr(0, kSalt)),
      cipher_(sealer.cipher_for(name, salt_)) {}

void Sealer::Seal::add(std::string_view plain, std::string& out) {
  MLO_ASSERT(plain.size() <= kSegment);
  out += salt_;
  cipher_.seal(number_++, plain, out);
}

std::string Sealer::seal(std::string_view name, std::string_view plain) const {
  Seal seal(*this, name, sha256(plain));
  std::string out;
  out.reserve(plain.size() + (plain.size() / kSegment + 1) * kMore);
  for (;;) {
    const std::string_view segment = plain.substr(0, kSegment);
    seal.add(segment, out);
    if (segment.size() < kSegment) return out;
    plain.remove_prefix(segment.size());
  }
}

void Sealer::Open::add(std::string_view sealed, std::string& out) {
  const std::string_view salt = sealed.substr(0, std::min<std::size_t>(sealed.size(), kSalt));
  if (!cipher_ || salt != salt_) {
    // Within one file all segments have one salt: a part of another content of that name is no part of this one.
    if (cipher_) throw Error(ErrorKind::corrupt, fmt::format("`{}` is damaged", name_));
    salt_ = salt;
    cipher_ = sealer_.cipher_for(name_, salt_);
  }
  const std::size_t before = out.size();
  if (complete_ || !cipher_->open(number_++, sealed.substr(salt.size()), out))
    throw Error(ErrorKind::corrupt, fmt::format("`{}` is damaged", name_));
  complete_ = out.size() - before < kSegment;
}

}  // namespace mlo
