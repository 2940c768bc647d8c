#include "lib/remote/aws_profile.hpp"

#include "lib/util/fs.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::uint64_t kMaxFile = std::uint64_t{1} << 20U;

std::string find_text(const Environment& env, std::string_view variable, std::string_view in_home) {
  fs::path file = find_env(env, variable).value_or("");
  if (file.empty()) {
    const auto home = find_env(env, "HOME");
    if (!home || home->empty()) return {};
    file = fs::path(*home) / ".aws" / in_home;
  }
  return find_file(file, kMaxFile).value_or("");
}

}  // namespace

AwsProfile read_aws_section(std::string_view text, std::string_view section) {
  AwsProfile profile;
  bool inside = false;
  for (const std::string_view line : split_lines(text)) {
    const std::string_view word = trim(line);
    if (word.empty() || word.front() == '#' || word.front() == ';') continue;
    if (word.front() == '[') {
      inside = word.back() == ']' && trim(word.substr(1, word.size() - 2)) == section;
      continue;
    }
    const std::size_t equals = word.find('=');
    if (!inside || line.front() == ' ' || line.front() == '\t' || equals == std::string_view::npos) continue;
    std::string_view value = trim(word.substr(equals + 1));
    if (const std::size_t comment = value.find(" #"); comment != std::string_view::npos)
      value = trim(value.substr(0, comment));
    profile[to_lower(trim(word.substr(0, equals)))] = value;
  }
  return profile;
}

AwsProfile load_aws_profile(const Environment& env, std::string_view name) {
  const std::string in_config = name == "default" ? std::string(name) : "profile " + std::string(name);
  AwsProfile profile = read_aws_section(find_text(env, "AWS_CONFIG_FILE", "config"), in_config);
  for (auto& [key, value] : read_aws_section(find_text(env, "AWS_SHARED_CREDENTIALS_FILE", "credentials"), name))
    profile[key] = std::move(value);
  return profile;
}

}  // namespace mlo
