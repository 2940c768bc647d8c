#include "lib/runs/filter.hpp"

#include "lib/runs/filter_lexer.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"
#include "lib/util/utc_time.hpp"

namespace mlo {
namespace {

enum class Entity { metric, param, tag, dataset, text_attribute, time_attribute };

struct Subject {
  Entity entity;
  std::string key;     ///< of a metric, parameter or tag
  std::string column;  ///< SQL for the value: a column of `r`, of the entity's table, or of datasets
};

constexpr std::pair<std::string_view, Entity> kPrefixes[] = {{"metric", Entity::metric},
                                                             {"metrics", Entity::metric},
                                                             {"param", Entity::param},
                                                             {"params", Entity::param},
                                                             {"parameter", Entity::param},
                                                             {"parameters", Entity::param},
                                                             {"tag", Entity::tag},
                                                             {"tags", Entity::tag},
                                                             {"dataset", Entity::dataset},
                                                             {"datasets", Entity::dataset},
                                                             {"attribute", Entity::text_attribute},
                                                             {"attributes", Entity::text_attribute},
                                                             {"attr", Entity::text_attribute},
                                                             {"run", Entity::text_attribute}};

struct Attribute {
  std::string_view name;
  Entity entity;
  std::string_view column;
};
constexpr std::string_view kExperimentColumn = "r.experiment";
constexpr Attribute kAttributes[] = {{"run_id", Entity::text_attribute, "r.id"},
                                     {"run_name", Entity::text_attribute, "r.name"},
                                     {"user_id", Entity::text_attribute, "r.user"},
                                     {"status", Entity::text_attribute, "r.status"},
                                     {"artifact_uri", Entity::text_attribute, "('mlo:' || r.id)"},
                                     {"experiment", Entity::text_attribute, kExperimentColumn},
                                     {"stage", Entity::text_attribute, "r.stage"},
                                     {"start_time", Entity::time_attribute, "(r.started / 1000)"},
                                     {"created", Entity::time_attribute, "(r.started / 1000)"},
                                     {"end_time", Entity::time_attribute, "(r.ended / 1000)"}};

Subject subject_of(const Token& token, std::string_view what) {
  Entity entity = Entity::text_attribute;
  if (!token.prefix.empty()) {
    const auto* found = std::find_if(std::begin(kPrefixes), std::end(kPrefixes),
                                     [&](const auto& p) { return p.first == to_lower(token.prefix); });
    if (found == std::end(kPrefixes)) {
      fail_in(what, token,
              fmt::format("`{}` is none of metrics, params, tags, attributes, datasets", printable(token.prefix)));
    }
    entity = found->second;
  }
  if (entity == Entity::dataset) {
    if (token.text == "name" || token.text == "digest") return {entity, "", "t." + token.text};
    if (token.text == "context") return {entity, "", "'input'"};
    fail_in(what, token, fmt::format("datasets have name, digest and context, not `{}`", printable(token.text)));
  }
  if (entity != Entity::text_attribute) return {entity, token.text, "t.value"};
  for (const Attribute& a : kAttributes) {
    if (a.name == token.text || (token.text == "Created" && a.name == "created"))
      return {a.entity, "", std::string(a.column)};
  }
  fail_in(what, token,
          fmt::format("`{}` is no attribute of a run; a metric is `metrics.{}`, a parameter `params.{}`",
                      printable(token.text), printable(token.text), printable(token.text)));
}

std::string_view table_of(Entity entity) {
  switch (entity) {
    case Entity::metric:
      return "metrics";
    case Entity::param:
      return "params";
    case Entity::tag:
      return "tags";
    default:
      return "datasets";
  }
}

class Parser {
 public:
  explicit Parser(std::string_view text) : tokens_(tokenize(text, kWhat)) {}

