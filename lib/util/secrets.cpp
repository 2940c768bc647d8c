#include "lib/util/secrets.hpp"

#include <algorithm>
#include <array>

#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::size_t kShortest = 6;  ///< bytes of a value that is looked for everywhere
constexpr std::size_t kShortestToken = 20;

/// Words that mean a secret wherever they stand in a name.
constexpr std::string_view kSecretWords[] = {"secret", "secrets",    "password",     "passwd",
                                             "pwd",    "passphrase", "credentials",  "credential",
                                             "apikey", "token",      "authorization"};
/// After one of these a `token` is one of text, of a page, of time.
constexpr std::string_view kTokensOfText[] = {"bos",  "cls",   "end",   "eos",  "extra", "first",   "image", "input",
                                              "last", "mask",  "max",   "min",  "new",   "next",    "num",   "output",
                                              "pad",  "per",   "pre",   "sep",  "sub",   "special", "start", "stop",
                                              "text", "trans", "trunc", "type", "unk",   "word"};
/// A name that ends so has no secret for its value: where one is, or what one is like.
constexpr std::string_view kAboutSecrets[] = {
    "classification", "count", "dim",  "dir",    "drop",  "dropout", "embedding", "embeddings", "env",
    "file",           "freq",  "id",   "ids",    "index", "len",     "length",    "level",      "limit",
    "loss",           "name",  "path", "policy", "rate",  "ratio",   "size",      "type",       "weight"};
/// `KEY` at the end of a variable is a secret, but not of these.
constexpr std::string_view kKeysOfData[] = {"cache",   "column", "dict",  "entity",    "feature", "foreign",
                                            "group",   "index",  "join",  "label",     "lookup",  "map",
                                            "metric",  "object", "order", "partition", "primary", "public",
                                            "routing", "row",    "s3",    "sort",      "target",  "time"};
/// How the tokens of well-known services begin.
constexpr std::string_view kTokenBeginnings[] = {
    "ghp_",  "gho_",  "ghu_", "ghs_",  "ghr_",      "github_pat_", "hf_",  "sk-",  "glpat-", "xoxb-",
    "xoxp-", "xoxa-", "npm_", "pypi-", "dckr_pat_", "dapi",        "AKIA", "ASIA", "AIza",   "eyJ"};

template <class List>
bool is_one_of(const List& list, std::string_view word) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

