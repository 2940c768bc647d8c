#include "lib/capture/command_line.hpp"

#include <algorithm>

namespace mlo {
namespace {

constexpr std::size_t kDeepest = 4;  ///< of `sh -c 'sh -c ..'`

constexpr std::string_view kKeywords[] = {"!", "if", "then", "elif", "else", "while", "until", "do", "{", "("};
constexpr std::string_view kNoCommands[] = {"for", "case", "select", "function", "done", "fi", "esac", "}", ")", "in"};
constexpr std::string_view kOfTheShell[] = {
    ".",    ":",      "[",        "alias",  "bg",      "break", "cd",     "continue", "echo",  "eval",
    "exit", "export", "false",    "fg",     "getopts", "hash",  "jobs",   "kill",     "local", "printf",
    "pwd",  "read",   "readonly", "return", "set",     "shift", "source", "test",     "times", "trap",
    "true", "type",   "ulimit",   "umask",  "unalias", "unset", "wait"};
/// Start what follows their options.
constexpr std::string_view kStarters[] = {"env",    "exec",   "command", "nice",    "nohup",  "time",
                                          "ionice", "stdbuf", "timeout", "taskset", "setsid", "chrt"};
/// Of these a word follows that is not the command.
constexpr std::string_view kStartersWithWord[] = {"timeout", "taskset"};
/// Start what follows `run` and their options.
constexpr std::string_view kRunners[] = {"uv",    "poetry", "pipenv",     "pdm", "hatch",
                                         "conda", "mamba",  "micromamba", "pixi"};
constexpr std::string_view kContainers[] = {"docker", "podman", "nerdctl"};
constexpr std::string_view kContainerValues[] = {
    "-v",         "--volume",       "-e",        "--env",        "-w",         "--workdir",     "--name",
    "-u",         "--user",         "--gpus",    "--network",    "--net",      "--mount",       "--entrypoint",
    "-m",         "--memory",       "--cpus",    "-p",           "--publish",  "--shm-size",    "--ipc",
    "--env-file", "--device",       "-l",        "--label",      "--platform", "--ulimit",      "--add-host",
    "-h",         "--hostname",     "--pid",     "--runtime",    "--pull",     "--cpuset-cpus", "--tmpfs",
    "--cap-add",  "--security-opt", "--restart", "--memory-swap"};

template <class List>
bool is_one_of(const List& list, std::string_view word) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

using Words = std::vector<std::string>;

/// The words of each simple command; quotes and backslashes are gone.
class Splitter {
 public:
  explicit Splitter(std::string_view line) : line_(line) {}

  std::vector<Words> run() {
    for (; at_ < line_.size(); ++at_) {
      const char c = line_[at_];
      if (c == '\'' || c == '"') {
        quoted(c);
      } else if (c == '\\' && at_ + 1 < line_.size()) {
        add(line_[++at_]);
      } else if (c == '$' && at_ + 1 < line_.size() && line_[at_ + 1] == '(') {
        substitution();
      } else if (c == '#' && !in_word_) {
        break;
      } else if (c == ' ' || c == '\t') {
        end_word();
      } else if (c == '<' || c == '>') {
        redirection();
      } else if (c == ';' || c == '&' || c == '|' || c == '\n' || c == '(' || c == ')') {
        end_command();
      } else {
        add(c);
      }
    }
    end_command();
    return std::move(commands_);
  }

 private:
  void add(char c) {
    word_ += c;
    in_word_ = true;
  }
  void quoted(char quote) {
    in_word_ = true;
    for (++at_; at_ < line_.size() && line_[at_] != quote; ++at_) {
      if (quote == '"' && line_[at_] == '\\' && at_ + 1 < line_.size()) ++at_;
      word_ += line_[at_];
    }
  }
  /// As one part of a word.
  void substitution() {
    int depth = 0;
    for (; at_ < line_.size(); ++at_) {
      add(line_[at_]);
      if (line_[at_] == '(') ++depth;
      if (line_[at_] == ')' && --depth == 0) return;
    }
  }
  /// `2>&1`, `> file`: neither the number before nor the word after is one of the command.
  void redirection() {
    if (word_.find_first_not_of("0123456789") == std::string::npos) word_.clear(), in_word_ = false;
    end_word();
    while (at_ + 1 < line_.size() && std::string_view("<>&| \t").find(line_[at_ + 1]) != std::string_view::npos) ++at_;
    skip_ = true;
  }
  void end_word() {
    if (in_word_ && !std::exchange(skip_, false)) words_.push_back(word_);
    word_.clear();
    in_word_ = false;
  }
  void end_command() {
    end_word();
    skip_ = false;
    if (!words_.empty()) commands_.push_back(std::move(words_));
    words_.clear();
  }

