#include "lib/pipeline/reason.hpp"

#include <fmt/format.h>

#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

template <class Map, class Added, class Removed, class Both>
void walk_maps(const Map& before, const Map& now, const Added& added, const Removed& removed, const Both& both) {
  auto a = before.begin();
  auto b = now.begin();
  while (a != before.end() || b != now.end()) {
    if (b == now.end() || (a != before.end() && a->first < b->first)) {
      removed(a->first, a->second);
      ++a;
    } else if (a == before.end() || b->first < a->first) {
      added(b->first, b->second);
      ++b;
    } else {
      both(a->first, a->second, b->second);
      ++a, ++b;
    }
  }
}

std::string path_text(const LockedPath& at) {
  return at.directory ? fmt::format("{} ({})", at.id.brief(), count_of(at.files, "file")) : at.id.brief();
}

/// Of two mappings only the members that differ, each by its dotted name.
void compare_values(const std::string& name, const Value& before, const Value& now, std::vector<Reason>& out) {
  if (before == now) return;
  if (!before.is(Value::Type::object) || !now.is(Value::Type::object)) {
    out.push_back({ReasonKind::param_changed, name, display(before), display(now)});
    return;
  }
  const auto dotted = [&](const std::string& key) {
    return name.empty() || name.back() == ':' ? name + key : name + "." + key;
  };
  for (const auto& [key, value] : before.members()) {
    if (const Value* other = now.find(key)) {
      compare_values(dotted(key), value, *other, out);
    } else {
      out.push_back({ReasonKind::param_removed, dotted(key), display(value), ""});
    }
  }
  for (const auto& [key, value] : now.members()) {
    if (before.find(key) == nullptr) out.push_back({ReasonKind::param_added, dotted(key), "", display(value)});
  }
}

void compare_params(const StageLock& before, const StageLock& now, std::vector<Reason>& out) {
  const auto full = [](const std::string& file, const std::string& key) {
    return file == "params.yaml" ? key : fmt::format("{}:{}", file, key);
  };
  using Keys = std::map<std::string, Value>;
  const auto each = [&](const std::string& file, const Keys& old_keys, const Keys& new_keys) {
    walk_maps(
        old_keys, new_keys,
        [&](const std::string& key, const Value& value) {
          out.push_back({ReasonKind::param_added, full(file, key), "", display(value)});
        },
        [&](const std::string& key, const Value& value) {
          out.push_back({ReasonKind::param_removed, full(file, key), display(value), ""});
        },
        [&](const std::string& key, const Value& a, const Value& b) { compare_values(full(file, key), a, b, out); });
  };
  walk_maps(
      before.params, now.params, [&](const std::string& file, const Keys& keys) { each(file, {}, keys); },
      [&](const std::string& file, const Keys& keys) { each(file, keys, {}); }, each);
}

std::string flags_text(const LockedOutput& output) {
  return fmt::format("{}{}{}", output.content.path, output.cache ? "" : " (cache: false)",
                     output.persist ? " (persist: true)" : "");
}

std::string outputs_text(const StageLock& stage) {
  std::vector<std::string> parts;
  for (const LockedOutput& output : stage.outputs) parts.push_back(flags_text(output));
  return parts.empty() ? "none" : join(parts, ", ");
}

}  // namespace

std::string_view to_string(ReasonKind kind) {
  switch (kind) {
    case ReasonKind::never_ran:
      return "never-ran";
    case ReasonKind::command:
      return "command";
    case ReasonKind::wdir:
      return "wdir";
    case ReasonKind::dep_changed:
      return "dep-changed";
    case ReasonKind::dep_added:
      return "dep-added";
    case ReasonKind::dep_removed:
      return "dep-removed";
    case ReasonKind::dep_missing:
      return "dep-missing";
    case ReasonKind::param_changed:
      return "param-changed";
    case ReasonKind::param_added:
      return "param-added";
    case ReasonKind::param_removed:
      return "param-removed";
    case ReasonKind::param_missing:
      return "param-missing";
    case ReasonKind::env_changed:
      return "env-changed";
    case ReasonKind::deterministic_changed:
      return "deterministic-changed";
    case ReasonKind::output_missing:
      return "output-missing";
    case ReasonKind::output_changed:
      return "output-changed";
    case ReasonKind::outputs_declared:
      return "outputs-declared";
    case ReasonKind::upstream:
      return "upstream";
    case ReasonKind::always:
      return "always";
    case ReasonKind::forced:
      return "forced";
  }
  return "unknown";
}

