#include "lib/workspace/config.hpp"

#include "lib/util/error.hpp"
#include "tests/support/test.hpp"

using namespace mlo;

namespace {

constexpr std::string_view kShared =
    "mlo: config/1\nremotes:\n  cloud:\n    url: s3://bucket/x\n    endpoint: https://s3.lab\n    path_style: false\n"
    "    connections: 4\n";
constexpr std::string_view kLocal =
    "mlo: config/1\nremotes:\n  cloud:\n    access_key_id: ID\n    secret_access_key: hidden\n    region: r\n";

std::string failure_of(std::string_view text) {
  Config config;
  try {
    read_config(text, "c.yaml", config);
  } catch (const Error& error) {
    return error.message();
  }
  return "nothing";
}

}  // namespace

TEST_CASE("a remote's key that is taken back leaves the file, and what nobody asked about stays", "[workspace]") {
  Config before;
  const std::string text =
      "mlo: config/1\nremotes:\n  o: {url: s3://bucket, region: r, path_style: true, connections: 3, x-note: kept}\n";
  const Value file = read_config(text, "config", before);
  Config after = before;
  after.remotes[0].region.clear();
  after.remotes[0].path_style.reset();
  after.remotes[0].profile = "p";
  const std::string written = change_config(file, before, after);
  CHECK(written.find("region") == std::string::npos);
  CHECK(written.find("path_style") == std::string::npos);
  CHECK(written.find("x-note") != std::string::npos);
  Config again;
  read_config(written, "config", again);
  CHECK(again.remotes == after.remotes);
}

TEST_CASE("a secret in the shared configuration is refused", "[workspace]") {
  for (const char* key : {"access_key_id", "secret_access_key", "session_token"}) {
    const std::string text =
        fmt::format("mlo: config/1\nremotes:\n  cloud:\n    url: s3://bucket/x\n    {}: hidden\n", key);
    CHECK(failure_of(text).find("must not be committed") != std::string::npos);
    CHECK(failure_of(text).find("hidden") == std::string::npos);
  }
}

TEST_CASE("the shared configuration bounds stages, but says nothing of what a machine has and where it writes",
          "[workspace]") {
  Config config;
  read_config("mlo: config/1\nlimits: {defaults: {mem: 1GiB, time: 1h}}\n", "c.yaml", config);
  read_config("mlo: config/1\nlimits: {defaults: {time: 2h}, leases: /x, gpus: [0]}\n", "l.yaml", config,
              ConfigLayer::local);
  CHECK(config.bounds.defaults.find(Resource::mem) == std::uint64_t{1} << 30U);
  CHECK(config.bounds.defaults.find(Resource::time) == 7'200'000);
  CHECK(config.bounds.leases == "/x");
  CHECK(failure_of("mlo: config/1\nlimits: {leases: /x}\n").find("c.yaml:2:") == 0);
  CHECK(failure_of("mlo: config/1\nlimits: {gpus: [0]}\n").find("this machine's") != std::string::npos);
}

TEST_CASE("the local configuration adds to a remote, and its secrets are never written elsewhere", "[workspace]") {
  Config config;
  const Value shared = read_config(kShared, "shared", config);
  read_config(kLocal, "local", config, ConfigLayer::local);
  REQUIRE(config.remotes.size() == 1);
  const RemoteConfig& cloud = config.remotes.front();
  CHECK(cloud.url == "s3://bucket/x");
  CHECK(cloud.endpoint == "https://s3.lab");
  CHECK(cloud.path_style == false);
  CHECK(cloud.connections == 4);
  CHECK(cloud.region == "r");
  CHECK(cloud.secret_access_key == "hidden");
  Config after = config;
  after.default_remote = "cloud";
  after.remotes.front().url = "s3://bucket/y";
  after.remotes.push_back({.name = "other", .url = "s3://bucket/z", .profile = "p", .secret_access_key = "hidden"});
  const std::string written = change_config(shared, config, after);
  CHECK(written.find("hidden") == std::string::npos);
  CHECK(written.find("access_key") == std::string::npos);
  Config again;
  read_config(written, "written", again);
  CHECK(again.remotes.back().profile == "p");
  CHECK(again.remotes.front().endpoint == "https://s3.lab");
  CHECK(again.remotes.front().url == "s3://bucket/y");
}