bool is_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
bool is_name_char(char c) { return is_alnum(c) || c == '_' || c == '-' || c == '.'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n'; }

bool is_token(std::string_view word) {
  if (word.size() < kShortestToken) return false;
  const bool digit = std::any_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digit && std::any_of(std::begin(kTokenBeginnings), std::end(kTokenBeginnings),
                              [&](std::string_view beginning) { return word.starts_with(beginning); });
}

/// Signatures in URLs that give whoever has them access.
bool is_signature(std::string_view name, char before) {
  if (before != '?' && before != '&') return false;
  const std::string lower = to_lower(name);
  return lower == "sig" || lower.ends_with("signature");
}

/// Reads a text once from left to right and writes it anew without its secrets.
class Masker {
 public:
  Masker(std::string_view text, TextKind kind) : text_(text), kind_(kind) {}

  std::string run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      const bool begins = at_ == 0 || !is_name_char(text_[at_ - 1]);
      if (begins && is_name_char(c)) {
        word();
        continue;
      }
      see_quote(c);
      if (c == '\\' && at_ + 1 < text_.size() && quote_ != '\'') copy(1);
      copy(1);
    }
    return std::move(out_);
  }

 private:
  void copy(std::size_t n) {
    out_ += text_.substr(at_, n);
    at_ += n;
  }
  void see_quote(char c) {
    if (c != '"' && c != '\'') return;
    if (quote_ == 0) {
      quote_ = c;
    } else if (quote_ == c) {
      quote_ = 0;
    }
  }
  char peek(std::size_t at) const { return at < text_.size() ? text_[at] : '\0'; }

  void word() {
    std::size_t end = at_;
    while (end < text_.size() && is_name_char(text_[end])) ++end;
    const std::string_view name = text_.substr(at_, end - at_);
    const char before = at_ == 0 ? '\0' : text_[at_ - 1];
    if (is_token(name)) {
      out_ += kSecretText;
      at_ = end;
      return;
    }
    copy(name.size());
    if (text_.substr(at_).starts_with("://")) return authority();
    const char after = peek(at_);
    if (std::string_view(" \t\n=:\"'").find(after) == std::string_view::npos) return;  // most words of most lines
    if (name.size() == 6 && is_blank(after) && to_lower(name) == "bearer") return scheme_value();
    if (name == "-u" || name == "--user" || name == "--proxy-user") return user_value();
    if (is_blank(after) && !name.starts_with("-")) return;
    if (is_secret_name(name) || is_signature(name, before)) named_value(name);
  }

  /// Up to there, where names are only themselves.
  void copy_without_tokens(std::size_t to) {
    while (at_ < to) {
      std::size_t end = at_;
      while (end < to && is_name_char(text_[end])) ++end;
      const bool token = is_token(text_.substr(at_, end - at_));
      if (token) out_ += kSecretText;
      if (token) at_ = end;
      if (!token) copy(std::max<std::size_t>(end - at_, 1));
    }
  }

  /// `user:password@`, or a token as the user.
  void authority() {
    copy(3);
    std::size_t end = at_;
    while (end < text_.size() && std::string_view("/ \t\n\"'?#;|<>)`").find(text_[end]) == std::string_view::npos)
      end += text_.substr(end).starts_with(kSecretText) ? kSecretText.size() : 1;
    const std::string_view all = text_.substr(at_, end - at_);
    const std::size_t host = all.rfind('@');
    if (host == std::string_view::npos) return;
    const std::size_t colon = all.substr(0, host).find(':');
    const std::size_t rest = colon == std::string_view::npos ? 0 : host - colon - 1;
    copy_without_tokens(at_ + host - rest);
    if (rest == 0 || is_reference(peek(at_), peek(at_ + 1))) return;
    out_ += kSecretText;
    at_ += rest;
  }

  bool is_reference(char first, char second) const {
    return kind_ == TextKind::shell && quote_ != '\'' && first == '$' &&
           (is_alnum(second) || second == '_' || second == '{' || second == '(');
  }

  /// Of this line: the next one begins anew.
  void copy_blanks() {
    while (peek(at_) == ' ' || peek(at_) == '\t') copy(1);
  }
  /// In JSON a value may begin on a later line.
  void copy_blanks_to_quote() {
    std::size_t end = at_;
    while (is_blank(peek(end))) ++end;
    if (peek(end) == '"') copy(end - at_);
  }

  /// `Bearer abc`.
  void scheme_value() {
    copy_blanks();
    if (text_.substr(at_).starts_with(kSecretText)) return copy(kSecretText.size());
    std::size_t end = at_;
    while (end < text_.size() && !is_blank(text_[end]) && text_[end] != '"' && text_[end] != '\'') ++end;
    if (end - at_ >= kShortest && !is_reference(peek(at_), peek(at_ + 1))) {
      out_ += kSecretText;
      at_ = end;
    }
  }

  /// `--user name:password`; `1000:1000` is no password.
  void user_value() {
    if (!is_blank(peek(at_)) && peek(at_) != '=') return;
    copy(1);
    copy_blanks();
    if (peek(at_) == '"' || peek(at_) == '\'') {
      see_quote(peek(at_));
      copy(1);
    }
    const std::size_t end = std::min(text_.find_first_of(" \t\n\"';|&<>", at_), text_.size());
    const std::string_view value = text_.substr(at_, end - at_);
    const std::size_t colon = value.find(':');
    if (colon == std::string_view::npos || value.find('$') != std::string_view::npos) return;
    if (parse_u64(value.substr(0, colon)) || colon + 1 == value.size()) return;
    copy(colon + 1);
    out_ += kSecretText;
    at_ = end;
  }

  /// After a name that means a secret: its value, if one follows.
  void named_value(std::string_view name) {
    std::size_t at = at_;
    if (peek(at) == '"' || peek(at) == '\'') ++at;  // `"token": "x"`
    const char sign = peek(at);
    const bool assigns = (sign == '=' && peek(at + 1) != '=') || (sign == ':' && peek(at + 1) != ':');
    if (assigns) {
      while (at_ < at) {
        see_quote(peek(at_));
        copy(1);
      }
      const bool json = at > 0 && text_[at - 1] == '"';
      copy(1);
      if (sign == ':') copy_blanks();
      if (sign == ':' && json) copy_blanks_to_quote();
    } else if (is_blank(peek(at_))) {  // of an option
      copy_blanks();
      if (peek(at_) == '-') return;
    } else {
      return;
    }
    value(to_lower(name).ends_with("authorization"));
  }

  void value(bool header) {
    for (const std::string_view scheme : {"Bearer ", "Basic ", "Token ", "bearer ", "basic ", "token "}) {
      if (header && text_.substr(at_).starts_with(scheme)) copy(scheme.size());
    }
    if (text_.substr(at_).starts_with(kSecretText)) return copy(kSecretText.size());
    const char first = peek(at_);
    const bool quoted = first == '"' || first == '\'';
    if (quoted && (quote_ != first || begins_anew(first))) {
      const char outer = quote_;
      quote_ = first;
      copy(1);
      const std::size_t end = std::min(text_.find(first, at_), text_.size());
      mask_to(end);
      quote_ = outer;
      if (at_ < text_.size()) copy(1);
      return;
    }
    std::size_t end = at_;
    while (end < text_.size() && !ends_value(text_[end], header)) ++end;
    mask_to(end);
  }

  /// Whether a quote that should be the end of what it stands in begins a value: an apostrophe before it may be one of
  /// a word (`don't`). Then another follows on this line, with something between.
  bool begins_anew(char quote) const {
    const std::size_t end = std::min(text_.find('\n', at_), text_.size());
    const std::size_t next = text_.substr(0, end).find(quote, at_ + 1);
    return next != std::string_view::npos &&
           text_.substr(at_ + 1, next - at_ - 1).find_first_not_of(" \t") != std::string_view::npos;
  }

  bool ends_value(char c, bool header) const {
    if (quote_ != 0 && c == quote_) return true;
    if (is_blank(c)) return !(header && c != '\n');
    if (c == '"' || c == '\'') return quote_ == 0;
    return quote_ == 0 && kind_ == TextKind::shell && std::string_view(";|&<>()").find(c) != std::string_view::npos;
  }

  void mask_to(std::size_t end) {
    if (end == at_) return;
    if (text_.substr(at_, end - at_) == kSecretText || is_reference(peek(at_), peek(at_ + 1))) return copy(end - at_);
    out_ += kSecretText;
    at_ = end;
  }

  std::string_view text_;
  TextKind kind_;
  std::size_t at_ = 0;
  char quote_ = 0;
  std::string out_;
};

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

