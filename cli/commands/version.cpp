#include "cli/command.hpp"
#include "lib/codec/json.hpp"
#include "lib/codec/yaml.hpp"
#include "lib/crypto/sha256.hpp"
#include "lib/db/connection.hpp"
#include "lib/git/repository.hpp"

#include <fmt/format.h>

#include <map>

namespace mlo::cli {
namespace {

struct Options {};

/// All but DuckDB, which is opened on first use.
std::map<std::string, std::string> libraries() {
  const std::string fmt_version =
      fmt::format("{}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100);
  return {
      {"fmt", fmt_version},           {"libgit2", git::libgit2_version()}, {"nlohmann-json", nlohmann_json_version()},
      {"openssl", openssl_version()}, {"sqlite", db::sqlite_version()},    {"yaml-cpp", yaml_cpp_version()}};
}

int run(Context& context, const Options&) {
  context.print(
      [] {
        Value used = Value::object();
        for (const auto& [name, version] : libraries()) used.set(name, version);
        return Value::object().set("version", MLO_VERSION).set("format", 1).set("libraries", std::move(used));
      },
      [&](Page& page) {
        page.line("mlo " MLO_VERSION);
        if (!context.verbose()) return;
        page.line("on-disk format 1");
        for (const auto& [name, version] : libraries()) page.line(fmt::format("{} {}", name, version));
      });
  return 0;
}

}  // namespace

Command version() {
  return make_command<Options>(
      {.path = "version",
       .summary = "show the version of mlo and of its on-disk format",
       .description = "The format number rises only when an older mlo could no longer read what this one writes. "
                      "--verbose and --json also name the libraries in use.",
       .examples = {{"mlo version -v", "what a report of a bug should have"}, {"mlo version --json", "for scripts"}},
       .exits = {}},
      [](Args&, Options&) {}, run);
}

}  // namespace mlo::cli
