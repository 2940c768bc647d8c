#include "lib/pipeline/stage_reader.hpp"

#include <cmath>

#include "lib/bounds/ledger.hpp"
#include "lib/codec/reader.hpp"
#include "lib/manifest/names.hpp"
#include "lib/pipeline/interpolate.hpp"
#include "lib/util/fs.hpp"
#include "lib/util/secrets.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr const char* kOutputFlags[] = {"cache", "persist", "remote", "push",      "desc",
                                        "type",  "labels",  "meta",   "checkpoint"};
/// Not for a stage to write: mlo reads them when it is over, or git does.
constexpr std::string_view kOwnFiles[] = {"mlo.yaml",   "mlo.lock",   "dvc.yaml",       "dvc.lock",
                                          ".gitignore", ".mloignore", ".gitattributes", ".gitmodules"};
constexpr const char* kPlotFlags[] = {"template", "x", "y", "x_label", "y_label", "title", "header"};

class StageReader {
 public:
  StageReader(std::string name, const Value& body, const StageOrigin& origin)
      : origin_(origin), body_(body), what_(fmt::format("stage `{}`", name)), reader_(body, origin.file, what_) {
    stage_.name = std::move(name);
    stage_.mark = body.mark();
  }

  Stage read() {
    stage_.wdir = origin_.dir;
    if (const Value* wdir = reader_.find("wdir"); wdir != nullptr && !wdir->is_null()) {
      const std::string typed = text(*wdir, "`wdir`");
      const std::string joined = (fs::path(origin_.dir) / typed).lexically_normal().generic_string();
      stage_.wdir = joined == "." || joined == "./" || joined.empty()
                        ? ""
                        : resolve_stage_path(typed, origin_.dir, origin_.file, *wdir);
    }
    commands();
    for (const Value& dep : list("deps")) stage_.deps.push_back(path(dep, StagePathUse::read));
    for (const Value& entry : list("params")) params(entry);
    outputs("outs", OutputKind::out);
    outputs("metrics", OutputKind::metric);
    outputs("plots", OutputKind::plot);
    stage_.frozen = reader_.boolean_or("frozen", false);
    stage_.always_changed = reader_.boolean_or("always_changed", false);
    stage_.description = reader_.string_or("desc", "");
    extras();
    sort_unique(stage_.deps);
    sort_unique(stage_.params);
    std::sort(stage_.outputs.begin(), stage_.outputs.end(),
              [](const Output& a, const Output& b) { return a.path < b.path; });
    return std::move(stage_);
  }

 private:
  template <class T>
  static void sort_unique(std::vector<T>& items) {
    std::sort(items.begin(), items.end());
    items.erase(std::unique(items.begin(), items.end()), items.end());
  }

  [[noreturn]] void fail(const Value& at, const std::string& message) const { fail_at(origin_.file, at, message); }

  std::string text(const Value& value, std::string_view what) const {
    if (!value.is_scalar() || value.is_null())
      fail(value, fmt::format("{} of {} must be text, not {}", what, what_, type_name(value.type())));
    return scalar_text(value);
  }

  std::string path(const Value& value, StagePathUse use) const {
    return resolve_stage_path(text(value, "a path"), stage_.wdir, origin_.file, value, use);
  }

  const std::vector<Value>& list(std::string_view key) {
    static const std::vector<Value> kNone;
    const Value* value = reader_.find(key);
    if (value == nullptr || value->is_null()) return kNone;
    if (!value->is(Value::Type::array))
      fail(*value, fmt::format("`{}` of {} must be a list, not {}", key, what_, type_name(value->type())));
    return value->items();
  }

  void commands() {
    const Value& cmd = reader_.require("cmd");
    if (cmd.is(Value::Type::array)) {
      for (const Value& item : cmd.items()) stage_.commands.push_back(text(item, "`cmd`"));
    } else {
      const std::string lines = text(cmd, "`cmd`");
      for (const std::string_view line : split_lines(lines)) stage_.commands.emplace_back(line);
    }
    std::erase_if(stage_.commands, [](const std::string& command) { return trim(command).empty(); });
    for (const std::string& command : stage_.commands) {
      if (command.find('\0') != std::string::npos) fail(cmd, fmt::format("`cmd` of {} holds a NUL", what_));
    }
    if (stage_.commands.empty()) fail(cmd, fmt::format("`cmd` of {} is empty", what_));
  }

