#include "lib/pipeline/expand.hpp"

#include <set>

#include "lib/codec/reader.hpp"
#include "lib/pipeline/interpolate.hpp"
#include "lib/pipeline/stage_reader.hpp"
#include "lib/util/fs.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::size_t kMaxStages = 200'000;

class Expander {
 public:
  Expander(const PipelineSpec& spec, ParamFiles& files, const Environment& env)
      : spec_(spec), files_(files), origin_{spec.file, spec.dir, fs::path(spec.file).filename() == "dvc.yaml", env} {}

  std::vector<Stage> all() {
    const std::string defaults = spec_.dir.empty() ? "params.yaml" : spec_.dir + "/params.yaml";
    if (const Value* params = files_.find(defaults)) vars_ = *params;
    for (const Value& entry : spec_.vars) load_vars(entry, spec_.dir, vars_);
    for (const StageDefinition& definition : spec_.stages) {
      if (definition.foreach) {
        each(definition);
      } else if (!definition.matrix.empty()) {
        matrix(definition);
      } else {
        add(definition.name, definition.body, Scope{vars_});
      }
    }
    return std::move(stages_);
  }

 private:
  /// As in DVC: what `vars` say is taken as it stands, so a variable in it would reach a command unfilled.
  void refuse_interpolation(const Value& value, const std::string& name) const {
    const auto refuse = [&](std::string_view text) {
      if (!has_interpolation(text)) return;
      throw Error(ErrorKind::invalid, fmt::format("{}:{}:{}: `vars` cannot use variables: `{}` in `{}`", spec_.file,
                                                  value.mark().line, value.mark().column, printable(text), name))
          .hint("write the value itself, or `\\${..}` for the text `${..}`; commands and paths can use variables");
    };
    if (value.is(Value::Type::string)) refuse(value.as_string());
    if (value.is(Value::Type::array)) {
      for (const Value& item : value.items()) refuse_interpolation(item, name);
    }
    if (!value.is(Value::Type::object)) return;
    for (const auto& [key, member] : value.members()) {
      refuse(key);
      refuse_interpolation(member, name.empty() ? key : name + "." + key);
    }
  }

  /// Adds a file (`name.yaml`, or `name.yaml:key,key`) or an inline mapping to `into`.
  void load_vars(const Value& entry, const std::string& dir, Value& into) {
    if (entry.is(Value::Type::object)) {
      refuse_interpolation(entry, "");
      return merge(entry, entry, "", into);
    }
    if (!entry.is(Value::Type::string)) fail_at(spec_.file, entry, "an entry of `vars` is a file name or a mapping");
    const std::string& typed = entry.as_string();
    const std::size_t colon = typed.find(':');
    const std::string file = resolve_stage_path(std::string_view(typed).substr(0, colon), dir, spec_.file, entry);
    const Value* loaded = files_.find(file);
    if (loaded == nullptr) fail_at(spec_.file, entry, fmt::format("no variables file `{}`", file));
    if (colon == std::string::npos) return merge(*loaded, entry, "", into);
    Value chosen = Value::object();
    for (const std::string_view key : split(std::string_view(typed).substr(colon + 1), ',')) {
      const Value* value = loaded->find(trim(key));
      if (value == nullptr) fail_at(spec_.file, entry, fmt::format("no `{}` in variables file `{}`", trim(key), file));
      chosen.set(trim(key), *value);
    }
    merge(chosen, entry, "", into);
  }

  void merge(const Value& from, const Value& at, const std::string& prefix, Value& into) {
    for (const auto& [key, value] : from.members()) {
      Value* old = into.find(key);
      if (old == nullptr) {
        into.set(key, value);
      } else if (old->is(Value::Type::object) && value.is(Value::Type::object)) {
        merge(value, at, prefix + key + ".", *old);
      } else if (!(*old == value)) {
        fail_at(spec_.file, at, fmt::format("variable `{}{}` is defined twice with different values", prefix, key));
      }
    }
  }

