#include "lib/capture/interpreter.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include "lib/crypto/sha256.hpp"
#include "lib/util/bytes.hpp"
#include "lib/util/error.hpp"
#include "lib/util/process.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::string_view kMagic = "mlo interpreter 1";
constexpr std::uint64_t kMostAnswer = 1U << 20U;
constexpr std::uint64_t kMostSeconds = 10;
constexpr std::size_t kFixedLines = 5;

/// `sys` is part of every Python, so nothing in the current directory can stand in for it.
constexpr const char* kQuestion =
    "import sys\n"
    "i = getattr(sys, 'implementation', None)\n"
    "print('\\n'.join(['mlo', (i.name if i else 'cpython') + ' ' + '.'.join(str(v) for v in sys.version_info[:3]),"
    " sys.executable, sys.prefix, getattr(sys, 'base_prefix', sys.prefix)] + [p for p in sys.path if p]))\n";

std::optional<Interpreter> parse_answer(std::string_view text) {
  const auto lines = split_lines(text);
  if (lines.size() < kFixedLines || lines[0] != "mlo" || !is_utf8(text)) return std::nullopt;
  Interpreter out{printable(lines[1]), lines[2], lines[3], lines[4], {}};
  for (std::size_t i = kFixedLines; i < lines.size(); ++i) out.path.emplace_back(lines[i]);
  return out.executable.is_absolute() ? std::optional(out) : std::nullopt;
}

std::string stat_text(const fs::path& path) {
  const auto stat = find_stat(path);
  return stat ? fmt::format("{} {} {} {}", stat->size, stat->mtime_ns, stat->ctime_ns, stat->inode) : "none";
}

/// Of everything that decides the answer but the directories it names.
Digest state_of(const fs::path& program, const Environment& env) {
  std::error_code code;
  const fs::path real = fs::canonical(program, code);
  std::string text = fmt::format("{}\n{}\n{}\n", program.string(), real.string(), stat_text(real));
  for (const fs::path& near : {program.parent_path(), program.parent_path().parent_path()})
    text += stat_text(near / "pyvenv.cfg") + "\n";
  for (const auto& [name, value] : env) {
    if (name.starts_with("PYTHON") || name == "HOME") text += fmt::format("{}={}\n", name, value);
  }
  return sha256(text);
}

std::string path_state(const Interpreter& python) {
  std::string text;
  for (const fs::path& dir : python.path) text += dir.string() + " " + stat_text(dir) + "\n";
  return sha256(text).hex();
}

std::string ask(const fs::path& program, const fs::path& cwd, const Environment& env) {
  ProcessSpec spec;
  spec.argv = {program.string(), "-c", kQuestion};
  spec.cwd = cwd;
  spec.env = env;
  spec.dies_with_us = true;
  spec.limits = {{RLIMIT_CPU, kMostSeconds}};
  try {
    const ProcessOutput answer = run_process(std::move(spec));
    return answer.exit.code == 0 && answer.out.size() <= kMostAnswer ? answer.out : "";
  } catch (const Error&) {  // a program that cannot be started says nothing; the stage will say so
    return "";
  }
}

}  // namespace

bool is_python_name(std::string_view program) {
  std::string_view name = program.substr(program.rfind('/') + 1);
  for (const std::string_view stem : {"python", "pypy"}) {
    if (name.starts_with(stem) && name.substr(stem.size()).find_first_not_of("0123456789.") == std::string_view::npos)
      return true;
  }
  return false;
}

std::optional<std::string> script_interpreter(const fs::path& file) {
  constexpr std::size_t kMostLine = 512;
  char bytes[kMostLine];
  std::size_t size = 0;
  try {
    const UniqueFd fd = open_read(file);
    const ssize_t got = ::read(fd.get(), bytes, sizeof bytes);
    size = got < 0 ? 0 : static_cast<std::size_t>(got);
  } catch (const Error&) {
    return std::nullopt;
  }
  const std::string_view text(bytes, size);
  if (!text.starts_with("#!")) return std::nullopt;
  const std::string_view line = trim(text.substr(2, text.find('\n') - 2));
  const auto words = split(line, ' ');
  const bool by_env = words[0].ends_with("/env") && words.size() > 1;
  std::string_view chosen = words[by_env ? 1 : 0];
  if (by_env && chosen == "-S" && words.size() > 2) chosen = words[2];
  return chosen.empty() ? std::nullopt : std::optional<std::string>(chosen);
}

std::optional<Interpreter> ask_python(const fs::path& program, const fs::path& cwd, const Environment& env,
                                      const fs::path& cache) {
  if (script_interpreter(program)) return parse_answer(ask(program, cwd, env));
  const fs::path file = cache / fmt::format("python-{}", state_of(program, env).hex().substr(0, 24));
  if (const auto known = find_file(file, kMostAnswer)) {
    const std::size_t first = known->find('\n'),
                      second = first == std::string::npos ? first : known->find('\n', first + 1);
    if (second != std::string::npos && std::string_view(*known).substr(0, first) == kMagic) {
      const auto python = parse_answer(std::string_view(*known).substr(second + 1));
      if (python && path_state(*python) == known->substr(first + 1, second - first - 1)) return python;
    }
  }
  const std::string answer = ask(program, cwd, env);
  const auto python = parse_answer(answer);
  if (python) write_file(file, fmt::format("{}\n{}\n{}", kMagic, path_state(*python), answer), Durability::cache);
  return python;
}

}  // namespace mlo
