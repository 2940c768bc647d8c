#include "cli/run_cli.hpp"

#include "lib/util/text.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_workspace.hpp"

using namespace mlo;
using Begin = test::TestWorkspace::Begin;

TEST_CASE("-C works before and after the command", "[cli]") {
  test::TestWorkspace ws;
  ws.write("sub/x", "1");
  CHECK(ws.mlo("-C sub version").code == 0);
  CHECK(ws.mlo("version -C sub").code == 0);
  CHECK(ws.mlo("version -C nowhere").code == 2);
}

TEST_CASE("colour needs a terminal, or --color always; NO_COLOR forbids it", "[cli]") {
  test::TestWorkspace ws;
  const auto coloured = [&](const std::string& line) { return ws.mlo(line).out.find('\x1b') != std::string::npos; };
  CHECK_FALSE(coloured("version --help"));
  CHECK(coloured("version --help --color always"));
  ws.host().out_is_terminal = true;
  ws.host().width = 80;
  CHECK(coloured("version --help"));
  CHECK_FALSE(coloured("version --help --color never"));
  ws.host().env["NO_COLOR"] = "1";
  CHECK_FALSE(coloured("version --help"));
  ws.host().env.erase("NO_COLOR");
  ws.host().env["TERM"] = "dumb";
  CHECK_FALSE(coloured("version --help"));
}

TEST_CASE("help fits the terminal", "[cli]") {
  test::TestWorkspace ws;
  ws.host().out_is_terminal = true;
  ws.host().env["NO_COLOR"] = "1";
  for (const int width : {60, 80, 120}) {
    ws.host().width = width;
    for (const auto line : split_lines(ws.mlo("init --help").out))
      CHECK(line.size() <= static_cast<std::size_t>(width));
  }
}

TEST_CASE("under --json an error leaves stdout empty", "[cli]") {
  test::TestWorkspace ws(Begin::bare_git);
  const auto result = ws.mlo("version --json --nope");
  CHECK(result.code == 2);
  CHECK(result.out.empty());
  CHECK(result.err.starts_with("error: "));
}

TEST_CASE("a full disk under stdout is an error, not silence", "[cli]") {
  test::TestWorkspace ws;
  const auto result = ws.sh("mlo version >/dev/full");
  CHECK(result.code == 1);
  CHECK(result.both.starts_with("error: cannot write standard output: "));
}

TEST_CASE("a reader that went away is no error", "[cli]") {
  test::TestWorkspace ws;
  CHECK(ws.sh("mlo help version | head -n 0; mlo help version | true").both.empty());
}

TEST_CASE("the current directory may be gone", "[cli]") {
  test::TestWorkspace ws;
  const auto result = ws.sh("mkdir gone && cd gone && rmdir ../gone && mlo version");
  CHECK(result.code == 1);
  CHECK(result.both.starts_with("error: "));
}
