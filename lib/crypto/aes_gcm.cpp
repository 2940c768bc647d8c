#include "lib/crypto/aes_gcm.hpp"

#include <openssl/evp.h>

#include "lib/util/error.hpp"

namespace mlo {
namespace {

constexpr int kNonce = 12;

std::array<unsigned char, kNonce> nonce_of(std::uint64_t number) {
  std::array<unsigned char, kNonce> nonce{};
  for (std::size_t i = 0; i < sizeof number; ++i) nonce[i] = static_cast<unsigned char>(number >> (8 * i));
  return nonce;
}

const unsigned char* raw(const char* bytes) { return reinterpret_cast<const unsigned char*>(bytes); }
unsigned char* raw(char* bytes) { return reinterpret_cast<unsigned char*>(bytes); }

}  // namespace

struct AesGcm::State {
  State() : context(EVP_CIPHER_CTX_new()) { MLO_ASSERT(context != nullptr); }
  State(const State&) = delete;
  ~State() { EVP_CIPHER_CTX_free(context); }
  EVP_CIPHER_CTX* context;
};

AesGcm::AesGcm(const Digest& key) : state_(std::make_unique<State>()) {
  MLO_ASSERT(EVP_CipherInit_ex(state_->context, EVP_aes_256_gcm(), nullptr,
                               reinterpret_cast<const unsigned char*>(key.raw().data()), nullptr, 1) == 1);
}
AesGcm::AesGcm(AesGcm&&) noexcept = default;
AesGcm& AesGcm::operator=(AesGcm&&) noexcept = default;
AesGcm::~AesGcm() = default;

void AesGcm::seal(std::uint64_t number, std::string_view plain, std::string& out) {
  const std::size_t begin = out.size();
  out.resize(begin + plain.size() + kTag);
  int written = 0, rest = 0;
  EVP_CIPHER_CTX* const context = state_->context;
  const bool good = EVP_CipherInit_ex(context, nullptr, nullptr, nullptr, nonce_of(number).data(), 1) == 1 &&
                    EVP_CipherUpdate(context, raw(out.data() + begin), &written, raw(plain.data()),
                                     static_cast<int>(plain.size())) == 1 &&
                    EVP_CipherFinal_ex(context, raw(out.data() + begin) + written, &rest) == 1 &&
                    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, kTag, out.data() + begin + plain.size()) == 1;
  MLO_ASSERT(good && static_cast<std::size_t>(written + rest) == plain.size());
}

bool AesGcm::open(std::uint64_t number, std::string_view sealed, std::string& out) {
  if (sealed.size() < kTag) return false;
  const std::string_view body = sealed.substr(0, sealed.size() - kTag);
  std::string tag(sealed.substr(body.size()));
  const std::size_t begin = out.size();
  out.resize(begin + body.size() + 1);  // the last call must not be handed the end
  int written = 0, rest = 0;
  EVP_CIPHER_CTX* const context = state_->context;
  const bool good = EVP_CipherInit_ex(context, nullptr, nullptr, nullptr, nonce_of(number).data(), 0) == 1 &&
                    EVP_CipherUpdate(context, raw(out.data() + begin), &written, raw(body.data()),
                                     static_cast<int>(body.size())) == 1 &&
                    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, kTag, tag.data()) == 1 &&
                    EVP_CipherFinal_ex(context, raw(out.data() + begin) + written, &rest) == 1;
  out.resize(good ? begin + body.size() : begin);
  return good;
}

}  // namespace mlo
