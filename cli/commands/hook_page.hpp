#pragma once
#include "cli/context.hpp"
#include "lib/workspace/hooks.hpp"

// How `init --hooks` and the `hooks` commands show hooks.
namespace mlo::cli {

inline Value hooks_value(const std::vector<Hook>& hooks) {
  Value out = Value::array();
  for (const Hook& hook : hooks) {
    out.push(Value::object()
                 .set("name", hook.name)
                 .set("state", to_string(hook.state))
                 .set("file", hook.file.string())
                 .set("purpose", hook.purpose));
  }
  return out;
}

inline void hook_lines(Page& page, const Hook& hook) {
  const bool works = hook.state == HookState::installed || hook.state == HookState::chained;
  page.line({{fmt::format("{:<10}", to_string(hook.state)), works                              ? Style::good
                                                            : hook.state == HookState::foreign ? Style::warn
                                                                                               : Style::dim},
             {fmt::format("{:<14}", hook.name), Style::name},
             {hook.purpose}});
  if (hook.state == HookState::foreign)
    page.line(fmt::format("  yours is kept; to chain mlo to it, add: {}", hook.line));
}

}  // namespace mlo::cli
