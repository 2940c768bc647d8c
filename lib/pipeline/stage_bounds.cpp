#include "lib/pipeline/stage_bounds.hpp"

namespace mlo {

StageBounds bounds_of(const Stage& stage) { return {stage.name, stage.resources, stage.mutexes}; }

BoundsRecord recorded_bounds(const StageHold& hold, const std::string& stopped) {
  BoundsRecord record;
  record.held_by = hold.held_by();
  for (std::size_t i = 0; i < kResources; ++i) {
    const auto resource = static_cast<Resource>(i);
    if (const auto amount = hold.limits().asked.find(resource))
      record.allowed.emplace(to_string(resource), spell_amount(resource, *amount));
  }
  const StageUsage& usage = hold.usage();
  for (const auto& [name, amount] : {std::pair("mem", usage.memory), std::pair("processes", usage.tasks),
                                     std::pair("disk", usage.disk), std::pair("log", usage.log)}) {
    if (amount > 0) record.used.emplace(name, amount);
  }
  record.gpus = hold.gpus();
  record.stopped = stopped;
  return record;
}

}  // namespace mlo
