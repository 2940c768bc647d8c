#include "lib/bounds/stage_hold.hpp"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>

#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

using std::chrono::milliseconds;

/// Bytes on the disk below `path`; adds to `entries` what was looked at.
std::uint64_t disk_usage(const fs::path& path, std::size_t& entries) {
  struct stat stat {};
  ++entries;
  if (::lstat(path.c_str(), &stat) != 0) return 0;
  std::uint64_t bytes = static_cast<std::uint64_t>(stat.st_blocks) * 512;
  if (!S_ISDIR(stat.st_mode)) return bytes;
  std::error_code gone;
  for (fs::directory_iterator it(path, gone), end; !gone && it != end; it.increment(gone))
    bytes += disk_usage(it->path(), entries);
  return bytes;
}

/// Bytes that anyone may still write, and how large the disk is.
std::pair<std::uint64_t, std::uint64_t> free_disk(const fs::path& dir) {
  struct statvfs disk {};
  if (::statvfs(dir.c_str(), &disk) != 0) return {UINT64_MAX, 0};
  return {std::uint64_t{disk.f_bavail} * disk.f_frsize, std::uint64_t{disk.f_blocks} * disk.f_frsize};
}

}  // namespace

StageHold::StageHold(Spec spec, ProcessTable& table, const CgroupParent* cgroups, std::optional<Lease> lease)
    : spec_(std::move(spec)), table_(table), lease_(std::move(lease)), mark_(make_mark()), started_(monotonic_ms()) {
  if (cgroups != nullptr) cgroup_.emplace(cgroups->make(spec_.name, spec_.limits));
  if (spec_.limits.spare_disk > 0) {
    const auto [free, size] = free_disk(spec_.disk);
    // Where there is less already, it may use half of it.
    spec_.limits.spare_disk = std::min({spec_.limits.spare_disk, size / 100, free / 2});
  }
}

const std::vector<std::string>& StageHold::gpus() const {
  static const std::vector<std::string> kNone;
  return lease_ ? lease_->gpus() : kNone;
}

void StageHold::arm(ProcessSpec& process) const {
  adopt_orphans();
  process.own_group = process.dies_with_us = process.first_to_go = true;
  process.nice = spec_.nice;
  process.limits.clear();
  if (mark_ != 0) process.limits.push_back({RLIMIT_LOCKS, mark_});
  if (spec_.limits.disk != kUnlimited) process.limits.push_back({RLIMIT_FSIZE, spec_.limits.disk});
  // More than this user could reach without the stage: where the kernel counts (not for root), a bomb stops there.
  struct sysinfo machine {};
  if (spec_.limits.processes != kUnlimited && ::sysinfo(&machine) == 0)
    process.limits.push_back({RLIMIT_NPROC, machine.procs + spec_.limits.processes});
  if (cgroup_) process.cgroup_fd = cgroup_->procs_fd();
  if (!gpus().empty() || spec_.limits.asked.find(Resource::gpu) == 0)
    process.env["CUDA_VISIBLE_DEVICES"] = join(gpus(), ",");
}

std::optional<milliseconds> StageHold::time_left() const {
  if (spec_.limits.time == kUnlimited) return std::nullopt;
  return milliseconds(static_cast<std::int64_t>(spec_.limits.time) - (monotonic_ms() - started_));
}

Breach StageHold::breach(Resource resource, std::string what, bool at_once) const {
  return {resource, fmt::format("stopped: {} (resources.{})", what, to_string(resource)), at_once};
}

Breach StageHold::out_of_time() const {
  return breach(Resource::time, fmt::format("ran for {} allowed", show_amount(Resource::time, spec_.limits.time)),
                false);
}

