#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace mlo::test {

/// One command of a transcript and what it must print.
struct Step {
  int line = 0;                       ///< where it stands, from 1
  std::string command;                ///< may have several lines
  std::vector<std::string> expected;  ///< without trailing empty lines
  int code = 0;
};

/// The steps of a `.t` file, and the text between them so that it can be written back.
struct Transcript {
  std::vector<Step> steps;
  std::vector<std::string> before;  ///< before[i]: comments and empty lines ahead of step i; one more for the end
};

Transcript parse_transcript(std::string_view text);
std::string format_transcript(const Transcript& transcript);

/// True if the lines are what is expected. `...` alone stands for any lines. Within a line: `<id>` hex digits, `<name>`
/// two words of a run, `<digest>`, `<time>`, `<duration>`, `<size>`, `<n>` a number, `<any>` anything; in such a line a
/// run of blanks matches any other.
bool matches(const std::vector<std::string>& expected, const std::vector<std::string>& actual);

/// Replaces what differs between two runs of a command (ids, times, durations) by its placeholder.
std::string with_placeholders(std::string_view line);

}  // namespace mlo::test
