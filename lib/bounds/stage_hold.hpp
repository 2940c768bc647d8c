#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/bounds/cgroup.hpp"
#include "lib/bounds/ledger.hpp"
#include "lib/bounds/process_tree.hpp"
#include "lib/util/process.hpp"

namespace mlo {

/// A bound that a stage met.
struct Breach {
  Resource resource = Resource::mem;
  std::string text;      ///< "stopped: used 2.1 GiB of memory, of 2 GiB allowed (resources.mem)"
  bool at_once = false;  ///< no time to end well: the machine is at stake
};

/// The most that was seen of a stage; 0: it was never looked at.
struct StageUsage {
  std::uint64_t memory = 0, tasks = 0, disk = 0, log = 0;
  std::size_t left_behind = 0;  ///< processes that had to be killed after its commands had ended
};

/// Holds one stage, from before its first command to after its last, in bounds. For one thread.
class StageHold {
 public:
  struct Spec {
    Limits limits;
    std::vector<fs::path> outputs;  ///< absolute
    fs::path disk;                  ///< a directory on the disk it writes to
    std::string name;               ///< of its control group
    int nice = 0;
    std::chrono::milliseconds grace = std::chrono::seconds(5);
  };
  /// `cgroups` null: there are none. It and the table are borrowed.
  StageHold(Spec spec, ProcessTable& table, const CgroupParent* cgroups, std::optional<Lease> lease);

  /// Makes a command of the stage start inside its bounds.
  void arm(ProcessSpec& process) const;
  /// Milliseconds until look() should be called next, since the command started or since the last look.
  std::chrono::milliseconds pause() const { return pause_; }
  /// Milliseconds that the stage may still run; nothing if that is not bounded.
  std::optional<std::chrono::milliseconds> time_left() const;
  Breach out_of_time() const;
  std::chrono::milliseconds grace() const { return spec_.grace; }

  /// Looks at what the processes use. `leader` is the one that was started.
  std::optional<Breach> look(pid_t leader);
  /// So many bytes more were written to the log. Once this has returned something it drops the rest.
  std::optional<Breach> log(std::size_t bytes);
  bool log_is_full() const { return usage_.log > spec_.limits.log; }
  /// The command has been waited for: kills what it left behind, and says what the kernel stopped it for.
  std::optional<Breach> after(const ProcessExit& exit);
  /// Everything in its control group, if it has one; else that is left to who started the process group.
  void kill_now();

  /// What all that it starts has in common.
  TreeMark mark() const { return mark_; }
  const StageUsage& usage() const { return usage_; }
  const Limits& limits() const { return spec_.limits; }
  std::string_view held_by() const { return cgroup_ ? "cgroup v2" : "watchdog"; }
  const std::vector<std::string>& gpus() const;

 private:
  std::optional<Breach> look_at_memory(const TreeUsage& tree);
  std::optional<Breach> look_at_disk();
  Breach breach(Resource resource, std::string what, bool at_once) const;

  Spec spec_;
  ProcessTable& table_;
  std::optional<StageCgroup> cgroup_;
  std::optional<Lease> lease_;
  TreeMark mark_;
  std::int64_t started_;
  std::chrono::milliseconds pause_{50};
  unsigned looks_ = 0, disk_due_ = 0;
  StageUsage usage_;
};

}  // namespace mlo
