#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "lib/util/environment.hpp"

// What is never written down. What people write into commands and parameters of a pipeline themselves is theirs.
namespace mlo {

/// What stands where a secret was.
inline constexpr std::string_view kSecretText = "(secret)";

/// True for a name that says its value is nobody's business: `AWS_SECRET_ACCESS_KEY`, `--token`, `db.password`.
bool is_secret_name(std::string_view name);

/// A command line without its secrets: the values in `--token=..`, `--token ..` and `TOKEN=..`, passwords in URLs, and
/// wherever they stand the values that secret variables of `env` have, if these are not too short to be told from
/// other text.
std::vector<std::string> without_secrets(std::vector<std::string> words, const Environment& env);

}  // namespace mlo
