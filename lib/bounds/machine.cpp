#include "lib/bounds/machine.hpp"

#include <sched.h>
#include <unistd.h>

#include "lib/codec/reader.hpp"
#include "lib/util/process.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::uint64_t kMiB = 1U << 20U;

/// The number in a file of the kernel; nothing if it holds none.
std::optional<std::uint64_t> number_in(const fs::path& path) {
  try {
    const auto text = find_file(path, 4096);
    return text ? parse_u64(trim(*text)) : std::nullopt;
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::vector<std::string> driver_gpus() {
  std::vector<std::string> found;
  const fs::path root = "/proc/driver/nvidia/gpus";
  if (!find_stat(root)) return found;
  for (const DirEntry& gpu : list_dir(root)) {
    const std::string text = find_file(root / gpu.name / "information", 65536).value_or("");
    for (const std::string_view line : split_lines(text)) {
      if (line.starts_with("GPU UUID:")) found.emplace_back(trim(line.substr(9)));
    }
  }
  return found;
}

std::vector<std::string> smi_gpus(const Environment& env) {
  if (!find_program("nvidia-smi", env)) return {};
  std::vector<std::string> found;
  const auto listed = run_process({.argv = {"nvidia-smi", "--query-gpu=uuid", "--format=csv,noheader"}, .env = env});
  for (const std::string_view line : split_lines(listed.out)) {
    if (listed.exit.code == 0 && line.starts_with("GPU-")) found.emplace_back(trim(line));
  }
  return found;
}

void read_share(ObjectReader& reader, std::string_view source, std::string_view key, Resources& into) {
  const Value* const found = reader.find(key);
  if (found == nullptr) return;
  Resources read;
  read_resources(*found, source, fmt::format("`limits.{}`", key), read);
  for (std::size_t i = 0; i < kResources; ++i) {
    const auto resource = static_cast<Resource>(i);
    if (const auto amount = read.find(resource)) {
      if (i > static_cast<std::size_t>(Resource::gpu))
        fail_at(source, *found, fmt::format("`limits.{}` has cpu, mem and gpu, not {}", key, to_string(resource)));
      into.set(resource, *amount);
    }
  }
}

}  // namespace

void read_bounds(const Value& value, std::string_view source, bool committed, BoundsConfig& config) {
  ObjectReader reader(value, source, "`limits`");
  reader.only({"defaults", "machine", "user", "gpus", "nice", "grace", "leases"});
  if (const Value* const defaults = reader.find("defaults"))
    read_resources(*defaults, source, "`limits.defaults`", config.defaults);
  read_share(reader, source, "machine", config.machine);
  read_share(reader, source, "user", config.user);
  for (const char* const key : {"gpus", "leases"}) {
    if (committed && reader.find(key) != nullptr)
      reader.fail(key, fmt::format("`{}` is this machine's: move it to .mlo/local/config.yaml", key));
  }
  if (reader.find("gpus") != nullptr) {
    config.gpus.clear();
    for (const Value& gpu : reader.array("gpus")) {
      const std::string name = gpu.is_scalar() ? display(gpu) : "";
      if (name.empty() || name.find(',') != std::string::npos || printable(name) != name)
        fail_at(source, gpu, "a GPU is its number or its UUID");
      config.gpus.push_back(name);
    }
  }
  config.nice = reader.integer_or("nice", config.nice);
  if (config.nice < 0 || config.nice > 19) reader.fail("nice", "`nice` must be from 0 to 19");
  if (const Value* const grace = reader.find("grace")) {
    const auto time = grace->is_scalar() ? parse_duration(display(*grace)) : std::nullopt;
    if (!time || *time > std::chrono::hours(1)) fail_at(source, *grace, "`grace` must be a time like 5s, at most 1h");
    config.grace = std::chrono::round<std::chrono::milliseconds>(*time);
  }
  config.leases = reader.string_or("leases", config.leases);
  if (!config.leases.empty() && !config.leases.starts_with('/')) reader.fail("leases", "`leases` must be absolute");
}

Machine this_machine() {
  Machine machine;
  cpu_set_t allowed;
  machine.cpus =
      ::sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? static_cast<std::uint64_t>(CPU_COUNT(&allowed)) : 1;
  machine.memory =
      static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  for (const char* const file : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    if (const auto most = number_in(file); most && *most > 0) machine.memory = std::min(machine.memory, *most);
  }
  machine.processes = std::min<std::uint64_t>(number_in("/proc/sys/kernel/pid_max").value_or(32768) / 8, 4096);
  return machine;
}

std::vector<std::string> find_gpus(const std::vector<std::string>& configured, const Environment& env) {
  if (!configured.empty()) return configured;
  std::vector<std::string> found = driver_gpus();
  if (found.empty()) found = smi_gpus(env);
  const auto visible = find_env(env, "CUDA_VISIBLE_DEVICES");
  if (!visible) return found;
  std::vector<std::string> out;
  for (const std::string_view name : split(*visible, ',')) {
    // By number or by UUID, it must be the same lease.
    const auto number = parse_u64(trim(name));
    if (trim(name).empty() || trim(name).starts_with('-')) break;
    out.push_back(number && *number < found.size() ? found[*number] : std::string(trim(name)));
  }
  return out;
}

Limits limits_of(const Resources& stage, const BoundsConfig& config, const Machine& machine, const Budget& budget,
                 unsigned jobs) {
  Limits limits;
  for (std::size_t i = 0; i < kResources; ++i) {
    const auto resource = static_cast<Resource>(i);
    const auto said = stage.find(resource) ? stage.find(resource) : config.defaults.find(resource);
    if (said) limits.asked.set(resource, *said);
  }
  const auto get = [&](Resource resource, std::uint64_t fallback) { return limits.asked.get_or(resource, fallback); };
  const std::uint64_t part = std::min<std::uint64_t>(1000, budget.cpu / std::max(jobs, 1U));
  const std::uint64_t cpu = get(Resource::cpu, kUnlimited);
  limits.cpu_share = cpu == kUnlimited ? part : cpu;
  limits.mem = get(Resource::mem, budget.mem);
  const bool mem_said = limits.asked.find(Resource::mem) && limits.mem != kUnlimited;
  limits.mem_share = mem_said ? limits.mem : budget.mem / std::max<std::uint64_t>(machine.cpus, jobs) / 1024 * 1024;
  const std::uint64_t gpus = get(Resource::gpu, kUnlimited);
  limits.gpus = gpus == kUnlimited ? 0 : gpus;
  limits.time = get(Resource::time, std::uint64_t{7} * 86'400'000);
  limits.disk = get(Resource::disk, kUnlimited);
  limits.spare_disk = limits.asked.find(Resource::disk) == kUnlimited ? 0 : 256 * kMiB;
  limits.log = get(Resource::log, 1024 * kMiB);
  limits.processes = get(Resource::processes, machine.processes);
  return limits;
}

}  // namespace mlo