/// What a word is by the one before it.
enum class WordIs { any, secret, user };

/// Takes the secrets out of a word of a command line, and says what the next one is.
WordIs mask_word(std::string& word, WordIs is) {
  std::size_t value = 0;
  if (is == WordIs::secret) {
    word = kSecretText;
  } else if (is == WordIs::user) {
    word = text_without_secrets("-u " + word, TextKind::plain).substr(3);
  } else if (names_secret(word, value)) {
    if (value == std::string::npos) return WordIs::secret;
    word.replace(value, std::string::npos, kSecretText);
  } else {
    const bool user = word == "-u" || word == "--user" || word == "--proxy-user";
    const bool one = word.find_first_of(" \n") == std::string::npos;
    word = text_without_secrets(word, one ? TextKind::plain : TextKind::shell);
    return user ? WordIs::user : WordIs::any;
  }
  return WordIs::any;
}

}  // namespace

/// Whole words, so that `tokenizer` and `max_tokens` are what they are.
bool is_secret_name(std::string_view name) {
  const bool variable = std::none_of(name.begin(), name.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  std::string words = to_lower(name);
  if (words == "pwd" || words == "oldpwd") return false;  // of the shell: the working directory
  for (char& c : words) c = std::string_view("-.:/ ").find(c) == std::string_view::npos ? c : '_';
  const auto parts = split(words, '_');
  if (is_one_of(kAboutSecrets, parts.back())) return false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string_view before = i == 0 ? std::string_view() : parts[i - 1];
    for (const std::string_view word : kSecretWords) {
      if (parts[i].ends_with(word) && !(parts[i] == "token" && is_one_of(kTokensOfText, before))) return true;
    }
    if (i == 0 || i + 1 < parts.size()) continue;
    if (parts[i] == "pat" || parts[i] == "pass") return true;
    if (parts[i] != "key") continue;
    if (before == "api" || before == "access" || before == "private" || before == "account") return true;
    if (variable && !is_one_of(kKeysOfData, before)) return true;
  }
  return false;
}

std::string text_without_secrets(std::string_view text, TextKind kind) { return Masker(text, kind).run(); }

std::vector<std::string> lines_without_secrets(const std::vector<std::string>& lines) {
  std::vector<std::string> out;
  out.reserve(lines.size());
  for (const std::string& line : lines) out.push_back(text_without_secrets(line, TextKind::shell));
  return out;
}

std::string env_without_secrets(std::string_view name, std::string_view value) {
  return is_secret_name(name) ? std::string(kSecretText) : text_without_secrets(value, TextKind::plain);
}

std::vector<std::string> without_secrets(std::vector<std::string> words, const Environment& env) {
  std::vector<std::string> values;
  for (const auto& [name, value] : env) {
    if (value.size() >= kShortest && is_secret_name(name) && kSecretText.find(value) == std::string_view::npos)
      values.push_back(value);
  }
  std::sort(values.begin(), values.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
  WordIs next = WordIs::any;
  for (std::string& word : words) {
    next = mask_word(word, word.starts_with("-") ? WordIs::any : next);
    for (const std::string& known : values) word = replace_all(word, known, kSecretText);
  }
  return words;
}

}  // namespace mlo
