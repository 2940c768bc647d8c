#include "tests/support/test_workspace.hpp"

#include "cli/run_cli.hpp"
#include "lib/util/text.hpp"

namespace mlo::test {

std::vector<std::string> shell_words(std::string_view line) {
  std::vector<std::string> words;
  bool in_word = false;
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote == 0 && (c == ' ' || c == '\n')) {
      in_word = false;
      continue;
    }
    if (!in_word) words.emplace_back();
    in_word = true;
    if (quote != 0 ? c == quote : c == '\'' || c == '"') {
      quote = quote != 0 ? '\0' : c;
    } else if (c == '\\' && quote != '\'' && i + 1 < line.size()) {
      words.back() += line[++i];
    } else {
      words.back() += c;
    }
  }
  return words;
}

TestWorkspace::TestWorkspace(Begin begin) {
  const fs::path binary = MLO_TEST_BINARY;
  world_.env["PATH"] = binary.parent_path().string() + ":" + world_.env["PATH"];
  world_.env["GIT_AUTHOR_DATE"] = world_.env["GIT_COMMITTER_DATE"] = "2001-02-03T04:05:06Z";
  world_.git_init();
  host_.env = world_.env;
  host_.cwd = path();
  host_.executable = binary;
  host_.clock = &world_.clock;
  host_.rng = &world_.rng;
  host_.threads = 2;
  if (begin == Begin::bare_git) return;
  const CommandResult made = mlo("init");
  if (made.code != 0) throw Error(ErrorKind::error, "mlo init: " + made.err);
}

TestWorkspace& TestWorkspace::write(std::string_view path, std::string_view text) {
  world_.dir.write(path, text);
  return *this;
}

std::string TestWorkspace::read(std::string_view path) const { return read_file(world_.dir / path); }
bool TestWorkspace::exists(std::string_view path) const { return find_stat(world_.dir / path).has_value(); }
std::string TestWorkspace::git(const std::string& line) { return world_.sh("git " + line); }

CommandResult TestWorkspace::sh(const std::string& script) {
  const ProcessOutput done =
      run_process({.argv = {"sh", "-uc", "exec 2>&1\n" + script}, .cwd = host_.cwd, .env = host_.env});
  return {done.exit.code, done.out, "", done.out};
}

CommandResult TestWorkspace::mlo(std::string_view line, std::string_view input) {
  return mlo(shell_words(line), input);
}

CommandResult TestWorkspace::mlo(const std::vector<std::string>& args, std::string_view input) {
  CommandResult result;
  std::mutex mutex;  // progress and warnings come from worker threads
  cli::Host host = host_;
  const auto into = [&](std::string& stream) {
    return [&](std::string_view text) {
      const std::lock_guard lock(mutex);
      stream += text;
      result.both += text;
    };
  };
  host.out = into(result.out);
  host.err = into(result.err);
  std::string_view rest = input;
  host.read_stdin = [&] { return std::string(std::exchange(rest, {})); };
  host.read_line = [&] {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string line(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return line;
  };
  result.code = cli::run_cli(args, host);
  return result;
}

}  // namespace mlo::test