  std::string param_file(std::string_view typed, const Value& at) const {
    return resolve_stage_path(typed, stage_.wdir, origin_.file, at);
  }

  void params(const Value& entry) {
    if (!entry.is(Value::Type::object)) {
      stage_.params.push_back({param_file("params.yaml", entry), text(entry, "a parameter")});
      return;
    }
    for (const auto& [file, keys] : entry.members()) {
      const std::string resolved = param_file(file, keys.is_null() ? entry : keys);
      if (keys.is_null()) {
        stage_.params.push_back({resolved, ""});
        continue;
      }
      if (!keys.is(Value::Type::array)) fail(keys, fmt::format("parameters of `{}` must be a list", file));
      for (const Value& key : keys.items()) stage_.params.push_back({resolved, text(key, "a parameter")});
      if (keys.items().empty()) stage_.params.push_back({resolved, ""});
    }
  }

  void outputs(std::string_view key, OutputKind kind) {
    for (const Value& entry : list(key)) {
      if (!entry.is(Value::Type::object)) {
        add_output({path(entry, StagePathUse::write), kind}, entry);
        continue;
      }
      for (const auto& [typed, flags] : entry.members()) {
        Output output{resolve_stage_path(typed, stage_.wdir, origin_.file, flags.is_null() ? entry : flags), kind};
        // DVC lets one plots file carry several sets of plot properties.
        if (flags.is(Value::Type::array) && kind == OutputKind::plot) {
          for (const Value& set : flags.items()) read_flags(set, output);
        } else if (!flags.is_null()) {
          read_flags(flags, output);
        }
        add_output(std::move(output), entry);
      }
    }
  }

  void read_flags(const Value& value, Output& output) const {
    ObjectReader flags(value, origin_.file, fmt::format("output `{}`", output.path));
    for (const char* key : kOutputFlags) flags.find(key);
    if (output.kind == OutputKind::plot) {
      for (const char* key : kPlotFlags) flags.find(key);
    }
    output.cache = flags.boolean_or("cache", output.cache);
    output.persist = flags.boolean_or("persist", output.persist);
    flags.finish();
  }

  void add_output(Output output, const Value& at) {
    for (const Output& other : stage_.outputs) {
      if (other.path == output.path) fail(at, fmt::format("{} names the output `{}` twice", what_, output.path));
    }
    stage_.outputs.push_back(std::move(output));
  }

  void extras() {
    const Value* meta = reader_.find("meta");
    const Value* mlo = meta != nullptr && meta->is(Value::Type::object) ? meta->find("mlo") : nullptr;
    if (origin_.dvc && mlo == nullptr) return;
    ObjectReader extra(origin_.dvc ? *mlo : body_, origin_.file, what_);
    for (const auto& [name, value] : extra.object("env")) {
      if (name.empty() || name.find_first_of(std::string_view("=\0", 2)) != std::string::npos) {
        fail(value, fmt::format("`{}` cannot name an environment variable", printable(name)));
      }
      variable(name, value);
    }
    if (const Value* timeout = extra.find("timeout")) stage_.timeout = duration(*timeout, "timeout");
    stage_.deterministic = extra.boolean_or("deterministic", false);
    if (extra.find("tolerance") != nullptr) stage_.tolerance = extra.number("tolerance");
    if (!(stage_.tolerance >= 0 && stage_.tolerance < 1))
      extra.fail("tolerance", "`tolerance` must be at least 0 and below 1");
    if (const Value* retries = extra.find("retries")) read_retries(*retries);
    if (const Value* found = extra.find("resources"))
      read_resources(*found, origin_.file, fmt::format("`resources` of {}", what_), stage_.resources);
    mutexes(extra);
    if (extra.find("trace") != nullptr) stage_.trace = extra.on_off_or("trace", true);
    stage_.strict = extra.boolean_or("strict", false);
    stage_.sandbox = extra.boolean_or("sandbox", false);
  }

  void variable(const std::string& name, const Value& value) {
    const bool inherited = value.is_null(), secret = is_secret_name(name);
    stage_.inherits_env |= inherited && !secret;
    const auto set = inherited ? find_env(origin_.env, name) : text(value, "`env`");
    if (set) stage_.env[name] = *set;
    if (set || secret) stage_.recorded_env[name] = env_without_secrets(name, set.value_or(""));
  }

