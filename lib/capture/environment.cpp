#include "lib/capture/environment.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include "lib/crypto/sha256.hpp"
#include "lib/util/secrets.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::uint64_t kMostLockFile = 32U << 20U;

/// Which devices, how many threads, how precise, how exact to repeat.
constexpr const char* kVariables[] = {"BLIS_NUM_THREADS",
                                      "CONDA_DEFAULT_ENV",
                                      "CUBLAS_WORKSPACE_CONFIG",
                                      "CUDA_VISIBLE_DEVICES",
                                      "GOMAXPROCS",
                                      "HIP_VISIBLE_DEVICES",
                                      "JULIA_NUM_THREADS",
                                      "LC_ALL",
                                      "MKL_CBWR",
                                      "MKL_NUM_THREADS",
                                      "NUMEXPR_NUM_THREADS",
                                      "NVIDIA_TF32_OVERRIDE",
                                      "NVIDIA_VISIBLE_DEVICES",
                                      "OMP_NUM_THREADS",
                                      "OPENBLAS_CORETYPE",
                                      "OPENBLAS_NUM_THREADS",
                                      "POLARS_MAX_THREADS",
                                      "PYTHONHASHSEED",
                                      "RAYON_NUM_THREADS",
                                      "ROCR_VISIBLE_DEVICES",
                                      "TF_DETERMINISTIC_OPS",
                                      "TF_NUM_INTEROP_THREADS",
                                      "TF_NUM_INTRAOP_THREADS",
                                      "TZ",
                                      "VIRTUAL_ENV"};

constexpr const char* kLockFiles[] = {"Pipfile.lock",    "conda-lock.yml",    "conda.yaml",        "environment.yaml",
                                      "environment.yml", "pdm.lock",          "pixi.lock",         "poetry.lock",
                                      "renv.lock",       "requirements*.txt", "requirements.lock", "uv.lock"};

/// "model name" of /proc/cpuinfo and the digest of its flags: what can make the same code give other bits.
void add_cpu(const fs::path& root, FactMap& facts) {
  const std::string info = find_file(root / "proc/cpuinfo").value_or("");
  for (const std::string_view line : split_lines(info)) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
      if (!facts["cpu"].empty()) return;
      continue;
    }
    const std::string_view key = trim(line.substr(0, colon)), value = trim(line.substr(colon + 1));
    if (key == "model name" || key == "CPU part") facts["cpu"] = printable(value);
    if (key == "flags" || key == "Features") facts["cpu_flags"] = sha256(value).brief();
  }
}

/// "Debian GNU/Linux 12 (bookworm)".
std::string os_name(const fs::path& root) {
  constexpr std::string_view kKey = "PRETTY_NAME=";
  const std::string text = find_file(root / "etc/os-release").value_or("");
  for (const std::string_view line : split_lines(text)) {
    if (line.starts_with(kKey)) return printable(replace_all(line.substr(kKey.size()), "\"", ""));
  }
  return "";
}

}  // namespace

void add_machine_facts(const fs::path& root, FactMap& facts) {
  utsname name{};
  if (::uname(&name) == 0) {
    facts["kernel"] = fmt::format("{} {}", name.sysname, name.release);
    facts["machine"] = name.machine;
  }
  facts["os"] = os_name(root);
  add_cpu(root, facts);
  facts["cores"] = std::to_string(::sysconf(_SC_NPROCESSORS_ONLN));
  char libc[64] = "";
  if (::confstr(_CS_GNU_LIBC_VERSION, libc, sizeof libc) > 0) facts["libc"] = libc;
}

void add_lock_file_facts(const fs::path& dir, FactMap& facts) {
  for (const DirEntry& entry : list_dir(dir)) {
    const bool pins = entry.kind == FileKind::file &&
                      std::any_of(std::begin(kLockFiles), std::end(kLockFiles),
                                  [&](const char* pattern) { return glob_match(pattern, entry.name); });
    if (!pins) continue;
    const auto stat = find_stat(dir / entry.name);
    if (stat && stat->size <= kMostLockFile && is_utf8(entry.name))
      facts["lockfile." + entry.name] = sha256_file(dir / entry.name).digest.str();
  }
}

EnvironmentFacts capture_environment(const World& world, const fs::path& root) {
  EnvironmentFacts out;
  add_machine_facts(root, out.facts);
  add_gpu_facts(root, world.env, out.facts);
  add_container_facts(root, world.env, out.facts);
  for (const char* variable : kVariables) {
    if (const auto value = find_env(world.env, variable); value && is_utf8(*value))
      out.facts[fmt::format("env.{}", variable)] = printable(env_without_secrets(variable, *value));
  }
  std::erase_if(out.facts, [](const auto& fact) { return fact.second.empty(); });
  return out;
}

}  // namespace mlo
