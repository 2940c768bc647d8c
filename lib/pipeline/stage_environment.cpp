#include "lib/pipeline/stage_environment.hpp"

#include <algorithm>

#include "lib/pipeline/stage_run.hpp"
#include "lib/util/secrets.hpp"
#include "lib/util/text.hpp"
#include "lib/workspace/secret_key.hpp"

namespace mlo {
namespace {

constexpr std::string_view kKept[] = {"PATH",
                                      "LD_LIBRARY_PATH",
                                      "VIRTUAL_ENV",
                                      "HOME",
                                      "USER",
                                      "LOGNAME",
                                      "SHELL",
                                      "TMPDIR",
                                      "LANG",
                                      "TZ",
                                      "CUDA_HOME",
                                      "CUDA_PATH",
                                      "CUDA_VISIBLE_DEVICES",
                                      "NVIDIA_VISIBLE_DEVICES",
                                      "ROCR_VISIBLE_DEVICES"};
constexpr std::string_view kKeptPrefixes[] = {"LC_", "CONDA_"};

bool is_kept(std::string_view name) {
  return std::find(std::begin(kKept), std::end(kKept), name) != std::end(kKept) ||
         std::any_of(std::begin(kKeptPrefixes), std::end(kKeptPrefixes),
                     [&](std::string_view prefix) { return name.starts_with(prefix); });
}

bool is_seed(std::string_view key) { return key == "seed" || key.ends_with(".seed") || key.ends_with(":seed"); }

}  // namespace

Environment clean_environment(const Environment& env) {
  Environment out;
  for (const auto& [name, value] : env) {
    if (is_kept(name)) out.emplace(name, value);
  }
  return out;
}

std::uint64_t seed_of(const StageLock& inputs) {
  const Value params = recorded_params(inputs);
  for (const auto& [key, value] : params.members()) {
    if (is_seed(key) && value.is(Value::Type::integer) && value.as_int() >= 0)
      return static_cast<std::uint64_t>(value.as_int());
  }
  std::uint64_t seed = 0;
  for (std::size_t i = 0; i < 4; ++i) seed = seed << 8U | std::to_integer<std::uint64_t>(inputs.action.raw()[i]);
  return seed & 0x7FFFFFFFU;
}

std::map<std::string, std::string> declared_facts(const Stage& stage, Workspace& workspace) {
  std::map<std::string, std::string> out;
  std::optional<SecretHashes> hashes;
  for (const auto& [name, value] : stage.recorded_env) {
    if (!is_utf8(name) || !is_utf8(value)) continue;
    if (!is_secret_name(name)) {
      out["env." + name] = value;
      continue;
    }
    const auto set = stage.env.find(name);
    if (set != stage.env.end() && !hashes) hashes.emplace(workspace);
    out["secret." + name] = set == stage.env.end() ? "(unset)" : hashes->hash(name, set->second);
  }
  return out;
}

UtcTime source_date_of(const git::Repository& repo, const CodeState& code) {
  const auto commit = git::ObjectId::parse_tagged(code.commit);
  return commit && repo.has_object(*commit) ? repo.load_commit(*commit).committer.when : UtcTime();
}

Environment pinned_environment(const StageLock& inputs, UtcTime source_date) {
  return {{"PYTHONHASHSEED", "0"},
          {"SOURCE_DATE_EPOCH", std::to_string(source_date.micros() / 1'000'000)},
          {"TZ", "UTC"},
          {"LC_ALL", "C.UTF-8"},
          {"OMP_NUM_THREADS", "1"},
          {"MKL_NUM_THREADS", "1"},
          {"OPENBLAS_NUM_THREADS", "1"},
          {"CUBLAS_WORKSPACE_CONFIG", ":4096:8"},
          {"MLO_SEED", std::to_string(seed_of(inputs))}};
}

}  // namespace mlo
