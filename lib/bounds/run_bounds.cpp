#include "lib/bounds/run_bounds.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr const char* kHeldAround = "MLO_HOLDS";

}  // namespace

RunBounds::RunBounds(BoundsConfig config, World& world, fs::path root, unsigned jobs)
    : config_(std::move(config)), world_(world), root_(std::move(root)), jobs_(jobs) {
  if (const auto held = find_env(world.env, kHeldAround)) {
    around_.emplace();
    for (const std::string_view name : split(*held, ',')) around_->emplace_back(name);
  }
}

const Budget& RunBounds::budget(bool with_gpus) {
  machine_known_([this] {
    machine_ = this_machine();
    const auto cpu = config_.machine.get_or(Resource::cpu, machine_.cpus * 1000);
    budget_.cpu = cpu == kUnlimited ? std::uint64_t{1} << 60U : cpu;
    budget_.mem = config_.machine.get_or(Resource::mem, machine_.memory / 10 * 9);
    if (budget_.mem == kUnlimited) budget_.mem = std::uint64_t{1} << 60U;
    budget_.user = config_.user;
  });
  if (with_gpus) {
    gpus_known_([this] {
      std::vector<std::string> gpus = find_gpus(config_.gpus, world_.env);
      gpus.resize(std::min<std::uint64_t>({gpus.size(), kMaxGpus, config_.machine.get_or(Resource::gpu, kUnlimited)}));
      budget_.gpus = std::move(gpus);
    });
  }
  return budget_;
}

void RunBounds::require_possible(const StageBounds& stage) {
  const bool gpus = stage.resources.get_or(Resource::gpu, config_.defaults.get_or(Resource::gpu, 0)) != 0;
  const Budget& all = budget(gpus);
  const Limits limits = limits_of(stage.resources, config_, machine_, all, jobs_);
  const auto check = [&](Resource resource, std::uint64_t wanted, std::uint64_t there, std::string_view key,
                         std::string_view whose) {
    if (wanted <= there) return;
    throw Error(ErrorKind::config,
                fmt::format("cannot run stage `{}`: it asks for {} of `{}`, {} has {}", stage.name,
                            spell_amount(resource, wanted), to_string(resource), whose, spell_amount(resource, there)))
        .hint(fmt::format("lower `resources.{0}` of the stage, or raise `limits.{1}.{0}` in .mlo/local/config.yaml",
                          to_string(resource), key));
  };
  const std::pair<Resource, std::uint64_t> wanted[] = {
      {Resource::cpu, limits.cpu_share}, {Resource::mem, limits.mem_share}, {Resource::gpu, limits.gpus}};
  const std::uint64_t there[] = {all.cpu, all.mem, gpus ? all.gpus.size() : 0};
  for (std::size_t i = 0; i < 3; ++i) {
    check(wanted[i].first, wanted[i].second, there[i], "machine", "the machine's budget");
    check(wanted[i].first, wanted[i].second, all.user.get_or(wanted[i].first, kUnlimited), "user", "each user");
  }
}

void RunBounds::open_ledger() {
  const fs::path dir = config_.leases.empty()
                           ? find_env(world_.env, "MLO_LEASES").value_or(default_lease_dir().string())
                           : config_.leases;
  try {
    ledger_.emplace(dir);
    return;
  } catch (const Error& error) {
    world_.log.warn(fmt::format("nothing is shared with other users' runs: {}", error.message()));
  }
  // Somebody else's doing must not keep this user from working.
  const fs::path own = fmt::format("{}-{}", dir.string(), ::geteuid());
  ledger_.emplace(own);
}

std::optional<Lease> RunBounds::lease(const StageBounds& stage, const Limits& limits,
                                      const std::function<void(const std::string&)>& waits) {
  LeaseRequest request;
  request.mutexes = stage.mutexes;
  if (around_) {
    std::erase_if(request.mutexes, [this](const std::string& mutex) {
      return std::find(around_->begin(), around_->end(), mutex) != around_->end();
    });
    if (request.mutexes.empty()) return std::nullopt;
  } else {
    request.cpu = limits.cpu_share;
    request.mem = limits.mem_share;
    request.gpus = limits.gpus;
  }
  request.who = fmt::format("stage `{}` in {}", stage.name, root_.string());
  ledger_open_([this] { open_ledger(); });
  return ledger_->acquire(request, budget(limits.gpus > 0), world_.stop, waits);
}

StageHold RunBounds::hold(const StageBounds& stage, std::vector<fs::path> outputs,
                          const std::function<void(const std::string&)>& waits) {
  cgroups_known_([this] {
    const std::string membership = find_file("/proc/self/cgroup", 65536).value_or("");
    cgroups_ = CgroupParent::find("/sys/fs/cgroup", membership, ::getpid());
  });
  const Budget& all = budget(false);
  Limits limits = limits_of(stage.resources, config_, machine_, all, jobs_);
  std::optional<Lease> held = lease(stage, limits, waits);
  StageHold::Spec spec{limits,
                       std::move(outputs),
                       root_,
                       fmt::format("mlo-{}-stage-{}", ::getpid(), ++groups_),
                       static_cast<int>(config_.nice),
                       config_.grace};
  return StageHold(std::move(spec), table_, cgroups_ ? &*cgroups_ : nullptr, std::move(held));
}

void RunBounds::tell(const StageBounds& stage, Environment& env) const {
  std::vector<std::string> held = around_.value_or(std::vector<std::string>());
  held.insert(held.end(), stage.mutexes.begin(), stage.mutexes.end());
  env[kHeldAround] = join(held, ",");
}

}  // namespace mlo