std::string describe(const Reason& r) {
  switch (r.kind) {
    case ReasonKind::never_ran:
      return "it has never run";
    case ReasonKind::command:
      if (r.before.empty() && r.after.empty()) return "command changed where it has a secret";
      return fmt::format("command changed: `{}` -> `{}`", r.before, r.after);
    case ReasonKind::wdir:
      return fmt::format("working directory changed: `{}` -> `{}`", r.before, r.after);
    case ReasonKind::dep_changed:
      return fmt::format("dependency `{}` changed: {} -> {}", r.subject, r.before, r.after);
    case ReasonKind::dep_added:
      return fmt::format("dependency `{}` added: {}", r.subject, r.after);
    case ReasonKind::dep_removed:
      return fmt::format("dependency `{}` removed: was {}", r.subject, r.before);
    case ReasonKind::dep_missing:
      return fmt::format("dependency `{}` does not exist", r.subject);
    case ReasonKind::param_changed:
      return fmt::format("parameter `{}` changed: {} -> {}", r.subject, r.before, r.after);
    case ReasonKind::param_added:
      return fmt::format("parameter `{}` added: {}", r.subject, r.after);
    case ReasonKind::param_removed:
      return fmt::format("parameter `{}` removed: was {}", r.subject, r.before);
    case ReasonKind::param_missing:
      return fmt::format("parameter `{}` does not exist", r.subject);
    case ReasonKind::env_changed:
      return fmt::format("environment `{}` changed: {} -> {}", r.subject, r.before, r.after);
    case ReasonKind::deterministic_changed:
      return fmt::format("`deterministic` changed: {} -> {}", r.before, r.after);
    case ReasonKind::output_missing:
      return fmt::format("output `{}` is missing", r.subject);
    case ReasonKind::output_changed:
      return fmt::format("output `{}` is not what the last run wrote: {} -> {}", r.subject, r.before, r.after);
    case ReasonKind::outputs_declared:
      return fmt::format("declared outputs changed: {} -> {}", r.before, r.after);
    case ReasonKind::upstream:
      return fmt::format("stage `{}` {} first", r.subject, r.after.empty() ? "runs" : "comes from the cache");
    case ReasonKind::always:
      return "it always runs";
    case ReasonKind::forced:
      return "--force";
  }
  return {};
}

std::vector<Reason> compare_inputs(const StageLock& before, const StageLock& now) {
  std::vector<Reason> out;
  if (before.commands != now.commands)
    out.push_back({ReasonKind::command, "", join(before.commands, "; "), join(now.commands, "; ")});
  if (before.wdir != now.wdir) {
    const auto shown = [](const std::string& dir) { return dir.empty() ? "." : dir; };
    out.push_back({ReasonKind::wdir, "", shown(before.wdir), shown(now.wdir)});
  }
  using Deps = std::map<std::string, const LockedPath*>;
  const auto deps_of = [](const StageLock& stage) {
    Deps deps;
    for (const LockedPath& dep : stage.deps) deps.emplace(dep.path, &dep);
    return deps;
  };
  walk_maps(
      deps_of(before), deps_of(now),
      [&](const std::string& path, const LockedPath* dep) {
        out.push_back({ReasonKind::dep_added, path, "", path_text(*dep)});
      },
      [&](const std::string& path, const LockedPath* dep) {
        out.push_back({ReasonKind::dep_removed, path, path_text(*dep), ""});
      },
      [&](const std::string& path, const LockedPath* a, const LockedPath* b) {
        if (!(*a == *b)) out.push_back({ReasonKind::dep_changed, path, path_text(*a), path_text(*b)});
      });
  compare_params(before, now, out);
  const auto unset = [](const std::string& name, const std::string& a, const std::string& b) {
    return Reason{ReasonKind::env_changed, name, a, b};
  };
  walk_maps(
      before.env, now.env,
      [&](const std::string& name, const std::string& value) { out.push_back(unset(name, "(unset)", value)); },
      [&](const std::string& name, const std::string& value) { out.push_back(unset(name, value, "(unset)")); },
      [&](const std::string& name, const std::string& a, const std::string& b) {
        if (a != b) out.push_back(unset(name, a, b));
      });
  if (before.deterministic != now.deterministic)
    out.push_back({ReasonKind::deterministic_changed, "", fmt::to_string(before.deterministic),
                   fmt::to_string(now.deterministic)});
  if (outputs_text(before) != outputs_text(now))
    out.push_back({ReasonKind::outputs_declared, "", outputs_text(before), outputs_text(now)});
  return out;
}

}  // namespace mlo
