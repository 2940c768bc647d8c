#include "lib/capture/command_facts.hpp"

#include "lib/capture/command_line.hpp"
#include "lib/capture/interpreter.hpp"
#include "lib/capture/packages.hpp"
#include "lib/crypto/sha256.hpp"
#include "lib/util/error.hpp"
#include "lib/util/process.hpp"
#include "lib/util/secrets.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::uint64_t kMostProgram = 1ULL << 30U;
constexpr std::string_view kPackages = "packages.";
/// Where distributions put R's packages.
constexpr const char* kRLibraries[] = {
    "/usr/local/lib/R/site-library", "/usr/lib/R/site-library",  "/usr/lib/R/library",
    "/usr/lib64/R/library",          "/usr/local/lib/R/library", "/opt/R/library"};

/// The program again, wherever a stage's environment would make it another.
std::string key_of(const std::string& program, const fs::path& cwd, const Environment& env) {
  std::string key = program + '\n' + cwd.string() + '\n';
  for (const auto& [name, value] : env) {
    if (name == "PATH" || name == "HOME" || name == "VIRTUAL_ENV" || name == "CONDA_PREFIX" ||
        name.starts_with("PYTHON") || name.starts_with("PYENV") || name.starts_with("R_LIBS"))
      key += name + '=' + value + '\n';
  }
  return key;
}

}  // namespace

CommandFacts::CommandFacts(Workspace& workspace) : workspace_(workspace) {}

FactMap CommandFacts::facts_of(const std::vector<std::string>& lines, const fs::path& cwd, const Environment& env) {
  FactMap out;
  const std::lock_guard lock(mutex_);
  const Place place{cwd, env};
  for (const std::string& line : lines) {
    const StartedPrograms started = started_programs(line);
    for (const std::string& program : started.programs) {
      for (const auto& [name, value] : known(program, place)) out.emplace(name, value);
    }
    for (const std::string& image : started.images) {
      std::string& images = out["container.runs"];
      if (is_utf8(image))
        images += (images.empty() ? "" : " ") + printable(text_without_secrets(image, TextKind::plain));
    }
  }
  std::erase_if(out, [](const auto& fact) { return fact.second.empty(); });
  return out;
}

FactMap CommandFacts::facts_of_program(const std::vector<std::string>& words, const fs::path& cwd,
                                       const Environment& env) {
  std::vector<std::string> quoted;
  for (const std::string& word : words) quoted.push_back(shell_quote(word));
  return facts_of({join(quoted, " ")}, cwd, env);
}

const FactMap& CommandFacts::known(const std::string& program, const Place& place) {
  const std::string key = key_of(program, place.cwd, place.env);
  const auto it = known_.find(key);
  return it != known_.end() ? it->second : known_.emplace(key, look(program, place)).first->second;
}

FactMap CommandFacts::look(const std::string& program, const Place& place) {
  FactMap facts;
  try {
    const auto found = find_program(program, place.env);
    if (found) look_at(program, absolute_in(place.cwd, *found), place, 0, facts);
  } catch (const Error& error) {
    workspace_.world().log.warn(
        fmt::format("what `{}` is cannot be recorded: {}", printable(program), error.message()));
  }
  return facts;
}

void CommandFacts::look_at(const std::string& typed, const fs::path& file, const Place& place, unsigned depth,
                           FactMap& facts) {
  std::error_code code;
  const fs::path real = fs::canonical(file, code);
  if (code || !fs::is_regular_file(real, code)) return;
  const std::string name = typed.substr(typed.rfind('/') + 1);
  if (!is_utf8(name) || !is_utf8(real.string()) || printable(name) != name) return;
  if (is_python_name(name)) return add_python(name, file, place, facts);
  if (name == "R" || name == "Rscript") add_r(place, facts);
  // What lies in the repository is code, and captured as such.
  if (!relative_to(workspace_.root(), real)) facts["program." + name] = digest_of(real) + " " + real.string();
  const auto interpreter = script_interpreter(real);
  if (!interpreter || depth > 2) return;
  const auto found = find_program(*interpreter, place.env);
  if (found) look_at(*interpreter, absolute_in(place.cwd, *found), place, depth + 1, facts);
}

void CommandFacts::add_python(const std::string& name, const fs::path& file, const Place& place, FactMap& facts) {
  const auto python = ask_python(file, place.cwd, place.env, workspace_.local() / "cache");
  std::error_code code;
  const fs::path real = fs::canonical(python ? python->executable : file, code);
  if (code || !is_utf8(real.string())) return;
  facts["program." + name] = digest_of(real) + " " + real.string();
  if (!python || facts.contains("interpreter.python")) return;
  facts["interpreter.python"] = python->version;
  add_packages("python", emit_packages(python_packages(python->path)), facts);
  for (const fs::path& prefix : {python->prefix, python->base_prefix}) {
    if (!facts.contains("packages.conda")) add_packages("conda", emit_packages(conda_packages(prefix)), facts);
  }
}

void CommandFacts::add_r(const Place& place, FactMap& facts) {
  std::vector<fs::path> libraries;
  for (const char* variable : {"R_LIBS", "R_LIBS_USER", "R_LIBS_SITE"}) {
    const std::string listed = find_env(place.env, variable).value_or("");
    for (const std::string_view dir : split(listed, ':')) {
      if (!dir.empty()) libraries.push_back(absolute_in(place.cwd, fs::path(dir)));
    }
  }
  for (const char* dir : kRLibraries) libraries.emplace_back(dir);
  const PackageList found = r_packages(libraries);
  if (const auto base = found.find("base"); base != found.end())
    facts["interpreter.R"] = "R " + base->second;  // its own
  add_packages("R", emit_packages(found), facts);
}

/// The list itself is in the store, and with the record in git; a fact that names it costs a stage nothing.
void CommandFacts::add_packages(std::string_view kind, const std::string& text, FactMap& facts) {
  if (!text.empty()) facts[fmt::format("{}{}", kPackages, kind)] = workspace_.store().put(text).str();
}

std::string CommandFacts::digest_of(const fs::path& real) {
  const auto stat = find_stat(real);
  if (!stat || stat->size > kMostProgram) return "unknown";
  if (!digests_) digests_.emplace(workspace_.local() / "stat" / "programs.idx");
  if (const auto digest = digests_->find(real.string(), *stat)) return digest->str();
  const std::int64_t before = digests_->now();
  const Digest digest = sha256_file(real).digest;
  digests_->record(real.string(), *stat, digest, before);
  digests_->save(workspace_.world().clock.now());
  return digest.str();
}

std::map<std::string, Digest> package_lists(const EnvironmentFacts& environment) {
  std::map<std::string, Digest> out;
  for (auto it = environment.facts.lower_bound(std::string(kPackages));
       it != environment.facts.end() && it->first.starts_with(kPackages); ++it) {
    if (const auto id = Digest::parse(it->second)) out.emplace(it->first.substr(kPackages.size()), *id);
  }
  return out;
}

}  // namespace mlo