  void each(const StageDefinition& definition) {
    const Value items = interpolate(*definition.foreach, Scope{vars_}, spec_.file);
    std::set<std::string> seen;
    const auto one = [&](const std::string& key, const Value& item, bool named) {
      if (seen.insert(key).second)
        add(definition.name + "@" + key, definition.body, Scope{vars_, &item, named ? &key : nullptr});
    };
    if (items.is(Value::Type::object)) {
      for (const auto& [key, item] : items.members()) one(key, item, true);
    } else if (items.is(Value::Type::array)) {
      const bool composite =
          std::any_of(items.items().begin(), items.items().end(), [](const Value& v) { return !v.is_scalar(); });
      for (std::size_t i = 0; i < items.items().size(); ++i) {
        one(composite ? std::to_string(i) : scalar_text(items.items()[i]), items.items()[i], false);
      }
    } else {
      fail_at(spec_.file, *definition.foreach,
              fmt::format("`foreach` of stage `{}` must be a list or a mapping, not {}", definition.name,
                          type_name(items.type())));
    }
  }

  void matrix(const StageDefinition& definition) {
    std::vector<std::pair<std::string, Value>> axes;
    for (const auto& [axis, list] : definition.matrix) {
      axes.emplace_back(axis, interpolate(list, Scope{vars_}, spec_.file));
      if (!axes.back().second.is(Value::Type::array)) {
        fail_at(spec_.file, list, fmt::format("matrix axis `{}` of stage `{}` must be a list", axis, definition.name));
      }
      if (axes.back().second.items().empty()) return;
    }
    std::set<std::string> seen;
    std::vector<std::size_t> at(axes.size(), 0);
    for (;;) {
      Value item = Value::object();
      std::string key;
      for (std::size_t i = 0; i < axes.size(); ++i) {
        const Value& value = axes[i].second.items()[at[i]];
        key += (i == 0 ? "" : "-") + (value.is_scalar() ? scalar_text(value) : axes[i].first + std::to_string(at[i]));
        item.set(axes[i].first, value);
      }
      if (seen.insert(key).second) add(definition.name + "@" + key, definition.body, Scope{vars_, &item, &key});
      std::size_t axis = axes.size();
      while (axis > 0 && ++at[axis - 1] == axes[axis - 1].second.items().size()) at[--axis] = 0;
      if (axis == 0) return;
    }
  }

  void add(const std::string& name, const Value& body, const Scope& scope) {
    if (stages_.size() == kMaxStages)
      fail_at(spec_.file, body, fmt::format("more than {} stages", format_count(kMaxStages)));
    if (!is_safe_relative(name) || printable(name) != name) {
      fail_at(spec_.file, body, fmt::format("`{}` cannot be the name of a stage", printable(name)));
    }
    if (body.find("vars") == nullptr) return interpolated(name, body, scope);
    Value vars = scope.vars;
    const Value* wdir = body.find("wdir");
    std::string dir = spec_.dir;
    if (wdir != nullptr && wdir->is(Value::Type::string)) {
      const std::string typed = scalar_text(interpolate(*wdir, scope, spec_.file));
      if (typed != "." && typed != "./") dir = resolve_stage_path(typed, spec_.dir, spec_.file, *wdir);
    }
    const Value& own = *body.find("vars");
    if (!own.is(Value::Type::array)) fail_at(spec_.file, own, fmt::format("`vars` of stage `{}` must be a list", name));
    for (const Value& entry : own.items()) load_vars(entry, dir, vars);
    interpolated(name, body, Scope{vars, scope.item, scope.key});
  }

  void interpolated(const std::string& name, const Value& body, const Scope& scope) {
    Value resolved = Value::object();
    for (const auto& [key, value] : body.members()) {
      if (key == "vars") continue;
      resolved.set(key, interpolate(value, scope, spec_.file, key == "cmd" ? Place::command : Place::value));
    }
    resolved.set_mark(body.mark());
    stages_.push_back(read_stage(name, resolved, origin_));
  }

  const PipelineSpec& spec_;
  ParamFiles& files_;
  StageOrigin origin_;
  Value vars_ = Value::object();
  std::vector<Stage> stages_;
};

}  // namespace

std::vector<Stage> expand(const PipelineSpec& spec, ParamFiles& files, const Environment& env) {
  return Expander(spec, files, env).all();
}

}  // namespace mlo
