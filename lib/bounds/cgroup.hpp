#pragma once
#include <optional>
#include <string>
#include <vector>

#include "lib/bounds/machine.hpp"
#include "lib/util/fs.hpp"

namespace mlo {

/// A control group (cgroup v2) of one stage: the kernel itself holds what is in it. Removed on destruction, what is
/// still in it killed.
class StageCgroup {
 public:
  StageCgroup(StageCgroup&&) noexcept = default;
  StageCgroup& operator=(StageCgroup&&) = delete;
  ~StageCgroup();

  /// `cgroup.procs`, for ProcessSpec::cgroup_fd; owned by this object.
  int procs_fd() const { return procs_.get(); }
  /// Everything in it, at once.
  void kill();
  /// Bytes and tasks now, as the kernel counts them.
  std::uint64_t memory() const;
  std::uint64_t tasks() const;
  /// The most that there was.
  std::uint64_t memory_peak() const;
  /// The bound for which the kernel killed or refused something in it.
  std::optional<Resource> exceeded() const;

 private:
  friend class CgroupParent;
  explicit StageCgroup(fs::path dir);
  std::uint64_t number(const char* file) const;
  fs::path dir_;
  UniqueFd procs_;
};

/// Where this process may make control groups.
class CgroupParent {
 public:
  /// Nothing unless a cgroup v2 tree is mounted at `mount` and the group of this process in it (by `membership`, the
  /// text of /proc/self/cgroup) was delegated to its user: it must be able to make groups that are held by memory, pids
  /// and cpu. This process moves to a group of its own below it, as the kernel wants.
  static std::optional<CgroupParent> find(const fs::path& mount, std::string_view membership, pid_t self);

  /// Makes a group that is held to `limits`: memory without swap, tasks, processors if the stage asked for some.
  StageCgroup make(const std::string& name, const Limits& limits) const;

 private:
  explicit CgroupParent(fs::path dir) : dir_(std::move(dir)) {}
  fs::path dir_;
};

}  // namespace mlo
