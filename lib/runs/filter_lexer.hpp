#pragma once
#include <string>
#include <string_view>
#include <vector>

// The words of MLflow's search language. Included only inside lib/runs.
namespace mlo {

enum class TokenKind { identifier, text, number, comparison, word, open, close, comma, end };

struct Token {
  TokenKind kind = TokenKind::end;
  std::string text;    ///< an identifier's key, a string's content, a keyword in upper case, otherwise as written
  std::string prefix;  ///< of an identifier: "metrics"; empty if it has none
  double number = 0;
  std::size_t column = 1;
  bool quoted = false;  ///< an identifier written whole in " or `
  std::string whole;    ///< then: what stands between them
};

/// Error{usage} for what is no token. The last token is `end`.
std::vector<Token> tokenize(std::string_view text, std::string_view what);
[[noreturn]] void fail_in(std::string_view what, const Token& token, std::string_view why);

}  // namespace mlo
