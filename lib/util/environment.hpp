#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace mlo {

/// Environment variables, as a value: read once by cli/host.cpp, handed to children explicitly.
using Environment = std::map<std::string, std::string, std::less<>>;

inline std::optional<std::string> find_env(const Environment& env, std::string_view name) {
  const auto it = env.find(name);
  return it == env.end() ? std::nullopt : std::optional(it->second);
}

}  // namespace mlo
