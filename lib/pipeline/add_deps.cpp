#include "lib/pipeline/add_deps.hpp"

#include <optional>

#include "lib/codec/json.hpp"
#include "lib/codec/yaml.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

/// The byte that a mark names; columns count bytes or characters, so what comes of it is checked by reading it back.
std::size_t offset_of(std::string_view text, Mark mark) {
  std::size_t start = 0;
  for (int line = 1; line < mark.line; ++line) {
    start = text.find('\n', start);
    if (start == std::string_view::npos) return text.size();
    ++start;
  }
  return std::min(text.size(), start + static_cast<std::size_t>(std::max(mark.column - 1, 0)));
}

std::size_t line_start(std::string_view text, std::size_t at) {
  const std::size_t newline = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
  return newline == std::string_view::npos ? 0 : newline + 1;
}

/// Where the next line starts.
std::size_t line_end(std::string_view text, std::size_t at) {
  const std::size_t newline = text.find('\n', at);
  return newline == std::string_view::npos ? text.size() : newline + 1;
}

std::string spelled(const std::string& path) {
  const bool plain = path.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./") ==
                         std::string::npos &&
                     path.find_first_not_of("0123456789_.") != std::string::npos;
  return plain ? path : emit_json(Value(path), JsonStyle::compact);
}

class DepsEdit {
 public:
  DepsEdit(std::string_view text, std::string_view file, const std::string& stage, const std::vector<std::string>& deps)
      : text_(text), file_(file), name_(stage), deps_(deps), document_(parse_yaml(text, file, YamlDialect::user)) {
    for (const std::string& dep : deps) words_.push_back(spelled(dep));
  }

  std::string run() {
    const Value* const stage = stage_in(document_);
    if (stage == nullptr || stage->find("foreach") != nullptr || stage->find("matrix") != nullptr)
      refuse("a template makes it");
    const Value* const list = stage->find("deps");
    std::vector<std::string> tries;
    if (list != nullptr && list->is(Value::Type::array)) {
      if (!list->items().empty()) tries.push_back(after_last(list->items().back()));
      tries.push_back(in_brackets(*list));
    } else if (list == nullptr) {
      if (const Value* const command = stage->find("cmd")) {
        tries.push_back(new_list(*command, /*after=*/true));
        tries.push_back(new_list(*command, /*after=*/false));
      }
      tries.push_back(in_braces(*stage));
    }
    for (const std::string& edited : tries) {
      if (!edited.empty() && is_wanted(edited)) return edited;
    }
    refuse("its layout leaves no safe place");
  }

 private:
  [[noreturn]] void refuse(std::string_view why) const {
    throw Error(ErrorKind::invalid,
                fmt::format("cannot add to the `deps` of stage `{}` in `{}`: {}", name_, file_, why))
        .hint(fmt::format("add them by hand: {}", join(words_, ", ")));
  }

  const Value* stage_in(const Value& document) const {
    const Value* const stages = document.is(Value::Type::object) ? document.find("stages") : nullptr;
    const Value* const stage = stages != nullptr && stages->is(Value::Type::object) ? stages->find(name_) : nullptr;
    return stage != nullptr && stage->is(Value::Type::object) ? stage : nullptr;
  }

  std::string inserted(std::size_t at, const std::string& what) const {
    return fmt::format("{}{}{}", text_.substr(0, at), what, text_.substr(at));
  }

  /// Lines such as the one that `item` stands in, below it.
  std::string after_last(const Value& item) const {
    const std::size_t at = offset_of(text_, item.mark()), start = line_start(text_, at), end = line_end(text_, at);
    const std::size_t dash = text_.find_first_not_of(' ', start);
    if (dash == std::string_view::npos || text_[dash] != '-') return {};
    const std::size_t word = text_.find_first_not_of(' ', dash + 1);
    std::string lines = end > 0 && text_[end - 1] == '\n' ? "" : "\n";
    for (const std::string& dep : words_) lines += fmt::format("{}{}\n", text_.substr(start, word - start), dep);
    return inserted(end, lines);
  }

  /// Before the bracket that ends a list of one line or several.
  std::string in_brackets(const Value& list) const {
    const std::size_t start = offset_of(text_, list.mark());
    if (start >= text_.size() || text_[start] != '[') return {};
    std::size_t end = start + 1;
    for (char quote = '\0'; end < text_.size() && (quote != '\0' || text_[end] != ']'); ++end) {
      const char c = text_[end];
      if (quote != '\0') {
        if (c == quote) quote = '\0';
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '#' || c == '[') {
        return {};
      }
    }
    if (end >= text_.size()) return {};
    std::size_t last = end;
    while (last > start + 1 && std::string_view(" \n,").find(text_[last - 1]) != std::string_view::npos) --last;
    return inserted(last, (list.items().empty() ? "" : ", ") + join(words_, ", "));
  }

  /// A list of its own beside `cmd`, if that has a line of its own.
  std::string new_list(const Value& command, bool after) const {
    const std::size_t at = offset_of(text_, command.mark()), start = line_start(text_, at);
    const std::size_t key = text_.find_first_not_of(' ', start);
    if (key == std::string_view::npos || text_.substr(key, 4) != "cmd:") return {};
    const std::string indent(key - start, ' ');
    const std::size_t place = after ? line_end(text_, at) : start;
    std::string lines = (place > 0 && text_[place - 1] != '\n' ? "\n" : "") + indent + "deps:\n";
    for (const std::string& dep : words_) lines += fmt::format("{}  - {}\n", indent, dep);
    return inserted(place, lines);
  }

  std::string in_braces(const Value& stage) const {
    const std::size_t start = offset_of(text_, stage.mark());
    if (start >= text_.size() || text_[start] != '{') return {};
    return inserted(start + 1, fmt::format("deps: [{}], ", join(words_, ", ")));
  }

  bool is_wanted(const std::string& edited) const {
    try {
      Value before = document_, after = parse_yaml(edited, file_, YamlDialect::user);
      const Value* const new_stage = stage_in(after);
      const Value* const new_list = new_stage == nullptr ? nullptr : new_stage->find("deps");
      if (new_list == nullptr) return false;
      Value wanted = Value::array();
      if (const Value* const old = stage_in(before)->find("deps"); old != nullptr) wanted = *old;
      for (const std::string& dep : deps_) wanted.push(dep);
      if (!(*new_list == wanted)) return false;
      before.find("stages")->find(name_)->erase("deps");
      after.find("stages")->find(name_)->erase("deps");
      return before == after;
    } catch (const Error&) {
      return false;
    }
  }

  std::string_view text_, file_;
  const std::string& name_;
  const std::vector<std::string>& deps_;
  std::vector<std::string> words_;
  Value document_;
};

}  // namespace

std::string add_deps(std::string_view text, std::string_view file, const std::string& stage,
                     const std::vector<std::string>& deps) {
  return DepsEdit(text, file, stage, deps).run();
}

}  // namespace mlo