  void mutexes(ObjectReader& extra) {
    const Value* const found = extra.find("mutex");
    if (found == nullptr) return;
    stage_.mutexes = extra.strings("mutex", /*allow_single=*/true);
    sort_unique(stage_.mutexes);
    if (stage_.mutexes.size() > kMaxMutexes)
      fail(*found, fmt::format("{} has {} mutexes, at most {}", what_, stage_.mutexes.size(), kMaxMutexes));
    for (const std::string& name : stage_.mutexes) {
      if (!is_name(name)) fail(*found, fmt::format("`{}` is not a name of a mutex", printable(name)));
    }
  }

  void read_retries(const Value& value) {
    Retries& retries = stage_.retries;
    const auto number = [&](const Value& at, std::string_view key, std::int64_t least, std::int64_t most) {
      if (!at.is(Value::Type::integer) || at.as_int() < least || at.as_int() > most)
        fail(at, fmt::format("`{}` of {} must be a whole number from {} to {}", key, what_, least, most));
      return static_cast<int>(at.as_int());
    };
    if (!value.is(Value::Type::object)) {
      retries.limit = number(value, "retries", 0, 100);
      return;
    }
    ObjectReader reader(value, origin_.file, fmt::format("`retries` of {}", what_));
    retries.limit = number(reader.require("limit"), "limit", 0, 100);
    if (const Value* delay = reader.find("delay")) retries.delay = duration(*delay, "delay");
    if (const Value* backoff = reader.find("backoff")) {
      const bool is_number = backoff->is(Value::Type::integer) || backoff->is(Value::Type::real);
      if (is_number) retries.backoff = backoff->as_number();
      if (!is_number || !(retries.backoff >= 1 && retries.backoff <= 100))
        fail(*backoff, fmt::format("`backoff` of {} must be a number from 1 to 100", what_));
    }
    if (const Value* codes = reader.find("exit_codes")) {
      if (!codes->is(Value::Type::array)) fail(*codes, fmt::format("`exit_codes` of {} must be a list", what_));
      for (const Value& code : codes->items()) retries.exit_codes.insert(number(code, "exit_codes", 1, 255));
    }
    reader.finish();
  }

  std::chrono::milliseconds duration(const Value& value, std::string_view key) const {
    const std::string spelled = text(value, fmt::format("`{}`", key));
    const auto parsed = parse_duration(spelled);
    if (!parsed || *parsed < std::chrono::milliseconds(1) || *parsed > std::chrono::days(366)) {
      fail(value,
           fmt::format("cannot read the {} `{}`: expected seconds, or a number with s, m, h or d", key, spelled));
    }
    return std::chrono::round<std::chrono::milliseconds>(*parsed);
  }

  const StageOrigin& origin_;
  const Value& body_;
  std::string what_;
  ObjectReader reader_;
  Stage stage_;
};

}  // namespace

std::string resolve_stage_path(std::string_view typed, const std::string& dir, const std::string& file, const Value& at,
                               StagePathUse use) {
  if (typed.empty()) fail_at(file, at, "a path is empty");
  if (typed.find("://") != std::string_view::npos)
    fail_at(file, at, fmt::format("`{}` is remote; a stage reads and writes local paths", typed));
  if (typed.front() == '/') fail_at(file, at, fmt::format("`{}` is absolute; paths of stages are relative", typed));
  std::string path = (fs::path(dir) / typed).lexically_normal().generic_string();
  while (!path.empty() && path.back() == '/') path.pop_back();
  if (path == ".." || path.starts_with("../")) fail_at(file, at, fmt::format("`{}` leaves the repository", typed));
  if (path == "." || path.empty())
    fail_at(file, at, fmt::format("`{}` is the whole repository; name what is in it", typed));
  const std::string_view name = std::string_view(path).substr(path.rfind('/') + 1);
  if (use == StagePathUse::write && std::find(std::begin(kOwnFiles), std::end(kOwnFiles), name) != std::end(kOwnFiles))
    fail_at(file, at, fmt::format("`{}` cannot be an output: it is mlo's or git's own", typed));
  const bool in_mlo = lies_in(path, ".mlo");
  const bool written_by_people = lies_in(path, ".mlo/features") || lies_in(path, ".mlo/gates");
  if (!is_safe_relative(path) || printable(path) != path ||
      (in_mlo && !(written_by_people && use == StagePathUse::read))) {
    fail_at(file, at, fmt::format("`{}` cannot be a path of a stage", printable(typed)));
  }
  return path;
}

Stage read_stage(std::string name, const Value& body, const StageOrigin& origin) {
  return StageReader(std::move(name), body, origin).read();
}

}  // namespace mlo