TEST_CASE("a remote's settings are read strictly", "[workspace]") {
  for (const char* bad : {"connections: -1", "connections: 1000", "connections: many", "path_style: 3", "regoin: x",
                          "url: ''", "bytes_per_second: -5"}) {
    INFO(bad);
    const bool url = std::string_view(bad).starts_with("url");
    CHECK(failure_of(fmt::format("mlo: config/1\nremotes:\n  c:\n    {}{}\n", url ? "" : "url: s3://bucket\n    ",
                                 bad)) != "nothing");
  }
}

TEST_CASE("how far files share bytes with the store is for the configuration to say", "[workspace]") {
  Config config;
  CHECK(config.link == LinkType::reflink);
  read_config("mlo: config/1\nlink: hardlink\n", "file", config);
  CHECK(config.link == LinkType::hardlink);
  read_config("mlo: config/1\nlink: copy\n", "file", config);
  CHECK(config.link == LinkType::copy);
  CHECK(failure_of("mlo: config/1\nlink: symlink\n").find("`symlink` is neither") != std::string::npos);
}

TEST_CASE("what is compressed and cut is for the configuration to say", "[workspace]") {
  Config config;
  CHECK(config.store.compress);
  CHECK(config.store.cut_from == 64U << 20U);
  read_config("mlo: config/1\ncompress: false\ncut:\n  names:\n    - \"*.csv\"\n  min_bytes: 1048576\n", "c", config);
  CHECK_FALSE(config.store.compress);
  CHECK(config.store.cut_names == std::vector<std::string>{"*.csv"});
  CHECK(config.store.cut_from == 1U << 20U);
  read_config("mlo: config/1\ncut:\n  names: []\n", "c", config);
  CHECK(config.store.cut_names.empty());
  CHECK(config.store.cut_from == 1U << 20U);
  CHECK(failure_of("mlo: config/1\ncut:\n  min_bytes: 1048575\n") == "c.yaml:3:14: not 1048576 or more");
  CHECK(failure_of("mlo: config/1\ncut:\n  names:\n    - a/b\n").find("not a pattern") != std::string::npos);
  CHECK(failure_of("mlo: config/1\ncut:\n  names:\n    - \"*.CSV\"\n").find("not a pattern") != std::string::npos);
  CHECK(failure_of("mlo: config/1\ncut:\n  name: a\n").find("unknown key `name`") != std::string::npos);
  CHECK(failure_of("mlo: config/1\ncut: yes\n") != "nothing");
}

TEST_CASE("only this machine's configuration says where the cache is", "[workspace]") {
  CHECK(failure_of("mlo: config/1\ncache:\n  dir: /data/cache\n").find("local/config.yaml") != std::string::npos);
  Config config;
  read_config("mlo: config/1\ncache:\n  dir: /data/cache\n", "local", config, ConfigLayer::local);
  CHECK(config.cache_dir == "/data/cache");
  for (const char* bad : {"cache: /data", "cache:\n  dir: ''", "cache:\n  dri: x", "cache: {}"}) {
    INFO(bad);
    Config ignored;
    CHECK_THROWS_AS(read_config(fmt::format("mlo: config/1\n{}\n", bad), "local", ignored, ConfigLayer::local), Error);
  }
  CHECK(change_config({}, config, config).find("cache") == std::string::npos);
  const std::string written = change_config({}, {}, config);
  Config again;
  const Value file = read_config(written, "local", again, ConfigLayer::local);
  CHECK(again.cache_dir == "/data/cache");
  CHECK(change_config(file, config, {}).find("cache") == std::string::npos);
}
