#include "lib/runs/filter_lexer.hpp"

#include <algorithm>
#include <array>

#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::array<std::string_view, 10> kWords = {"AND", "OR", "LIKE", "ILIKE", "IN",
                                                     "NOT", "IS", "NULL", "ASC",   "DESC"};

bool starts_identifier(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool goes_on_identifier(char c) {
  return starts_identifier(c) || (c >= '0' && c <= '9') || c == '.' || c == '/' || c == '-' || c == ':';
}
bool in_number(char c) { return (c >= '0' && c <= '9') || c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-'; }

class Lexer {
 public:
  Lexer(std::string_view text, std::string_view what) : text_(text), what_(what) {}

  std::vector<Token> run() {
    std::vector<Token> out;
    for (;;) {
      while (at_ < text_.size() &&
             (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r'))
        ++at_;
      out.push_back(next());
      if (out.back().kind == TokenKind::end) return out;
    }
  }

 private:
  Token next() {
    Token token;
    token.column = at_ + 1;
    if (at_ == text_.size()) return token;
    const char c = text_[at_];
    if (c == '\'') return fill(token, TokenKind::text, quoted());
    if (c == '"' || c == '`') {
      token.quoted = true;
      token.whole = quoted();
      return name(token, token.whole);
    }
    if (starts_identifier(c)) return identifier(token);
    if ((c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+') return number(token);
    if (c == '(' || c == ')' || c == ',') {
      ++at_;
      return fill(token,
                  c == '('   ? TokenKind::open
                  : c == ')' ? TokenKind::close
                             : TokenKind::comma,
                  std::string(1, c));
    }
    for (const std::string_view op : {">=", "<=", "!=", "=", ">", "<"}) {
      if (!text_.substr(at_).starts_with(op)) continue;
      at_ += op.size();
      return fill(token, TokenKind::comparison, std::string(op));
    }
    token.text = std::string(text_.substr(at_, 1));
    fail_in(what_, token, fmt::format("`{}` has no meaning here", printable(token.text)));
  }

  static Token fill(Token token, TokenKind kind, std::string text) {
    token.kind = kind;
    token.text = std::move(text);
    return token;
  }

  /// From a quote to the next one like it; doubled it stands for itself.
  std::string quoted() {
    const std::size_t start = at_;
    const char quote = text_[at_++];
    std::string out;
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == quote && (at_ + 1 == text_.size() || text_[at_ + 1] != quote)) {
        ++at_;
        return out;
      }
      if (text_[at_] == quote) ++at_;
      out += text_[at_];
    }
    Token open;
    open.column = start + 1;
    fail_in(what_, open, fmt::format("this {} is never closed", quote));
  }

  /// `metrics.loss`: the prefix is what stands before the first dot.
  static Token name(Token token, const std::string& whole) {
    const std::size_t dot = whole.find('.');
    token.prefix = dot == std::string::npos ? "" : whole.substr(0, dot);
    return fill(token, TokenKind::identifier, dot == std::string::npos ? whole : whole.substr(dot + 1));
  }

  Token identifier(Token token) {
    const std::size_t start = at_;
    while (at_ < text_.size() && goes_on_identifier(text_[at_])) ++at_;
    const std::string word(text_.substr(start, at_ - start));
    if (word.ends_with('.') && at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '`')) {
      token.prefix = word.substr(0, word.size() - 1);
      return fill(token, TokenKind::identifier, quoted());
    }
    std::string upper = word;
    for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    if (std::find(kWords.begin(), kWords.end(), upper) != kWords.end()) return fill(token, TokenKind::word, upper);
    return name(token, word);
  }

  Token number(Token token) {
    const std::size_t start = at_;
    while (at_ < text_.size() && in_number(text_[at_])) ++at_;
    const std::string word(text_.substr(start, at_ - start));
    const auto value = parse_double(std::string_view(word).substr(word[0] == '+' ? 1 : 0));
    if (!value) fail_in(what_, token, fmt::format("`{}` is not a number", printable(word)));
    token.number = *value;
    return fill(token, TokenKind::number, word);
  }

  std::string_view text_, what_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<Token> tokenize(std::string_view text, std::string_view what) { return Lexer(text, what).run(); }

void fail_in(std::string_view what, const Token& token, std::string_view why) {
  throw Error(ErrorKind::usage, fmt::format("cannot read the {}, column {}: {}", what, token.column, why))
      .hint("for example: \"metrics.auc > 0.8 and params.model = 'gbt'\"; more in `mlo track search --help`");
}

}  // namespace mlo
