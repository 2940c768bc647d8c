#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "lib/bounds/machine.hpp"
#include "lib/util/fs.hpp"

namespace mlo {

/// What a stage wants to itself: all of it at once, or it waits.
struct LeaseRequest {
  std::string who;        ///< for those who wait for it: "stage `train` in /home/ada/flights"
  std::uint64_t cpu = 0;  ///< thousandths
  std::uint64_t mem = 0;  ///< bytes
  std::uint64_t gpus = 0;
  std::vector<std::string> mutexes;  ///< at most kMaxMutexes
};
constexpr std::size_t kMaxMutexes = 8;
constexpr std::size_t kMaxGpus = 32;

struct LedgerFile;

/// What was wanted, until destruction. The kernel frees it when this process ends, however that comes.
class Lease {
 public:
  Lease(Lease&&) noexcept;
  Lease& operator=(Lease&&) = delete;
  ~Lease();
  const std::vector<std::string>& gpus() const { return gpus_; }  ///< of the budget's list

 private:
  friend class Ledger;
  Lease(std::shared_ptr<LedgerFile> file, std::size_t entry, std::vector<std::string> gpus);
  std::shared_ptr<LedgerFile> file_;  ///< shared: the lease outlives a ledger that was opened anew
  std::size_t entry_;
  std::vector<std::string> gpus_;
};

/// What all mlo processes of all users of this machine hold and wait for: one file, each entry of which is guarded by a
/// lock of its owner. Anyone may write it, so nothing in it is believed further than that a lease is granted late or
/// too early. Safe from any thread.
class Ledger {
 public:
  /// The directory is made if it is missing, for all users. Error{io} if it or the file in it is not what mlo would
  /// have made: no link is followed, no file of something else written.
  explicit Ledger(fs::path dir);

  /// Takes what is wanted when it is free: who came first goes first, and a later one goes ahead only with what takes
  /// nothing from those before it, so none waits for ever. Calls `waits` once with a line that says for whom, if it has
  /// to wait. Error{interrupted} once `stop` is set; Error{conflict} if the file stays locked for ten seconds.
  Lease acquire(const LeaseRequest& request, const Budget& budget, const std::stop_token& stop,
                const std::function<void(const std::string&)>& waits);

 private:
  std::shared_ptr<LedgerFile> open();
  fs::path dir_;
  std::mutex mutex_;
  std::shared_ptr<LedgerFile> file_;
};

/// `/run/lock/mlo` where everybody may make that, else `/tmp/mlo-leases`.
fs::path default_lease_dir();

}  // namespace mlo
