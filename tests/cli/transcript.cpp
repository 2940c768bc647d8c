#include "tests/cli/transcript.hpp"

#include <regex>

#include "lib/util/text.hpp"

namespace mlo::test {
namespace {

struct Placeholder {
  const char* name;
  const char* pattern;
};

constexpr const char* kTime = R"(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d{1,6})?Z?)";
constexpr const char* kDuration = R"(\d+ h \d+ min|\d+ min \d+ s|[0-9.]+ m?s)";
constexpr Placeholder kPlaceholders[] = {{"<id>", "[0-9a-f]{4,64}"},
                                         {"<name>", "[a-z]+-[a-z]+"},
                                         {"<digest>", "sha256:[0-9a-f]{12,64}"},
                                         {"<time>", kTime},
                                         {"<duration>", kDuration},
                                         {"<size>", R"([0-9.]+ [kMGTPE]?B)"},
                                         {"<n>", R"(-?[0-9][0-9.,]*(e[+-]?\d+)?)"},
                                         {"<any>", ".*"}};

std::string escaped(std::string_view text) {
  static const std::regex special(R"([.^$|()\[\]{}*+?\\])");
  return std::regex_replace(std::string(text), special, R"(\$&)");
}

bool line_matches(const std::string& expected, const std::string& actual) {
  if (expected == actual) return true;
  std::string pattern = escaped(expected);
  bool any = false;
  for (const auto& [name, wanted] : kPlaceholders) {
    any = any || pattern.find(name) != std::string::npos;
    pattern = replace_all(pattern, name, fmt::format("({})", wanted));
  }
  if (!any) return false;
  static const std::regex blanks(" +");
  return std::regex_match(actual, std::regex(std::regex_replace(pattern, blanks, " +")));
}

bool match_from(const std::vector<std::string>& expected, std::size_t e, const std::vector<std::string>& actual,
                std::size_t a) {
  for (; e < expected.size(); ++e, ++a) {
    if (expected[e] == "...") {
      for (std::size_t next = a; next <= actual.size(); ++next) {
        if (match_from(expected, e + 1, actual, next)) return true;
      }
      return false;
    }
    if (a == actual.size() || !line_matches(expected[e], actual[a])) return false;
  }
  return a == actual.size();
}

/// "[3]" at the end of the output is the exit code.
void take_code(Step& step) {
  auto& lines = step.expected;
  if (lines.empty() || lines.back().size() < 3 || lines.back().front() != '[' || lines.back().back() != ']') return;
  if (const auto code = parse_i64(std::string_view(lines.back()).substr(1, lines.back().size() - 2))) {
    step.code = static_cast<int>(*code);
    lines.pop_back();
  }
}

}  // namespace

Transcript parse_transcript(std::string_view text) {
  Transcript transcript;
  std::vector<std::string> blanks;  // seen in the output; they belong to what follows if that is no output
  std::string between;
  int number = 0;
  bool in_step = false;
  const auto close = [&] {
    for (; !blanks.empty(); blanks.pop_back()) between += "\n";
    if (in_step) take_code(transcript.steps.back());
    in_step = false;
  };
  for (const std::string_view view : split_lines(text)) {
    const std::string line(view);
    ++number;
    if (line.starts_with("$ ")) {
      close();
      transcript.before.push_back(std::exchange(between, ""));
      transcript.steps.push_back({number, line.substr(2), {}, 0});
      in_step = true;
    } else if (in_step && line.starts_with("> ") && transcript.steps.back().expected.empty() && blanks.empty()) {
      transcript.steps.back().command += "\n" + line.substr(2);
    } else if (line.empty() && in_step) {
      blanks.push_back(line);
    } else if (in_step && !(line.starts_with("# ") && !blanks.empty())) {
      auto& expected = transcript.steps.back().expected;
      expected.insert(expected.end(), blanks.begin(), blanks.end());
      blanks.clear();
      expected.push_back(line);
    } else {
      close();
      between += line + "\n";
    }
  }
  close();
  transcript.before.push_back(between);
  return transcript;
}

std::string format_transcript(const Transcript& transcript) {
  std::string out;
  for (std::size_t i = 0; i < transcript.steps.size(); ++i) {
    const Step& step = transcript.steps[i];
    out += transcript.before[i] + "$ " + replace_all(step.command, "\n", "\n> ") + "\n";
    for (const auto& line : step.expected) out += line + "\n";
    if (step.code != 0) out += fmt::format("[{}]\n", step.code);
  }
  return out + transcript.before.back();
}

bool matches(const std::vector<std::string>& expected, const std::vector<std::string>& actual) {
  return match_from(expected, 0, actual, 0);
}

std::string with_placeholders(std::string_view line) {
  static const std::regex time(kTime), duration(fmt::format(R"(\b({})\b)", kDuration)),
      id(R"(\b[0-9a-f]{40}\b|\b0[0-9a-f]{11}7[0-9a-f]{19}\b)");
  std::string out = std::regex_replace(std::string(line), time, "<time>");
  out = std::regex_replace(out, duration, "<duration>");
  return std::regex_replace(out, id, "<id>");
}

}  // namespace mlo::test
