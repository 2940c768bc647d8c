#include "lib/bounds/machine.hpp"

#include "lib/codec/yaml.hpp"
#include "tests/support/test.hpp"

using namespace mlo;

namespace {

constexpr std::uint64_t kGiB = std::uint64_t{1} << 30U;
const Machine kMachine{4, 16 * kGiB, 4096};
const Budget kBudget{4000, 8 * kGiB, {}, {}};

BoundsConfig config(const std::string& text, bool committed = false) {
  BoundsConfig read;
  read_bounds(parse_yaml(text, "config.yaml", YamlDialect::manifest), "config.yaml", committed, read);
  return read;
}

}  // namespace

TEST_CASE("a stage that says nothing is bounded, and takes its part of the machine", "[bounds]") {
  const Limits limits = limits_of({}, {}, kMachine, kBudget, 4);
  CHECK(limits.mem == 8 * kGiB);
  CHECK(limits.mem_share == 2 * kGiB);
  CHECK(limits.cpu_share == 1000);
  CHECK(limits.gpus == 0);
  CHECK(limits.time == std::uint64_t{7} * 24 * 3'600'000);
  CHECK(limits.log == kGiB);
  CHECK(limits.processes == 4096);
  CHECK(limits.disk == kUnlimited);
  CHECK(limits.spare_disk > 0);
}

TEST_CASE("more jobs than processors still fit side by side", "[bounds]") {
  const Limits limits = limits_of({}, {}, kMachine, kBudget, 16);
  CHECK(limits.cpu_share * 16 <= kBudget.cpu);
  CHECK(limits.mem_share * 16 <= kBudget.mem);
}

TEST_CASE("what a stage says counts before the configuration, and that before the machine", "[bounds]") {
  const BoundsConfig c = config("{defaults: {mem: 1GiB, log: 1MiB, time: 1h}}");
  const Resources stage = Resources().set(Resource::mem, 3 * kGiB).set(Resource::time, kUnlimited);
  const Limits limits = limits_of(stage, c, kMachine, kBudget, 1);
  CHECK(limits.mem == 3 * kGiB);
  CHECK(limits.mem_share == 3 * kGiB);
  CHECK(limits.log == 1U << 20U);
  CHECK(limits.time == kUnlimited);
  CHECK(limits_of(Resources().set(Resource::disk, kUnlimited), c, kMachine, kBudget, 1).spare_disk == 0);
}

TEST_CASE("limits in the configuration are read strictly, and what is the machine's is not committed", "[bounds]") {
  const BoundsConfig c =
      config("{machine: {cpu: 2, mem: 4GiB}, user: {gpu: 1}, gpus: [0, GPU-a], nice: 10, grace: 0.1s, leases: /x}");
  CHECK(c.machine.find(Resource::cpu) == 2000);
  CHECK(c.user.find(Resource::gpu) == 1);
  CHECK(c.gpus == std::vector<std::string>{"0", "GPU-a"});
  CHECK(c.nice == 10);
  CHECK_THROWS_AS(config("{leases: /x}", true), Error);
  CHECK_THROWS_AS(config("{gpus: [0]}", true), Error);
  for (const char* text : {"{machine: {log: 1MiB}}", "{leases: rel}", "{nice: -5}", "{nice: 20}", "{grace: 2h}",
                           "{grace: x}", "{gpus: ['0,1']}", "{gpus: [[0]]}", "{other: 1}", "3"}) {
    INFO(text);
    CHECK_THROWS_AS(config(text), Error);
  }
}

TEST_CASE("GPUs are those of the configuration, else those that the caller sees", "[bounds]") {
  CHECK(find_gpus({"a", "b"}, {{"CUDA_VISIBLE_DEVICES", "1"}}) == std::vector<std::string>{"a", "b"});
  const auto seen = find_gpus({}, {{"PATH", "/nowhere"}, {"CUDA_VISIBLE_DEVICES", "GPU-x,GPU-y,-1,GPU-z"}});
  CHECK(seen == std::vector<std::string>{"GPU-x", "GPU-y"});
  CHECK(find_gpus({}, {{"PATH", "/nowhere"}, {"CUDA_VISIBLE_DEVICES", ""}}).empty());
}

TEST_CASE("this machine has a processor and memory", "[bounds]") {
  const Machine machine = this_machine();
  CHECK(machine.cpus >= 1);
  CHECK(machine.memory > 1U << 20U);
  CHECK(machine.processes > 0);
}