std::optional<Breach> StageHold::look_at_memory(const TreeUsage& tree) {
  const std::uint64_t most = spec_.limits.mem;
  std::uint64_t used = cgroup_ ? cgroup_->memory() : tree.memory;
  // What processes share must not be counted for each, but to ask for that is slow.
  if (!cgroup_ && used > most && tree.largest <= most)
    used = std::max(tree.largest, shared_memory_of(tree.pids).value_or(used));
  usage_.memory = std::max(usage_.memory, used);
  if (most != kUnlimited && used > most / 2) pause_ = milliseconds(used > most / 4 * 3 ? 10 : 20);
  if (used <= most) return std::nullopt;
  return breach(Resource::mem,
                fmt::format("used {} of memory, of {} allowed", show_amount(Resource::mem, used),
                            show_amount(Resource::mem, most)),
                true);
}

std::optional<Breach> StageHold::look_at_disk() {
  const auto show = [](std::uint64_t bytes) { return show_amount(Resource::disk, bytes); };
  if (spec_.limits.spare_disk > 0) {
    if (const std::uint64_t free = free_disk(spec_.disk).first; free < spec_.limits.spare_disk) {
      return breach(
          Resource::disk,
          fmt::format("the disk has {} left, of which {} stay free", show(free), show(spec_.limits.spare_disk)), true);
    }
  }
  if (spec_.limits.disk == kUnlimited || looks_ < disk_due_) return std::nullopt;
  std::size_t entries = 0;
  std::uint64_t bytes = 0;
  for (const fs::path& output : spec_.outputs) bytes += disk_usage(output, entries);
  disk_due_ = looks_ + 1 + static_cast<unsigned>(entries / 500);  // a million files are not walked ten times a second
  usage_.disk = std::max(usage_.disk, bytes);
  if (bytes <= spec_.limits.disk) return std::nullopt;
  return breach(Resource::disk,
                fmt::format("its outputs took {} of disk, of {} allowed", show(bytes), show(spec_.limits.disk)), true);
}

std::optional<Breach> StageHold::look(pid_t leader) {
  ++looks_;
  pause_ = milliseconds(looks_ < 10 ? 50 : 100);
  reap_orphans(mark_, leader);
  TreeUsage tree = table_.usage(mark_);
  if (cgroup_) tree.tasks = cgroup_->tasks();
  usage_.tasks = std::max(usage_.tasks, tree.tasks);
  if (tree.tasks > spec_.limits.processes) {
    return breach(Resource::processes,
                  fmt::format("had {} processes and threads, of {} allowed", tree.tasks, spec_.limits.processes), true);
  }
  if (auto met = look_at_memory(tree)) return met;
  return look_at_disk();
}

std::optional<Breach> StageHold::log(std::size_t bytes) {
  const bool was_full = log_is_full();
  usage_.log += bytes;
  if (was_full || !log_is_full()) return std::nullopt;
  return breach(Resource::log,
                fmt::format("wrote more than {} of log allowed", show_amount(Resource::log, spec_.limits.log)), false);
}

void StageHold::kill_now() {
  if (cgroup_) cgroup_->kill();
}

std::optional<Breach> StageHold::after(const ProcessExit& exit) {
  kill_now();
  usage_.left_behind += kill_tree(mark_);
  if (cgroup_) {
    usage_.memory = std::max(usage_.memory, cgroup_->memory_peak());
    const auto exceeded = exit.code == 0 ? std::nullopt : cgroup_->exceeded();
    if (exceeded == Resource::mem) {
      return breach(Resource::mem,
                    fmt::format("used all of {} of memory allowed", show_amount(Resource::mem, spec_.limits.mem)),
                    true);
    }
    if (exceeded == Resource::processes) {
      return breach(Resource::processes,
                    fmt::format("had all of {} processes and threads allowed", spec_.limits.processes), true);
    }
  }
  // By itself, or below a shell that says so.
  if (spec_.limits.disk != kUnlimited && (exit.signal == SIGXFSZ || exit.code == 128 + SIGXFSZ)) {
    return breach(Resource::disk,
                  fmt::format("wrote a file larger than {} allowed", show_amount(Resource::disk, spec_.limits.disk)),
                  true);
  }
  return std::nullopt;
}

}  // namespace mlo
