#include "lib/runs/secrets.hpp"

#include <algorithm>

#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::size_t kShortest = 6;  ///< bytes of a value that is looked for everywhere

/// `user:password@` of a URL in the word.
void mask_url(std::string& word) {
  for (std::size_t at = word.find("://"); at != std::string::npos; at = word.find("://", at + 3)) {
    const std::size_t end = std::min(word.find_first_of("/ \t\"'?#", at + 3), word.size());
    const std::size_t host = word.rfind('@', end);
    if (host == std::string::npos || host < at + 3) continue;
    const std::size_t colon = word.find(':', at + 3);
    if (colon == std::string::npos || colon > host) continue;
    word.replace(colon + 1, host - colon - 1, kSecretText);
  }
}

/// Whether the word is an option or variable with a secret name: then where its value begins, npos if that is the next
/// word.
bool names_secret(std::string_view word, std::size_t& value) {
  const std::size_t equals = word.find('=');
  value = equals == std::string_view::npos ? equals : equals + 1;
  const bool option = word.starts_with("-");
  if (!option && equals == std::string_view::npos) return false;
  const std::string_view name = word.substr(0, equals);
  return name.find_first_of(" \t/\"'") == std::string_view::npos && is_secret_name(name);
}

}  // namespace

/// Whole words, so that `tokenizer` and `max_tokens` are what they are.
bool is_secret_name(std::string_view name) {
  const bool variable = std::none_of(name.begin(), name.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  std::string words = to_lower(name);
  for (char& c : words) c = std::string_view("-.:/ ").find(c) == std::string_view::npos ? c : '_';
  const auto parts = split(words, '_');
  for (std::size_t i = 0; i < parts.size(); ++i) {
    for (const std::string_view end : {"secret", "secrets", "token", "password", "passwd", "passphrase", "credential",
                                       "credentials", "apikey", "pwd"}) {
      if (parts[i].ends_with(end)) return true;
    }
    if (i == 0 || i + 1 < parts.size()) continue;
    if (parts[i] == "pat" || parts[i] == "pass") return true;
    if (parts[i] != "key") continue;
    const std::string_view before = parts[i - 1];
    if (variable || before == "api" || before == "access" || before == "private" || before == "account") return true;
  }
  return false;
}

std::vector<std::string> without_secrets(std::vector<std::string> words, const Environment& env) {
  std::vector<std::string> values;
  for (const auto& [name, value] : env) {
    if (value.size() >= kShortest && is_secret_name(name)) values.push_back(value);
  }
  std::sort(values.begin(), values.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
  bool next = false;
  for (std::string& word : words) {
    std::size_t value = 0;
    if (next && !word.starts_with("-")) {
      word = kSecretText;
      next = false;
      continue;
    }
    next = false;
    if (names_secret(word, value)) {
      if (value == std::string::npos) {
        next = true;
      } else {
        word.replace(value, std::string::npos, kSecretText);
      }
      continue;
    }
    mask_url(word);
    for (const std::string& known : values) word = replace_all(word, known, kSecretText);
  }
  return words;
}

}  // namespace mlo
