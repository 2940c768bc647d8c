#include "cli/parse.hpp"

#include <CLI/CLI.hpp>

#include "cli/spec.hpp"
#include "lib/codec/reader.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

/// Binds declarations to CLI11. Requirements are checked by us afterwards, to word them well.
class Binder : public Args {
 public:
  explicit Binder(CLI::App& app) : app_(app) {}

  void flag(bool& target, std::string names, std::string) override { app_.add_flag(names, target); }
  void option(std::string& target, std::string names, std::string, std::string) override {
    app_.add_option(names, target);
  }
  void option(std::optional<std::string>& target, std::string names, std::string, std::string) override {
    app_.add_option(names, target);
  }
  void option(std::int64_t& target, std::string names, std::string, std::string) override {
    app_.add_option(names, target);
  }
  void option(double& target, std::string names, std::string, std::string) override { app_.add_option(names, target); }
  void option(std::vector<std::string>& target, std::string names, std::string, std::string) override {
    app_.add_option(names, target)->allow_extra_args(false);
  }
  void choice(std::string& target, std::string names, std::vector<std::string> choices, std::string) override {
    app_.add_option(names, target);
    choices_.push_back({split_names(names), &target, std::move(choices)});
  }
  void positional(std::string& target, std::string name, std::string) override {
    singles_.push_back({name, [&target](const std::string& word) { target = word; }, true});
  }
  void positional(std::optional<std::string>& target, std::string name, std::string) override {
    singles_.push_back({name, [&target](const std::string& word) { target = word; }, false});
  }
  void positional(std::vector<std::string>& target, std::string name, Many many, std::string) override {
    many_ = &target;
    many_name_ = name;
    many_required_ = many == Many::one_or_more;
  }
  void rest(std::vector<std::string>& target, std::string, std::string) override { rest_ = &target; }

  std::vector<std::string>* rest_target() const { return rest_; }

  /// Hands out the words that are no options, in order.
  void place(const std::vector<std::string>& words) {
    std::size_t next = 0;
    for (const Single& single : singles_) {
      if (next < words.size())
        single.set(words[next++]);
      else if (single.required)
        throw Error(ErrorKind::usage, fmt::format("missing argument `{}`", single.name));
    }
    if (many_ != nullptr)
      many_->assign(words.begin() + static_cast<std::ptrdiff_t>(next), words.end());
    else if (next < words.size())
      throw Error(ErrorKind::usage, fmt::format("unexpected argument `{}`", words[next]));
    if (many_required_ && many_->empty())
      throw Error(ErrorKind::usage, fmt::format("missing argument `{}`", many_name_));
    for (const Choice& choice : choices_) {
      const auto& allowed = choice.choices;
      if (choice.target->empty() || std::find(allowed.begin(), allowed.end(), *choice.target) != allowed.end())
        continue;
      const std::string close = nearest(*choice.target, allowed);
      throw Error(ErrorKind::usage,
                  fmt::format("`{}` takes {}, not `{}`", choice.name, fmt::join(allowed, ", "), *choice.target))
          .hint(close.empty() ? "" : fmt::format("did you mean `{}`?", close));
    }
  }

 private:
  struct Single {
    std::string name;
    std::function<void(const std::string&)> set;
    bool required;
  };
  struct Choice {
    std::string name;
    std::string* target;
    std::vector<std::string> choices;
  };
  static std::string split_names(const std::string& names) { return std::string(split(names, ',')[0]); }

  CLI::App& app_;
  std::vector<Single> singles_;
  std::vector<Choice> choices_;
  std::vector<std::string>* many_ = nullptr;
  std::string many_name_;
  bool many_required_ = false;
  std::vector<std::string>* rest_ = nullptr;
};

void declare_globals(Args& args, CLI::App& app, Globals& globals, bool json) {
  if (json) app.add_flag("--json", globals.json);
  app.add_flag("-q,--quiet", globals.quiet);
  app.add_flag("-v,--verbose", globals.verbose);
  app.add_flag("-h,--help", globals.help);
  app.add_option("-C", globals.directory);
  args.choice(globals.color, "--color", {"auto", "always", "never"}, "");
}

[[noreturn]] void unknown_option(const Command& command, const std::string& word) {
  std::vector<std::string> names;
  for (const OptionSpec& option : describe(command).options) {
    for (const std::string& name : option.names) {
      if (name.starts_with("--")) names.push_back(name);
    }
  }
  const std::string name = word.substr(0, word.find('='));
  const std::string close = nearest(name, names);
  throw Error(ErrorKind::usage, fmt::format("unknown option `{}`", name))
      .hint(close.empty() ? fmt::format("see `mlo {} --help`", command.info.path)
                          : fmt::format("did you mean `{}`?", close));
}

/// CLI11 names the option first; the rest of its wording we leave.
std::string option_in(const CLI::ParseError& error) {
  const std::string_view text = error.what();
  for (const std::string_view word : split(text, ' ')) {
    if (word.starts_with('-')) return std::string(word.substr(0, word.find_last_not_of(":,") + 1));
  }
  return {};
}

}  // namespace

std::function<int(Context&)> parse_arguments(const Command& command, std::vector<std::string> args, Globals& globals) {
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  Binder binder(app);
  auto runner = command.declare(binder);
  declare_globals(binder, app, globals, command.info.json);

  std::vector<std::string> after;
  const auto dashes = std::find(args.begin(), args.end(), "--");
  const bool has_dashes = dashes != args.end();
  if (has_dashes) {
    after.assign(dashes + 1, args.end());
    args.erase(dashes, args.end());
  }
  try {
    std::vector<std::string> reversed(args.rbegin(), args.rend());
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    const std::string option = option_in(error);
    if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
      throw Error(ErrorKind::usage, option.empty() ? "an option lacks its value, or has one too many"
                                                   : fmt::format("`{}` needs exactly one value", option));
    }
    if (dynamic_cast<const CLI::ConversionError*>(&error) != nullptr) {
      const std::string_view text = error.what();  // "Could not convert: --jobs = 0x"
      const std::size_t value = text.find(" = ");
      throw Error(ErrorKind::usage,
                  value == std::string_view::npos
                      ? fmt::format("`{}` takes a number", option)
                      : fmt::format("`{}` takes a number, not `{}`", option, printable(text.substr(value + 3))));
    }
    throw Error(ErrorKind::usage, error.what());
  }
  if (globals.help) return runner;
  std::vector<std::string> words;
  for (const std::string& word : app.remaining()) {
    if (word.size() > 1 && word[0] == '-') unknown_option(command, word);
    words.push_back(word);
  }
  if (has_dashes && binder.rest_target() != nullptr && after.empty())
    throw Error(ErrorKind::usage, "missing command after `--`")
        .hint(fmt::format("mlo {} -- COMMAND", command.info.path));
  if (has_dashes && binder.rest_target() != nullptr)
    *binder.rest_target() = std::move(after);
  else
    words.insert(words.end(), after.begin(), after.end());
  binder.place(words);
  return runner;
}

}  // namespace mlo::cli
