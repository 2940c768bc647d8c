// mlo_generate write|check ROOT: the files of a checkout that are made from the table of commands; `check` names the
// stale ones. mlo_generate man DIR VERSION: the man pages.
#include "cli/completions.hpp"
#include "cli/reference.hpp"
#include "lib/util/error.hpp"
#include "lib/util/fs.hpp"

namespace {

using namespace mlo;

std::map<std::string, std::string> generated_files() {
  return {{"cli/README.md", cli::command_reference()},
          {"completions/mlo.bash", cli::bash_completion()},
          {"completions/_mlo", cli::zsh_completion()},
          {"completions/mlo.fish", cli::fish_completion()}};
}

int run(const std::vector<std::string>& args) {
  if (args.size() == 3 && args[0] == "man") {
    for (const auto& [name, text] : cli::man_pages(args[2]))
      write_file(fs::path(args[1]) / name, text, Durability::cache);
    return 0;
  }
  if (args.size() != 2 || (args[0] != "write" && args[0] != "check")) {
    throw Error(ErrorKind::usage, "usage: mlo_generate write|check ROOT, or man DIR VERSION");
  }
  int stale = 0;
  for (const auto& [name, text] : generated_files()) {
    const fs::path path = fs::path(args[1]) / name;
    if (find_file(path) == text) continue;
    if (args[0] == "write") {
      write_file(path, text, Durability::cache);
    } else {
      fmt::print("{} is stale: cmake --build --preset dev --target generate\n", name);
      ++stale;
    }
  }
  return stale == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const Error& error) {
    fmt::print(stderr, "error: {}\n", error.message());
    return 1;
  }
}
