#include "lib/bounds/ledger_entry.hpp"

#include <unistd.h>

#include <algorithm>

#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::uint32_t kMagic = 0x314C4D4D;
constexpr std::uint64_t kMost = std::uint64_t{1} << 60U;

/// "stage `train` in /src (pid 12, user 1000)"
std::string holder_text(const LedgerEntry& entry) {
  const std::string_view who(entry.who.data(), ::strnlen(entry.who.data(), entry.who.size()));
  return fmt::format("{} (pid {}, user {})", printable(who), entry.pid, entry.uid);
}

/// What is left of the budget while those that hold something hold it.
struct Free {
  std::uint64_t cpu, mem;
  std::set<std::uint64_t> gpus, mutexes;  ///< gpus: free; mutexes: taken

  void take(const LedgerEntry& entry) {
    cpu -= std::min(cpu, entry.cpu);
    mem -= std::min(mem, entry.mem);
  }
  bool lacks(const LedgerEntry& entry) const {
    return entry.cpu > cpu || entry.mem > mem || entry.gpu_count > gpus.size();
  }
  bool mutex_taken(const LedgerEntry& entry) const {
    return std::any_of(entry.mutexes.begin(), entry.mutexes.begin() + entry.mutex_count,
                       [this](std::uint64_t mutex) { return mutexes.contains(mutex); });
  }
};

bool over_quota(const LedgerEntry& wanted, const std::vector<const LedgerEntry*>& holders, const Resources& quota) {
  std::uint64_t cpu = wanted.cpu, mem = wanted.mem, gpus = wanted.gpu_count;
  for (const LedgerEntry* const entry : holders) {
    if (entry->uid != wanted.uid) continue;
    cpu += entry->cpu;
    mem += entry->mem;
    gpus += entry->gpu_count;
  }
  const auto over = [&](Resource resource, std::uint64_t own, std::uint64_t sum) {
    return own > 0 && sum > quota.get_or(resource, kUnlimited);
  };
  return over(Resource::cpu, wanted.cpu, cpu) || over(Resource::mem, wanted.mem, mem) ||
         over(Resource::gpu, wanted.gpu_count, gpus);
}

/// Who has most of what `wanted` lacks.
template <class Lacked>
const LedgerEntry* heaviest(const std::vector<const LedgerEntry*>& entries, const Lacked& lacked) {
  const LedgerEntry* most = nullptr;
  for (const LedgerEntry* const entry : entries) {
    if (lacked(*entry) > (most == nullptr ? 0 : lacked(*most))) most = entry;
  }
  return most;
}

std::string why(const LedgerEntry& wanted, const Free& free, const std::vector<const LedgerEntry*>& holders,
                const LedgerEntry* ahead) {
  std::string what, has;
  const LedgerEntry* holder = nullptr;
  if (wanted.gpu_count > free.gpus.size()) {
    what = count_of(wanted.gpu_count, "GPU");
    holder = heaviest(holders, [](const LedgerEntry& e) { return std::uint64_t{e.gpu_count}; });
  } else if (wanted.mem > free.mem) {
    what = show_amount(Resource::mem, wanted.mem) + " of memory";
    holder = heaviest(holders, [](const LedgerEntry& e) { return e.mem; });
  } else if (wanted.cpu > free.cpu) {
    what = count_of(wanted.cpu / 1000, "processor");
    if (wanted.cpu % 1000 != 0) what = show_amount(Resource::cpu, wanted.cpu) + " of a processor";
    holder = heaviest(holders, [](const LedgerEntry& e) { return e.cpu; });
  }
  if (holder != nullptr) return fmt::format("waits for {}; most is held by {}", what, holder_text(*holder));
  return fmt::format("waits behind {}", ahead == nullptr ? "others" : holder_text(*ahead));
}

}  // namespace

std::uint64_t lease_name(std::string_view name) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;  // FNV-1a
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  return hash;
}

