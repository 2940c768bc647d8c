#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "lib/util/environment.hpp"

// What is never written down, and how it is told from the rest: this is the one rule for all that mlo records or shows.
namespace mlo {

/// What stands where a secret was.
inline constexpr std::string_view kSecretText = "(secret)";

/// True for a name that says its value is nobody's business: `AWS_SECRET_ACCESS_KEY`, `--token`, `db.password`. False
/// for what only sounds like it (`tokenizer`, `pad_token`, `SORT_KEY`), and for where a secret lies (`TOKEN_FILE`).
bool is_secret_name(std::string_view name);

/// A text without its secrets: values in `--token=..`, `--token ..`, `TOKEN=..` and `"token": ".."`, passwords in URLs,
/// what follows `Authorization:`, and words that look as the tokens of well-known services do. `shell`: a line for a
/// shell, where `$TOKEN` is no value. The answer depends on the text alone; to ask again changes nothing, or hides
/// more of what is no text that means something.
enum class TextKind { plain, shell };
std::string text_without_secrets(std::string_view text, TextKind kind);

/// Each a line for a shell.
std::vector<std::string> lines_without_secrets(const std::vector<std::string>& lines);

/// A variable's value as it may be written down.
std::string env_without_secrets(std::string_view name, std::string_view value);

/// The words of a command line without its secrets, those of text_without_secrets, and wherever they stand the values
/// that secret variables of `env` have, if these are not too short to be told from other text.
std::vector<std::string> without_secrets(std::vector<std::string> words, const Environment& env);

}  // namespace mlo
