#include "cli/completions.hpp"

#include "cli/command_table.hpp"
#include "cli/completion_tree.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

std::string single_quoted(std::string_view text) { return "'" + replace_all(text, "'", "'\\''") + "'"; }

/// Shell code, the same in bash and zsh, that walks `word`s and keeps the command's path in `where`. Spellings of short
/// names are expanded.
std::string walk_cases() {
  std::vector<std::string> known;
  for (const auto& [path, node] : completion_tree()) {
    if (path.empty()) continue;
    const std::size_t space = path.find(' ');
    known.push_back(space == std::string::npos ? single_quoted(" " + path) : single_quoted(path));
  }
  std::string out = "    case $word in\n      -C|--color) i=$((i + 1)); continue ;;\n      -*) continue ;;\n    esac\n";
  for (const GroupEntry& group : command_groups()) {
    if (!group.alias.empty())
      out += fmt::format("    if [[ -z $where && $word == {} ]]; then word={}; fi\n", group.alias, group.name);
  }
  return out + fmt::format(
                   "    case \"$where $word\" in\n      {}) where=\"${{where:+$where }}$word\" ;;\n      *) break ;;\n "
                   "   esac\n",
                   join(known, "|"));
}

/// Lines of a `case` that offer the values of options with choices, by "path:option".
std::string choice_cases(std::string_view before, std::string_view after) {
  std::string out;
  for (const auto& [path, node] : completion_tree()) {
    for (const OptionSpec& option : node.options) {
      if (option.choices.empty() || option.global) continue;
      std::vector<std::string> patterns;
      for (const auto& name : option.names) patterns.push_back(single_quoted(fmt::format("{}:{}", path, name)));
      out += fmt::format("    {}) {}{}{} ;;\n", join(patterns, "|"), before, join(option.choices, " "), after);
    }
  }
  return out + fmt::format("    *:--color) {}auto always never{} ;;\n", before, after);
}

std::vector<std::string> option_words(const CompletionNode& node) {
  std::vector<std::string> words;
  for (const OptionSpec& option : node.options) words.insert(words.end(), option.names.begin(), option.names.end());
  return words;
}

std::string zsh_pair(const std::string& word, const std::string& help) {
  return single_quoted(word + ":" + replace_all(help, ":", "\\:"));
}

std::string fish_option(const std::string& path, const OptionSpec& option) {
  std::string line = fmt::format("complete -c mlo -n {}", single_quoted(fmt::format("__mlo_at {}", shell_quote(path))));
  for (const auto& name : option.names)
    line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  if (!option.choices.empty())
    line += " -x -a " + single_quoted(join(option.choices, " "));
  else if (!option.value.empty())
    line += " -r";
  return line + " -d " + single_quoted(option.help) + "\n";
}

constexpr std::string_view kNote = "Generated from the table of commands; do not edit.\n";

}  // namespace

std::string bash_completion() {
  std::string out = fmt::format("# bash completion for mlo. {}\n_mlo() {{\n", kNote);
  out += "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} where= words= options= word i\n";
  out += "  for ((i = 1; i < COMP_CWORD; i++)); do\n    word=${COMP_WORDS[i]}\n" + walk_cases() + "  done\n";
  out += "  case \"$where:$prev\" in\n" + choice_cases("COMPREPLY=($(compgen -W '", "' -- \"$cur\")); return") +
         "  esac\n";
  out += "  case $where in\n";
  for (const auto& [path, node] : completion_tree()) {
    std::vector<std::string> words;
    for (const auto& [word, summary] : node.words) words.push_back(word);
    out += fmt::format("    {}) words='{}' options='{}' ;;\n", single_quoted(path), join(words, " "),
                       join(option_words(node), " "));
  }
  out += "  esac\n  if [[ $cur == -* ]]; then words=$options; fi\n";
  out += "  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\ncomplete -o bashdefault -o default -F _mlo mlo\n";
  return out;
}

std::string zsh_completion() {
  std::string out = fmt::format("#compdef mlo\n# {}\n_mlo() {{\n", kNote);
  out += "  local where= word i files=0\n  local -a subcommands options\n";
  out += "  for ((i = 2; i < CURRENT; i++)); do\n    word=$words[i]\n" + walk_cases() + "  done\n";
  out += "  case \"$where:$words[CURRENT-1]\" in\n" + choice_cases("compadd ", "; return") + "  esac\n";
  out += "  case $where in\n";
  for (const auto& [path, node] : completion_tree()) {
    out += fmt::format("    {})\n      subcommands=(", single_quoted(path));
    for (const auto& [word, summary] : node.words) out += "\n        " + zsh_pair(word, summary);
    out += ")\n      options=(";
    for (const OptionSpec& option : node.options) {
      for (const auto& name : option.names) out += "\n        " + zsh_pair(name, option.help);
    }
    out += fmt::format(")\n      files={} ;;\n", node.operands ? 1 : 0);
  }
  out += "  esac\n  if [[ $PREFIX == -* ]]; then\n    _describe -o option options\n  else\n";
  out += "    (( $#subcommands )) && _describe command subcommands\n    (( files )) && _files\n  fi\n}\n";
  // Autoloaded as a function it is called; sourced it registers itself.
  return out + "if [[ $funcstack[1] == _mlo ]]; then _mlo \"$@\"; else compdef _mlo mlo; fi\n";
}

std::string fish_completion() {
  std::string out = fmt::format("# fish completion for mlo. {}", kNote);
  std::vector<std::string> paths;
  const auto tree = completion_tree();
  for (const auto& [path, node] : tree) {
    if (!path.empty()) paths.push_back(single_quoted(path));
  }
  out += "function __mlo_at\n  set -l known " + join(paths, " ") + "\n";
  out += "  set -l where ''\n  set -l skip 0\n  for word in (commandline -opc)[2..-1]\n";
  out += "    if test $skip = 1\n      set skip 0\n      continue\n    end\n";
  out +=
      "    switch $word\n      case -C --color\n        set skip 1\n        continue\n      case '-*'\n        "
      "continue\n    end\n";
  for (const GroupEntry& group : command_groups()) {
    if (!group.alias.empty())
      out += fmt::format("    test -z \"$where\" -a $word = {}; and set word {}\n", group.alias, group.name);
  }
  out +=
      "    set -l next (string trim -- \"$where $word\")\n    contains -- $next $known; or break\n    set where "
      "$next\n  end\n";
  out += "  test \"$where\" = \"$argv[1]\"\nend\n";
  for (const auto& [path, node] : tree) {
    const std::string at = single_quoted(fmt::format("__mlo_at {}", shell_quote(path)));
    if (!node.operands) out += fmt::format("complete -c mlo -n {} -f\n", at);
    for (const auto& [word, summary] : node.words) {
      out += fmt::format("complete -c mlo -n {} -a {} -d {}\n", at, word, single_quoted(summary));
    }
    for (const OptionSpec& option : node.options) out += fish_option(path, option);
  }
  return out;
}

std::string completion_for(std::string_view shell) {
  if (shell == "bash") return bash_completion();
  if (shell == "zsh") return zsh_completion();
  if (shell == "fish") return fish_completion();
  throw Error(ErrorKind::usage, fmt::format("no completions for `{}`", shell))
      .hint("there are some for `bash`, `zsh` and `fish`");
}

}  // namespace mlo::cli
