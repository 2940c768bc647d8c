#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lib/bounds/ledger.hpp"

namespace mlo {

/// One entry as it lies in the ledger, in this machine's byte order. Foreign bytes: see is_valid.
struct LedgerEntry {
  enum State : std::uint8_t { empty, waiting, holding };
  std::uint32_t magic = 0;
  State state = empty;
  std::uint8_t gpu_count = 0;  ///< held, or wanted
  std::uint8_t mutex_count = 0;
  std::uint8_t padding = 0;
  std::int32_t pid = 0;
  std::uint32_t uid = 0;
  std::uint64_t ticket = 0;  ///< smaller came first
  std::uint64_t cpu = 0, mem = 0;
  std::array<std::uint64_t, kMaxGpus> gpus = {};
  std::array<std::uint64_t, kMaxMutexes> mutexes = {};
  std::array<char, 152> who = {};
};
static_assert(sizeof(LedgerEntry) == 512);

LedgerEntry make_entry(const LeaseRequest& request);
/// Whether its numbers can be those of a lease.
bool is_valid(const LedgerEntry& entry);
/// A hash that names a GPU or a mutex.
std::uint64_t lease_name(std::string_view name);

/// What came of asking: the GPUs if it can start now, else why not.
struct LeaseDecision {
  bool granted = false;
  std::vector<std::string> gpus;
  std::string reason;
};

/// Whether `wanted` can start beside the other entries that live. `wanted.ticket` is UINT64_MAX for one that just came.
LeaseDecision decide_lease(const LedgerEntry& wanted, const std::vector<LedgerEntry>& others,
                           const LeaseRequest& request, const Budget& budget);

}  // namespace mlo