  Filter run() {
    if (peek().kind == TokenKind::end) return {{"1", {}}};
    for (;;) {
      clause();
      if (peek().kind == TokenKind::end) return {std::move(out_), names_experiment_};
      if (peek().kind == TokenKind::word && peek().text == "OR")
        fail_in(kWhat, peek(), "conditions can only be joined by AND");
      if (!take_word("AND")) fail_in(kWhat, peek(), fmt::format("expected AND or the end, not `{}`", shown(peek())));
      out_.sql += " AND ";
    }
  }

 private:
  static constexpr std::string_view kWhat = "filter";

  const Token& peek() const { return tokens_[at_]; }
  const Token& take() { return tokens_[at_ + 1 < tokens_.size() ? at_++ : at_]; }
  bool take_word(std::string_view word) {
    if (peek().kind != TokenKind::word || peek().text != word) return false;
    ++at_;
    return true;
  }
  static std::string shown(const Token& token) {
    if (token.kind == TokenKind::end) return "the end";
    return printable(token.prefix.empty() ? token.text : token.prefix + "." + token.text);
  }

  void clause() {
    const Token name = take();
    if (name.kind != TokenKind::identifier)
      fail_in(kWhat, name, fmt::format("expected a name such as `metrics.auc`, not `{}`", shown(name)));
    const Subject subject = subject_of(name, kWhat);
    if (subject.column == kExperimentColumn) names_experiment_ = true;
    const bool joined = subject.entity != Entity::text_attribute && subject.entity != Entity::time_attribute;
    std::string join;
    if (joined) {
      join = fmt::format("EXISTS(SELECT 1 FROM {} t WHERE t.run = r.n", table_of(subject.entity));
      if (subject.entity != Entity::dataset) {
        join += " AND t.key = ?";
        out_.values.emplace_back(subject.key);
      }
    }
    if (take_word("IS")) {
      if (subject.entity != Entity::param && subject.entity != Entity::tag)
        fail_in(kWhat, peek(), "only params and tags can be compared with NULL");
      const bool negated = take_word("NOT");
      if (!take_word("NULL")) fail_in(kWhat, peek(), fmt::format("expected NULL, not `{}`", shown(peek())));
      out_.sql += fmt::format("{}{})", negated ? "" : "NOT ", join);
      return;
    }
    const std::string condition = comparison(subject);
    out_.sql += joined ? fmt::format("{} AND ({}))", join, condition) : fmt::format("({})", condition);
  }

  std::string comparison(const Subject& subject) {
    const Token op = take();
    switch (subject.entity) {
      case Entity::metric: {
        const std::string sql = fmt::format("t.value {} ?", numeric_operator(op));
        out_.values.emplace_back(number());
        return op.text == "!=" ? sql + " OR t.value IS NULL"
                               : sql;  // NaN, which is stored as NULL, differs from everything
      }
      case Entity::time_attribute: {
        const std::string sql = fmt::format("{} {} ?", subject.column, numeric_operator(op));
        out_.values.emplace_back(moment());
        return sql;
      }
      default:
        return text_comparison(subject, op);
    }
  }

  static std::string numeric_operator(const Token& op) {
    if (op.kind != TokenKind::comparison)
      fail_in(kWhat, op, fmt::format("expected one of > >= = != < <=, not `{}`", shown(op)));
    return op.text;
  }

  double number() {
    const Token token = take();
    if (token.kind != TokenKind::number)
      fail_in(kWhat, token, fmt::format("expected a number, not `{}`", shown(token)));
    return token.number;
  }

  /// Milliseconds since 1970, or a UTC time in quotes.
  double moment() {
    if (peek().kind != TokenKind::text) return number();
    const Token token = take();
    const auto time = parse_utc(token.text);
    if (!time)
      fail_in(kWhat, token, fmt::format("`{}` is not a time such as 2001-02-03T04:05:06Z", printable(token.text)));
    return static_cast<double>(time->millis());
  }

