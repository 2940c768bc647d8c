#include "cli/command.hpp"

namespace mlo::cli {
namespace {

struct Options {};

int run(Context& context, const Options&) {
  context.print(
      [] {
        Value out;
        out.set("version", MLO_VERSION).set("format", 1);
        return out;
      },
      [](Page& page) { page.line("mlo " MLO_VERSION); });
  return 0;
}

}  // namespace

Command version() {
  return make_command<Options>(
      {.path = "version",
       .summary = "show the version of mlo and of its on-disk format",
       .description = "The format number rises only when an older mlo could no longer read what this one writes.",
       .examples = {{"mlo version --json", "for scripts"}},
       .exits = {}},
      [](Args&, Options&) {}, run);
}

}  // namespace mlo::cli
