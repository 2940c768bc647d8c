#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <map>
#include <sstream>
#include <unordered_set>

#include "lib/codec/merge_conflict.hpp"
#include "lib/codec/reader.hpp"
#include "lib/codec/yaml_quick.hpp"
#include "lib/codec/yaml_scalar.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::size_t kMaxDepth = 100;
constexpr std::size_t kMaxCopies = 1'000'000;  ///< of nodes, by aliases

Mark mark_of(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

[[noreturn]] void fail(std::string_view source, Mark mark, std::string what) {
  throw Error(ErrorKind::invalid, fmt::format("{}:{}:{}: {}", source, mark.line, mark.column, what));
}

std::size_t count_nodes(const Value& value) {
  std::size_t n = 1;
  if (value.is(Value::Type::array)) {
    for (const Value& item : value.items()) n += count_nodes(item);
  } else if (value.is(Value::Type::object)) {
    for (const auto& [name, member] : value.members()) n += count_nodes(member);
  }
  return n;
}

/// Builds a Value from the events of one document.
class Builder : public YAML::EventHandler {
 public:
  Builder(std::string_view text, std::string_view source, YamlDialect dialect)
      : text_(text), source_(source), dialect_(dialect) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    // yaml-cpp does not tell which spelling it saw.
    const std::string_view seen = dialect_ == YamlDialect::manifest ? at(mark_of(mark)) : std::string_view();
    for (const std::string_view spelling : {"~", "Null", "NULL"}) {
      if (seen.starts_with(spelling)) ambiguous(spelling, mark_of(mark));
    }
    add(Value(), mark_of(mark), anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    const Mark place = mark_of(mark);
    if (text.find('\0') != std::string::npos) fail(source_, place, "a NUL character is not allowed");
    const bool plain = tag == "?" || tag.empty();
    if (plain && dialect_ == YamlDialect::manifest && is_ambiguous(text)) ambiguous(text, place);
    if (plain && wants_key()) {
      key(text, place);
    } else if (plain) {
      add(resolve_plain(text), place, anchor);
    } else if (tag == "!" || tag == "tag:yaml.org,2002:str") {
      if (wants_key())
        key(text, place);
      else
        add(Value(text), place, anchor);
    } else {
      unknown_tag(tag, place);
    }
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) fail(source_, mark_of(mark), "an alias to the node it stands in");
    copies_ += count_nodes(found->second) - 1;
    add(found->second, mark_of(mark), 0);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    if (!tag.empty() && tag != "?" && tag != "!" && tag != "tag:yaml.org,2002:seq") unknown_tag(tag, mark_of(mark));
    open(Value::array(), mark_of(mark), anchor);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    if (!tag.empty() && tag != "?" && tag != "!" && tag != "tag:yaml.org,2002:map") unknown_tag(tag, mark_of(mark));
    open(Value::object(), mark_of(mark), anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

  Value take() { return std::move(root_); }

 private:
  struct Level {
    Value value;
    YAML::anchor_t anchor = 0;
    std::unordered_set<std::string> keys;
    std::optional<std::string> key;  ///< read, its value not yet
    Mark key_mark;
    std::vector<Value> merges;
  };

  [[noreturn]] void unknown_tag(const std::string& tag, Mark at) const {
    fail(source_, at, fmt::format("unknown tag `{}`", printable(tag)));
  }

  [[noreturn]] void ambiguous(std::string_view text, Mark place) const {
    fail(source_, place,
         fmt::format("`{}` means different things to different readers: put it in quotes", printable(text)));
  }
  /// The text from a place on.
  std::string_view at(Mark place) {
    // Events come in the order of the text: go on from the last line asked for.
    for (; seen_line_ < place.line; ++seen_line_) {
      const std::size_t end = text_.find('\n', seen_start_);
      if (end == std::string_view::npos) return {};
      seen_start_ = end + 1;
    }
    return text_.substr(std::min(seen_start_ + static_cast<std::size_t>(place.column) - 1, text_.size()));
  }

  bool wants_key() const { return !open_.empty() && open_.back().value.is(Value::Type::object) && !open_.back().key; }

  void key(const std::string& text, Mark at) {
    Level& level = open_.back();
    const bool merge = text == "<<" && dialect_ == YamlDialect::user;
    if (!merge && !level.keys.insert(text).second)
      fail(source_, at, fmt::format("duplicate key `{}`", printable(text)));
    level.key = text;
    level.key_mark = at;
  }

  void open(Value empty, Mark at, YAML::anchor_t anchor) {
    if (wants_key()) fail(source_, at, "a key must be a plain word or a string");
    if (open_.size() >= kMaxDepth) fail(source_, at, fmt::format("nested deeper than {}", kMaxDepth));
    empty.set_mark(at);
    Level level;
    level.value = std::move(empty);
    level.anchor = anchor;
    open_.push_back(std::move(level));
  }

  void close() {
    Level level = std::move(open_.back());
    open_.pop_back();
    for (const Value& merge : level.merges) {
      for (const auto& [name, member] : merge.members()) {
        if (level.keys.insert(name).second) level.value.members().emplace_back(name, member);
      }
    }
    const Mark at = level.value.mark();
    add(std::move(level.value), at, level.anchor);
  }

  void merge(Value value) {
    Level& level = open_.back();
    const auto take_one = [&](const Value& one) {
      if (!one.is(Value::Type::object)) fail(source_, level.key_mark, "`<<` takes a mapping or a list of mappings");
      level.merges.push_back(one);
    };
    if (value.is(Value::Type::array)) {
      for (const Value& one : value.items()) take_one(one);
    } else {
      take_one(value);
    }
  }

  void add(Value value, Mark at, YAML::anchor_t anchor) {
    copies_ += anchor == 0 ? 0 : count_nodes(value);
    if (copies_ > kMaxCopies)
      fail(source_, at, fmt::format("aliases stand for more than {} nodes", format_count(kMaxCopies)));
    if (++nodes_ > kMaxYamlNodes) fail(source_, at, fmt::format("more than {} nodes", format_count(kMaxYamlNodes)));
    value.set_mark(at);
    if (anchor != 0) anchors_[anchor] = value;
    if (open_.empty()) {
      root_ = std::move(value);
      return;
    }
    Level& level = open_.back();
    if (level.value.is(Value::Type::array)) {
      level.value.items().push_back(std::move(value));
      return;
    }
    if (!level.key) fail(source_, at, "a key must be a plain word or a string");
    const std::string name = std::move(*std::exchange(level.key, std::nullopt));
    if (name == "<<" && dialect_ == YamlDialect::user && !level.keys.contains(name))
      merge(std::move(value));
    else
      level.value.members().emplace_back(name, std::move(value));
  }

  std::string_view text_, source_;
  YamlDialect dialect_;
  Value root_;
  std::vector<Level> open_;
  std::map<YAML::anchor_t, Value> anchors_;
  std::size_t nodes_ = 0, copies_ = 0;
  int seen_line_ = 1;
  std::size_t seen_start_ = 0;
};

}  // namespace

Value parse_yaml(std::string_view text, std::string_view source, YamlDialect dialect) {
  if (!is_utf8(text)) throw Error(ErrorKind::invalid, fmt::format("{}: not valid UTF-8", source));
  // yaml-cpp takes a NUL for the end of the text, and would quietly drop the rest.
  if (text.find('\0') != std::string_view::npos)
    throw Error(ErrorKind::invalid, fmt::format("{}: a NUL character is not allowed", source));
  if (auto quick = parse_quickly(text)) return std::move(*quick);
  try {
    return parse_fully(text, source, dialect);
  } catch (const Error&) {
    const auto line = find_merge_conflict(text);
    if (!line) throw;
    throw Error(ErrorKind::invalid,
                fmt::format("{}:{}:1: a merge is not resolved here: conflict markers", source, *line))
        .hint(fmt::format("mend it by hand, or take one side: `git checkout --ours {0}` or `git checkout --theirs {0}`",
                          source));
  }
}

Value parse_fully(std::string_view text, std::string_view source, YamlDialect dialect) {
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    Builder builder(text, source, dialect);
    parser.HandleNextDocument(builder);
    Value root = builder.take();
    Builder second(text, source, dialect);
    if (parser.HandleNextDocument(second))
      throw Error(ErrorKind::invalid, fmt::format("{}: more than one YAML document", source));
    return root;
  } catch (const YAML::Exception& error) {
    if (error.mark.is_null())
      throw Error(ErrorKind::invalid, fmt::format("{}: invalid YAML: {}", source, printable(error.msg)));
    fail(source, mark_of(error.mark), "invalid YAML: " + printable(error.msg));
  }
}

std::string yaml_cpp_version() { return MLO_YAML_CPP_VERSION; }

}  // namespace mlo
