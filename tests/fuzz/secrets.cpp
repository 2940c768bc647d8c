#include "lib/util/secrets.hpp"

#include "lib/util/text.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace mlo;

constexpr std::string_view kSecret = "zQ7-x9kVw2";
/// `@` is where the secret stands.
constexpr std::string_view kPlaces[] = {
    "--token=@",      "--password @",    "API_KEY=@",           "export DB_PASSWORD='@'", "{\"token\": \"@\"}",
    "db.password: @", "--api-key \"@\"", "https://me:@%host/x", "curl -u me:@ x",         "Authorization: Bearer @"};

void hides(const std::string& text) { fuzz::require(text.find(kSecret) == std::string::npos); }

/// Without a quote that is left open, which changes the meaning of all that follows; but with apostrophes.
std::string closed(std::string_view text) {
  std::string out(text);
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  for (std::size_t i = 0; i < out.size(); ++i) {
    const bool in_word = i > 0 && i + 1 < out.size() && is_letter(out[i - 1]) && is_letter(out[i + 1]);
    if (out[i] == '"' || (out[i] == '\'' && !in_word)) out[i] = ' ';
  }
  return out;
}

/// A line of its own with a secret in it, whatever stands on the lines before and after it.
void line_is_masked(const std::string& before, std::string_view place, std::string_view after, TextKind kind) {
  std::string line(place);
  line.replace(line.find('@'), 1, kSecret);
  std::replace(line.begin(), line.end(), '%', '@');
  const std::string masked = text_without_secrets(fmt::format("{}\n{}\n{}", before, line, after), kind);
  hides(masked);
  hides(text_without_secrets(masked, kind));
  const std::string alone = text_without_secrets(line, kind);
  fuzz::require(text_without_secrets(alone, kind) == alone);
}

/// Where the value of a secret variable stands, by \x01, it is in no word.
void words_are_masked(std::string_view bytes) {
  std::vector<std::string> words;
  for (const std::string_view word : split(bytes, '\0'))
    words.push_back(replace_all(std::string(word), "\x01", kSecret));
  const Environment env = {{"MY_TOKEN", std::string(kSecret)}, {"HOME", "/home/me"}};
  const auto masked = without_secrets(words, env);
  fuzz::require(masked.size() == words.size());
  for (const std::string& word : masked) hides(word);
}

}  // namespace

// The first byte says where the secret stands; then what stands before it, a NUL, and what stands after.
MLO_FUZZ_TARGET(bytes) {
  if (bytes.empty() || bytes.size() > 4096 || bytes.find(kSecret.substr(0, 3)) != std::string_view::npos) return;
  const auto place = static_cast<unsigned char>(bytes[0]);
  const std::string_view text = bytes.substr(1);
  if (place == 'w') return words_are_masked(text);
  const TextKind kind = place % 2 == 0 ? TextKind::plain : TextKind::shell;
  const auto nul = std::min(text.find('\0'), text.size());
  const std::string_view after = nul == text.size() ? "" : text.substr(nul + 1);
  line_is_masked(closed(text.substr(0, nul)), kPlaces[place / 2 % std::size(kPlaces)], after, kind);
}
