#include "lib/bounds/resources.hpp"

#include "lib/codec/yaml.hpp"
#include "tests/support/test.hpp"

using namespace mlo;

namespace {

Resources read(const std::string& text) {
  Resources resources;
  read_resources(parse_yaml(text, "mlo.yaml", YamlDialect::manifest), "mlo.yaml", "`resources` of stage `a`",
                 resources);
  return resources;
}

std::string error(const std::string& text) {
  try {
    read(text);
    return "no error";
  } catch (const Error& e) {
    CHECK(e.kind() == ErrorKind::invalid);
    return e.message();
  }
}

}  // namespace

TEST_CASE("resources are read with their units, and `unlimited` is spelled", "[bounds]") {
  const Resources r = read("{cpu: 1.5, mem: 2GiB, gpu: 2, time: 90m, disk: 500MB, log: unlimited, processes: 64}");
  CHECK(r.find(Resource::cpu) == 1500);
  CHECK(r.find(Resource::mem) == std::uint64_t{2} << 30U);
  CHECK(r.find(Resource::gpu) == 2);
  CHECK(r.find(Resource::time) == 90 * 60'000);
  CHECK(r.find(Resource::disk) == 500'000'000);
  CHECK(r.find(Resource::log) == kUnlimited);
  CHECK(r.find(Resource::processes) == 64);
  CHECK_FALSE(read("{cpu: 1}").find(Resource::mem));
  CHECK(read("{mem: 1048576, time: 30, cpu: 2}").find(Resource::time) == 30'000);
}

TEST_CASE("what is no amount is refused where it stands", "[bounds]") {
  CHECK(error("{mem: lots}") ==
        "mlo.yaml:1:7: cannot read `mem` of `resources` of stage `a`: expected a size like 2GiB or 500MB, or "
        "`unlimited`");
  for (const char* text :
       {"{mem: -1}", "{mem: }", "{mem: [1]}", "{mem: 1e99}", "{mem: 99999999999TiB}", "{mem: 2Gi}", "{mem: 1.2.3GB}",
        "{mem: 100}", "{cpu: -1}", "{cpu: nan}", "{cpu: 1e300}", "{gpu: 1.5}", "{gpu: 33}", "{processes: 0}",
        "{time: 0}", "{time: 5y}", "{time: 400d}", "{log: Unlimited}"}) {
    INFO(text);
    CHECK(error(text) != "no error");
  }
  CHECK(error("{memory: 1GiB}").find("unknown key `memory`") != std::string::npos);
  CHECK(error("[1]") != "no error");
}

TEST_CASE("an amount that was read is spelled so that it reads the same", "[bounds]") {
  const Resources r = read("{cpu: 0.25, mem: 1536MiB, time: 90s, disk: 7000000, log: 1GiB, processes: 7}");
  for (std::size_t i = 0; i < kResources; ++i) {
    const auto resource = static_cast<Resource>(i);
    const auto amount = r.find(resource);
    if (!amount) continue;
    const std::string text = fmt::format("{{{}: {}}}", to_string(resource), spell_amount(resource, *amount));
    INFO(text);
    CHECK(read(text).find(resource) == *amount);
  }
  CHECK(spell_amount(Resource::time, 3'600'000) == "1h");
  CHECK(spell_amount(Resource::mem, kUnlimited) == "unlimited");
  CHECK(show_amount(Resource::mem, 2'254'857'830) == "2.1 GiB");
  CHECK(show_amount(Resource::cpu, 1500) == "1.5");
}
