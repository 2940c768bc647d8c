#include "lib/workspace/hooks.hpp"

#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

struct Use {
  std::string_view name, purpose;
  bool may_refuse;  ///< git stops when it fails
};

constexpr Use kUses[] = {
    {"pre-commit", "refuses commits whose data is not in the store", true},
    {"post-checkout", "tells which data differs from what was checked out, or brings it", false},
    {"post-merge", "tells which data differs from what was merged, or brings it", false},
    {"pre-push", "pushes the data first that the pushed commits name", true},
};
constexpr std::string_view kMark = "# made by `mlo hooks install`; `mlo hooks uninstall` removes it";

std::string script_for(const Use& use, const fs::path& executable) {
  return fmt::format("#!/bin/sh\n{}\nmlo={}\n[ -x \"$mlo\" ] || mlo=mlo\n{}\"$mlo\" hooks run {} \"$@\"{}\n", kMark,
                     shell_quote(executable.string()), use.may_refuse ? "exec " : "", use.name,
                     use.may_refuse ? "" : " || :");
}

HookState state_of(const fs::path& file, std::string_view name) {
  if (!find_stat(file)) return HookState::absent;
  // A link into somebody's tree, or a compiled hook, is the user's whatever it says.
  const std::string text = find_stat(file)->kind == FileKind::file ? find_file(file).value_or("") : "";
  if (text.find(kMark) != std::string::npos) return HookState::installed;
  return text.find(fmt::format("mlo hooks run {}", name)) != std::string::npos ? HookState::chained
                                                                               : HookState::foreign;
}

}  // namespace

std::string_view to_string(HookState state) {
  switch (state) {
    case HookState::absent:
      return "absent";
    case HookState::installed:
      return "installed";
    case HookState::chained:
      return "chained";
    case HookState::foreign:
      return "foreign";
  }
  return "";
}

fs::path hooks_dir(const Workspace& workspace) {
  std::string configured = workspace.repo().config("core.hooksPath").value_or("");
  if (configured.starts_with("~/")) {
    configured.replace(0, 1, find_env(workspace.world().env, "HOME").value_or("~"));
  }
  return configured.empty() ? workspace.repo().common_dir() / "hooks" : absolute_in(workspace.root(), configured);
}

std::vector<Hook> list_hooks(const Workspace& workspace) {
  std::vector<Hook> hooks;
  for (const Use& use : kUses) {
    const fs::path file = hooks_dir(workspace) / use.name;
    hooks.push_back({std::string(use.name), std::string(use.purpose), file, state_of(file, use.name),
                     fmt::format("mlo hooks run {} \"$@\" || {}", use.name, use.may_refuse ? "exit 1" : ":")});
  }
  return hooks;
}

std::vector<Hook> install_hooks(const Workspace& workspace, const fs::path& executable) {
  const fs::path dir = hooks_dir(workspace);
  if (!relative_to(workspace.root(), dir) && !relative_to(workspace.repo().common_dir(), dir)) {
    throw Error(ErrorKind::config,
                fmt::format("cannot install hooks in `{}`: core.hooksPath leads out of this repository", dir.string()))
        .hint(fmt::format("git config --local core.hooksPath {}",
                          shell_quote((workspace.repo().common_dir() / "hooks").string())));
  }
  std::vector<Hook> hooks = list_hooks(workspace);
  for (std::size_t i = 0; i < hooks.size(); ++i) {
    if (hooks[i].state != HookState::absent && hooks[i].state != HookState::installed) continue;
    write_file(hooks[i].file, script_for(kUses[i], executable), Durability::durable, 0755);
    hooks[i].state = HookState::installed;
  }
  return hooks;
}

std::vector<Hook> uninstall_hooks(const Workspace& workspace) {
  std::vector<Hook> hooks = list_hooks(workspace);
  std::erase_if(hooks, [](const Hook& hook) { return hook.state != HookState::installed; });
  for (Hook& hook : hooks) {
    remove_file(hook.file);
    hook.state = HookState::absent;
  }
  return hooks;
}

}  // namespace mlo