  std::string_view line_;
  std::size_t at_ = 0;
  std::string word_;
  bool in_word_ = false, skip_ = false;
  Words words_;
  std::vector<Words> commands_;
};

bool is_assignment(std::string_view word) {
  const std::size_t equals = word.find('=');
  return equals != std::string_view::npos && equals > 0 &&
         word.substr(0, equals).find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789") ==
             std::string_view::npos;
}

std::string_view base_of(std::string_view program) { return program.substr(program.rfind('/') + 1); }

class Reader {
 public:
  StartedPrograms take() { return std::move(out_); }

  void line(std::string_view text, std::size_t depth) {
    for (const Words& words : Splitter(text).run()) command(words, 0, depth);
  }

 private:
  /// Each command may only start another: the next one begins where this says; npos: there is none.
  void command(const Words& words, std::size_t at, std::size_t depth) {
    while (at != std::string::npos) at = program(words, at, depth);
  }

  std::size_t program(const Words& words, std::size_t at, std::size_t depth) {
    constexpr std::size_t kNone = std::string::npos;
    while (at < words.size() && (is_one_of(kKeywords, words[at]) || is_assignment(words[at]))) ++at;
    if (at >= words.size() || is_one_of(kNoCommands, words[at])) return kNone;
    const std::string& program = words[at];
    if (program == "exec" || program == "command" || program == "time") return options(words, at + 1);
    if (program.empty() || program.find_first_of("$`*?") != std::string::npos || is_one_of(kOfTheShell, program))
      return kNone;
    note(out_.programs, program);
    const std::string_view base = base_of(program);
    if (is_one_of(kStarters, base)) {
      const std::size_t next = options(words, at + 1);
      return is_one_of(kStartersWithWord, base) ? next + 1 : next;
    }
    const bool runs = at + 1 < words.size() && words[at + 1] == "run";
    if (runs && is_one_of(kRunners, base)) return options(words, at + 2);
    if (runs && is_one_of(kContainers, base)) {
      image(words, at + 2);
    } else if ((base == "sh" || base == "bash" || base == "dash" || base == "zsh") && depth < kDeepest) {
      shell(words, at + 1, depth);
    }
    return kNone;
  }

  /// Behind options: `-n 10` is taken for one with a value if what follows looks as a value does.
  static std::size_t options(const Words& words, std::size_t at) {
    while (at < words.size() && words[at].starts_with("-")) {
      const std::string& option = words[at++];
      if (option == "--") break;
      const bool valued = option == "-n" || option == "-u" || option == "-c" || option == "-p" || option == "-s" ||
                          option == "-k" || option == "-C" || option == "--with" || option == "--name" ||
                          option == "--prefix" || option == "--project" || option == "--directory" || option == "-e";
      if (valued && at + 1 < words.size()) ++at;
    }
    return at;
  }

  void shell(const Words& words, std::size_t at, std::size_t depth) {
    for (; at + 1 < words.size() && words[at].starts_with("-"); ++at) {
      if (words[at].ends_with("c")) return line(words[at + 1], depth + 1);
    }
  }

  void image(const Words& words, std::size_t at) {
    while (at < words.size() && words[at].starts_with("-")) at += is_one_of(kContainerValues, words[at]) ? 2 : 1;
    if (at < words.size() && words[at].find_first_of("$`") == std::string::npos) note(out_.images, words[at]);
  }

  static void note(std::vector<std::string>& list, const std::string& word) {
    if (std::find(list.begin(), list.end(), word) == list.end()) list.push_back(word);
  }

  StartedPrograms out_;
};

}  // namespace

StartedPrograms started_programs(std::string_view line) {
  Reader reader;
  reader.line(line, 0);
  return reader.take();
}

}  // namespace mlo
