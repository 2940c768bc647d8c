#include "cli/spec.hpp"

#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

class Recorder : public Args {
 public:
  explicit Recorder(CommandSpec& spec) : spec_(spec) {}
  void flag(bool&, std::string names, std::string help) override { add(names, "", std::move(help)); }
  void option(std::string& target, std::string names, std::string value, std::string help) override {
    add(names, value, help).fallback = target;
  }
  void option(std::optional<std::string>&, std::string names, std::string value, std::string help) override {
    add(names, value, help);
  }
  void option(std::int64_t& target, std::string names, std::string value, std::string help) override {
    add(names, value, help).fallback = target == 0 ? "" : std::to_string(target);
  }
  void option(double& target, std::string names, std::string value, std::string help) override {
    add(names, value, help).fallback = target == 0 ? "" : format_double(target);
  }
  void option(std::vector<std::string>&, std::string names, std::string value, std::string help) override {
    add(names, value, help).repeatable = true;
  }
  void choice(std::string& target, std::string names, std::vector<std::string> choices, std::string help) override {
    OptionSpec& option = add(names, join(choices, "|"), std::move(help));
    option.choices = std::move(choices);
    option.fallback = target;
  }
  void positional(std::string&, std::string name, std::string help) override {
    spec_.positionals.push_back({.name = std::move(name), .help = std::move(help), .required = true});
  }
  void positional(std::optional<std::string>&, std::string name, std::string help) override {
    spec_.positionals.push_back({.name = std::move(name), .help = std::move(help)});
  }
  void positional(std::vector<std::string>&, std::string name, Many many, std::string help) override {
    spec_.positionals.push_back(
        {.name = std::move(name), .help = std::move(help), .required = many == Many::one_or_more, .many = true});
  }
  void rest(std::vector<std::string>&, std::string name, std::string help) override {
    spec_.positionals.push_back({.name = std::move(name), .help = std::move(help), .many = true, .after_dashes = true});
  }

 private:
  OptionSpec& add(std::string_view names, std::string value, std::string help) {
    OptionSpec option{.value = std::move(value), .help = std::move(help)};
    for (const std::string_view name : split(names, ',')) option.names.emplace_back(name);
    return spec_.options.emplace_back(std::move(option));
  }
  CommandSpec& spec_;
};

}  // namespace

std::vector<OptionSpec> global_options(bool json) {
  std::vector<OptionSpec> options;
  if (json) options.push_back({.names = {"--json"}, .help = "print the result as JSON"});
  options.push_back({.names = {"--quiet", "-q"}, .help = "no progress, no hints"});
  options.push_back({.names = {"--verbose", "-v"}, .help = "say more about what is done"});
  options.push_back({.names = {"--color"},
                     .value = "WHEN",
                     .help = "auto, always or never; NO_COLOR means never",
                     .choices = {"auto", "always", "never"}});
  options.push_back({.names = {"-C"}, .value = "DIR", .help = "work as if started in DIR"});
  options.push_back({.names = {"--help", "-h"}, .help = "show this help"});
  for (OptionSpec& option : options) option.global = true;
  return options;
}

std::string option_text(const OptionSpec& option) {
  std::string text = option.help;
  if (option.repeatable) text += " (repeatable)";
  if (!option.fallback.empty() && option.help.find("(default") == std::string::npos)
    text += fmt::format(" (default: {})", option.fallback);
  return text;
}

CommandSpec describe(const Command& command) {
  CommandSpec spec;
  spec.info = command.info;
  Recorder recorder(spec);
  static_cast<void>(command.declare(recorder));
  for (OptionSpec& option : global_options(command.info.json)) spec.options.push_back(std::move(option));
  return spec;
}

std::string usage_line(const CommandSpec& spec) {
  std::string line = fmt::format("mlo {} [options]", spec.info.path);
  for (const PositionalSpec& p : spec.positionals) {
    const std::string name = p.name + (p.many ? ".." : "");
    if (p.after_dashes)
      line += fmt::format(" [-- {}]", name);
    else
      line += p.required ? " " + name : fmt::format(" [{}]", name);
  }
  return line;
}

std::string option_label(const OptionSpec& option) {
  std::vector<std::string> names = option.names;
  std::sort(names.begin(), names.end(), [](const auto& a, const auto& b) { return a.size() < b.size(); });
  std::string label = names[0].starts_with("--") ? "    " : "";
  label += join(names, ", ");
  return option.value.empty() ? label : label + " " + option.value;
}

}  // namespace mlo::cli
