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

/// The lines of a section; with `key` those indented below it, else those that are not indented.
AwsProfile read_lines(std::string_view text, std::string_view section, std::string_view key) {
  AwsProfile profile;
  bool inside = false;
  std::string above;
  for (const std::string_view line : split_lines(text)) {
    const std::string_view word = trim(line);
    if (word.empty() || word.front() == '#' || word.front() == ';') continue;
    if (word.front() == '[') {
      inside = word.back() == ']' && trim(word.substr(1, word.size() - 2)) == section;
      above.clear();
      continue;
    }
    const std::size_t equals = word.find('=');
    if (!inside || equals == std::string_view::npos) continue;
    std::string name = to_lower(trim(word.substr(0, equals)));
    const bool indented = line.front() == ' ' || line.front() == '\t';
    if (!indented) above = name;
    if (indented != !key.empty() || (indented && above != key)) continue;
    std::string_view value = trim(word.substr(equals + 1));
    if (const std::size_t comment = value.find(" #"); comment != std::string_view::npos)
      value = trim(value.substr(0, comment));
    profile[std::move(name)] = value;
  }
  return profile;
}

}  // namespace

AwsProfile read_aws_section(std::string_view text, std::string_view section) { return read_lines(text, section, {}); }

AwsProfile read_aws_nested(std::string_view text, std::string_view section, std::string_view key) {
  return key.empty() ? AwsProfile() : read_lines(text, section, key);
}

AwsFiles::AwsFiles(const Environment& env)
    : config_(find_text(env, "AWS_CONFIG_FILE", "config")),
      credentials_(find_text(env, "AWS_SHARED_CREDENTIALS_FILE", "credentials")) {}

AwsProfile AwsFiles::profile(std::string_view name) const {
  AwsProfile profile = profile_in_config(name);
  for (auto& [key, value] : profile_in_credentials(name)) profile[key] = value;
  return profile;
}

AwsProfile AwsFiles::profile_in_credentials(std::string_view name) const {
  return read_aws_section(credentials_, name);
}

AwsProfile AwsFiles::profile_in_config(std::string_view name) const {
  return read_aws_section(config_, name == "default" ? std::string(name) : "profile " + std::string(name));
}

AwsProfile AwsFiles::sso_session(std::string_view name) const {
  return read_aws_section(config_, "sso-session " + std::string(name));
}

std::string AwsFiles::service_endpoint(std::string_view services, std::string_view service) const {
  const AwsProfile keys = read_aws_nested(config_, "services " + std::string(services), service);
  const auto it = keys.find("endpoint_url");
  return it == keys.end() ? std::string() : it->second;
}

}  // namespace mlo