LedgerEntry make_entry(const LeaseRequest& request) {
  LedgerEntry entry;
  entry.magic = kMagic;
  entry.pid = ::getpid();
  entry.uid = ::getuid();
  entry.ticket = UINT64_MAX;
  entry.cpu = request.cpu;
  entry.mem = request.mem;
  entry.gpu_count = static_cast<std::uint8_t>(request.gpus);
  MLO_ASSERT(request.gpus <= kMaxGpus && request.mutexes.size() <= kMaxMutexes);
  for (const std::string& mutex : request.mutexes) entry.mutexes[entry.mutex_count++] = lease_name(mutex);
  request.who.copy(entry.who.data(), entry.who.size() - 1);
  return entry;
}

bool is_valid(const LedgerEntry& entry) {
  return entry.magic == kMagic && (entry.state == LedgerEntry::waiting || entry.state == LedgerEntry::holding) &&
         entry.gpu_count <= kMaxGpus && entry.mutex_count <= kMaxMutexes && entry.cpu <= kMost && entry.mem <= kMost;
}

LeaseDecision decide_lease(const LedgerEntry& wanted, const std::vector<LedgerEntry>& others,
                           const LeaseRequest& request, const Budget& budget) {
  Free free{budget.cpu, budget.mem, {}, {}};
  for (const std::string& gpu : budget.gpus) free.gpus.insert(lease_name(gpu));
  std::vector<const LedgerEntry*> holders, queue;
  for (const LedgerEntry& entry : others) {
    if (entry.state == LedgerEntry::waiting) {
      if (entry.ticket < wanted.ticket) queue.push_back(&entry);
      continue;
    }
    holders.push_back(&entry);
    free.take(entry);
    for (std::size_t i = 0; i < entry.gpu_count; ++i) free.gpus.erase(entry.gpus[i]);
    free.mutexes.insert(entry.mutexes.begin(), entry.mutexes.begin() + entry.mutex_count);
  }

  LeaseDecision decision;
  for (std::size_t i = 0; i < request.mutexes.size(); ++i) {
    for (const LedgerEntry* const entry : holders) {
      const auto end = entry->mutexes.begin() + entry->mutex_count;
      if (std::find(entry->mutexes.begin(), end, wanted.mutexes[i]) == end) continue;
      decision.reason = fmt::format("waits for the mutex `{}`, held by {}", request.mutexes[i], holder_text(*entry));
      return decision;
    }
  }
  if (over_quota(wanted, holders, budget.user)) {
    decision.reason = "waits for your other stages to end: `limits.user` allows no more at once";
    return decision;
  }

  // What those before it will take is theirs, unless something else than the budget holds them up.
  std::sort(queue.begin(), queue.end(), [](auto* a, auto* b) { return a->ticket < b->ticket; });
  const LedgerEntry* ahead = nullptr;
  for (const LedgerEntry* const entry : queue) {
    const bool held_up = free.mutex_taken(*entry) || over_quota(*entry, holders, budget.user);
    const bool possible =
        entry->cpu <= budget.cpu && entry->mem <= budget.mem && entry->gpu_count <= budget.gpus.size();
    if (!possible) continue;  // not by this budget: it must not block all others for ever
    const bool shares_mutex =
        std::any_of(wanted.mutexes.begin(), wanted.mutexes.begin() + wanted.mutex_count, [&](std::uint64_t mutex) {
          const auto end = entry->mutexes.begin() + entry->mutex_count;
          return std::find(entry->mutexes.begin(), end, mutex) != end;
        });
    if (shares_mutex) {
      decision.reason = fmt::format("waits behind {}, which wants the same mutex", holder_text(*entry));
      return decision;
    }
    if (held_up) continue;
    free.take(*entry);
    for (std::size_t i = 0; i < entry->gpu_count && !free.gpus.empty(); ++i)
      free.gpus.erase(std::prev(free.gpus.end()));
    ahead = entry;
  }
  if (free.lacks(wanted)) {
    decision.reason = why(wanted, free, holders, ahead);
    return decision;
  }
  decision.granted = true;
  for (const std::string& gpu : budget.gpus) {
    if (decision.gpus.size() < wanted.gpu_count && free.gpus.contains(lease_name(gpu))) decision.gpus.push_back(gpu);
  }
  return decision;
}

}  // namespace mlo
