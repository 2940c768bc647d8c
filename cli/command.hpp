#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/context.hpp"

// All that a file in cli/commands/ sees. CLI11 stays behind parse.cpp.
namespace mlo::cli {

/// Declares the options of one command, bound to the fields of its Options struct.
class Args {
 public:
  virtual ~Args() = default;
  /// `names` as CLI11 spells them: "--force,-f". `value` names the operand in help: "N", "REV".
  virtual void flag(bool& target, std::string names, std::string help) = 0;
  virtual void option(std::string& target, std::string names, std::string value, std::string help) = 0;
  virtual void option(std::optional<std::string>& target, std::string names, std::string value, std::string help) = 0;
  virtual void option(std::int64_t& target, std::string names, std::string value, std::string help) = 0;
  virtual void option(double& target, std::string names, std::string value, std::string help) = 0;
  virtual void option(std::vector<std::string>& target, std::string names, std::string value,
                      std::string help) = 0;  ///< repeatable
  virtual void choice(std::string& target, std::string names, std::vector<std::string> choices, std::string help) = 0;
  virtual void positional(std::string& target, std::string name, std::string help) = 0;                 ///< required
  virtual void positional(std::optional<std::string>& target, std::string name, std::string help) = 0;  ///< optional
  enum class Many { zero_or_more, one_or_more };
  virtual void positional(std::vector<std::string>& target, std::string name, Many many, std::string help) = 0;
  /// Everything after `--`, untouched.
  virtual void rest(std::vector<std::string>& target, std::string name, std::string help) = 0;
};

struct Example {
  std::string command;  ///< "mlo version-data add data/raw"
  std::string meaning;  ///< one line, no full stop
};

struct ExitNote {
  int code;
  std::string meaning;
};

/// What help, completions, man pages and cli/README.md are made of.
struct CommandInfo {
  std::string path;         ///< "version-data add"
  std::string summary;      ///< imperative, no full stop
  std::string description;  ///< paragraphs separated by an empty line
  std::vector<Example> examples;
  std::vector<ExitNote> exits;  ///< beyond 0, 1 and 2, which help adds itself
  bool json = true;             ///< prints a result, so it takes --json
};

struct Command {
  CommandInfo info;
  /// Declares the options on `args`; returns what runs the command with the parsed values and gives the exit code.
  std::function<std::function<int(Context&)>(Args& args)> declare;
};

/// Ties an Options struct, its declaration and the run function together.
template <class Options>
Command make_command(CommandInfo info, void (*declare)(Args&, Options&), int (*run)(Context&, const Options&)) {
  return {std::move(info), [declare, run](Args& args) -> std::function<int(Context&)> {
            auto options = std::make_shared<Options>();  // shared: the parser's bindings and the runner see one struct
            declare(args, *options);
            return [options, run](Context& context) { return run(context, *options); };
          }};
}

}  // namespace mlo::cli
