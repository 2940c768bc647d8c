#include "lib/capture/environment.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::uint64_t kMostText = 1U << 20U;

std::string small_text(const fs::path& path) {
  try {
    return find_file(path, kMostText).value_or("");
  } catch (const Error&) {  // drivers answer oddly, and nothing depends on it
    return "";
  }
}

std::vector<std::string> names_in(const fs::path& dir) {
  std::vector<std::string> out;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(dir, code)) out.push_back(entry.path().filename().string());
  std::sort(out.begin(), out.end());
  return out;
}

bool is_version(std::string_view word) {
  return word.find('.') != std::string_view::npos && word.find_first_not_of("0123456789.") == std::string_view::npos &&
         word.front() != '.';
}

/// "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 .." has it as the first word of its kind.
std::string first_version(std::string_view text) {
  const auto lines = split_lines(text);
  const std::string line = lines.empty() ? "" : replace_all(lines[0], "\t", " ");
  for (const std::string_view word : split(line, ' ')) {
    if (!word.empty() && is_version(word)) return std::string(word);
  }
  return "";
}

std::string counted(const std::map<std::string, std::size_t>& models) {
  std::vector<std::string> parts;
  for (const auto& [model, count] : models) parts.push_back(count == 1 ? model : fmt::format("{} x {}", count, model));
  return join(parts, ", ");
}

/// `key value` or `key: value` of a line.
std::string value_of(std::string_view text, std::string_view key) {
  for (const std::string_view line : split_lines(text)) {
    if (!line.starts_with(key)) continue;
    std::string_view rest = trim(line.substr(key.size()));
    if (rest.starts_with(':')) rest = trim(rest.substr(1));
    return printable(rest);
  }
  return "";
}

void add_nvidia(const fs::path& root, FactMap& facts, std::map<std::string, std::size_t>& models) {
  const fs::path driver = root / "proc/driver/nvidia";
  for (const std::string& name : names_in(driver / "gpus")) {
    const std::string model = value_of(small_text(driver / "gpus" / name / "information"), "Model");
    if (!model.empty()) ++models[model];
  }
  std::string version = first_version(small_text(driver / "version"));
  if (version.empty()) version = printable(trim(small_text(root / "sys/module/nvidia/version")));
  if (!version.empty()) facts["gpu.driver"] = "NVIDIA " + version;
}

/// 90010 is gfx90a: the last two digits of each part are hexadecimal in the name.
std::string gfx_name(std::uint64_t version) {
  return fmt::format("AMD gfx{}{:x}{:x}", version / 10000, version / 100 % 100, version % 100);
}

void add_amd(const fs::path& root, FactMap& facts, std::map<std::string, std::size_t>& models) {
  const fs::path nodes = root / "sys/class/kfd/kfd/topology/nodes";
  bool any = false;
  for (const std::string& node : names_in(nodes)) {
    const auto version = parse_u64(value_of(small_text(nodes / node / "properties"), "gfx_target_version"));
    if (!version || *version == 0) continue;  // a processor
    ++models[gfx_name(*version)];
    any = true;
  }
  if (!any) return;
  const std::string driver = printable(trim(small_text(root / "sys/module/amdgpu/version")));
  if (!driver.empty() && !facts.contains("gpu.driver")) facts["gpu.driver"] = "amdgpu " + driver;
  const std::string rocm = printable(trim(small_text(root / "opt/rocm/.info/version")));
  if (!rocm.empty()) facts["rocm"] = rocm;
}

/// Versions of libraries by the longest names of their files: `libcudart.so.12.1.105`.
void add_libraries(const fs::path& root, const Environment& env, FactMap& facts) {
  std::vector<fs::path> dirs;
  const std::string listed = find_env(env, "LD_LIBRARY_PATH").value_or("");
  for (const std::string_view dir : split(listed, ':')) {
    if (dir.starts_with('/')) dirs.push_back(root / dir.substr(1));
  }
  for (const char* variable : {"CONDA_PREFIX", "CUDA_HOME", "CUDA_PATH"}) {
    const std::string prefix = find_env(env, variable).value_or("");
    if (prefix.starts_with('/'))
      dirs.insert(dirs.end(), {root / prefix.substr(1) / "lib64", root / prefix.substr(1) / "lib"});
  }
  for (const char* dir : {"usr/local/cuda/lib64", "usr/lib/x86_64-linux-gnu", "usr/lib/aarch64-linux-gnu", "usr/lib64",
                          "usr/lib/wsl/lib", "usr/lib"})
    dirs.push_back(root / dir);
  const std::pair<std::string_view, const char*> libraries[] = {
      {"libcuda.so.", "cuda.driver"}, {"libcudart.so.", "cuda.runtime"}, {"libcudnn.so.", "cuda.cudnn"}};
  for (const fs::path& dir : dirs) {
    for (const std::string& name : names_in(dir)) {
      for (const auto& [beginning, fact] : libraries) {
        if (!name.starts_with(beginning) || facts.contains(fact)) continue;
        const std::string version = name.substr(beginning.size());
        if (is_version(version)) facts[fact] = version;
      }
    }
  }
}

}  // namespace

void add_gpu_facts(const fs::path& root, const Environment& env, FactMap& facts) {
  std::map<std::string, std::size_t> models;
  add_nvidia(root, facts, models);
  add_amd(root, facts, models);
  if (!models.empty()) facts["gpu"] = counted(models);
  if (!models.empty() || facts.contains("gpu.driver")) add_libraries(root, env, facts);
}

}  // namespace mlo