  std::string text_comparison(const Subject& subject, const Token& op) {
    const bool status = subject.column == "r.status";  // ours are lower case, MLflow's upper
    const std::string& column = subject.column;
    const auto value = [&] {
      const std::string text = string();
      return status ? to_lower(text) : text;
    };
    if (op.kind == TokenKind::comparison && (op.text == "=" || op.text == "!=")) {
      out_.values.emplace_back(value());
      return fmt::format("{} {} ?", column, op.text);
    }
    if (op.kind == TokenKind::word && op.text == "LIKE") {
      out_.values.emplace_back(value());
      return fmt::format("{} LIKE ?", column);
    }
    if (op.kind == TokenKind::word && op.text == "ILIKE") {
      out_.values.emplace_back(string());
      return fmt::format("lower({}) LIKE lower(?)", column);
    }
    const bool list = subject.entity == Entity::text_attribute || subject.entity == Entity::dataset;
    const bool negated = op.kind == TokenKind::word && op.text == "NOT";
    if (list && (negated ? take_word("IN") : op.kind == TokenKind::word && op.text == "IN")) {
      if (take().kind != TokenKind::open) fail_in(kWhat, tokens_[at_ - 1], "expected ( after IN");
      std::string places;
      do {
        out_.values.emplace_back(value());
        places += places.empty() ? "?" : ", ?";
      } while (peek().kind == TokenKind::comma && take().kind == TokenKind::comma);
      if (take().kind != TokenKind::close) fail_in(kWhat, tokens_[at_ - 1], "expected , or ) in the list");
      return fmt::format("{} {}IN ({})", column, negated ? "NOT " : "", places);
    }
    fail_in(kWhat, op, fmt::format("expected one of = != LIKE ILIKE{}, not `{}`", list ? " IN" : "", shown(op)));
  }

  std::string string() {
    const Token token = take();
    if (token.kind == TokenKind::text) return token.text;
    if (token.quoted) return token.whole;  // "gbt" where a value stands is text, as in MLflow
    fail_in(kWhat, token, fmt::format("expected text in quotes, not `{}`", shown(token)));
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  SqlPiece out_;
  bool names_experiment_ = false;
};

}  // namespace

Filter compile_filter(std::string_view text) { return Parser(text).run(); }

SqlPiece compile_order(const std::vector<std::string>& terms) {
  constexpr std::string_view kWhat = "order";
  SqlPiece out;
  for (const std::string& term : terms) {
    const std::vector<Token> tokens = tokenize(term, kWhat);
    const Token& name = tokens[0];
    if (name.kind != TokenKind::identifier) fail_in(kWhat, name, "expected a name such as `metrics.auc DESC`");
    std::size_t end = 1;
    const bool direction =
        tokens[end].kind == TokenKind::word && (tokens[end].text == "ASC" || tokens[end].text == "DESC");
    const std::string_view descending = direction && tokens[end].text == "DESC" ? " DESC" : "";
    if (tokens[end + (direction ? 1 : 0)].kind != TokenKind::end)
      fail_in(kWhat, tokens[end + (direction ? 1 : 0)], "expected ASC, DESC or the end");
    const Subject subject = subject_of(name, kWhat);
    if (subject.entity == Entity::dataset) fail_in(kWhat, name, "runs cannot be sorted by datasets");
    if (subject.entity == Entity::text_attribute || subject.entity == Entity::time_attribute) {
      out.sql += fmt::format("{0} IS NULL, {0}{1}, ", subject.column, descending);
      continue;
    }
    const auto pick = [&](std::string_view what) {
      out.values.emplace_back(subject.key);
      return fmt::format("(SELECT {} FROM {} t WHERE t.run = r.n AND t.key = ?)", what, table_of(subject.entity));
    };
    const std::string rank = pick("t.value IS NULL"), value = pick("t.value");
    out.sql += fmt::format("coalesce({}, 2), {}{}, ", rank, value, descending);
  }
  out.sql += "r.started DESC, r.id DESC";
  return out;
}

}  // namespace mlo
