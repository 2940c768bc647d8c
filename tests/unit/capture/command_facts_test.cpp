#include "lib/capture/command_facts.hpp"

#include <unistd.h>

#include "lib/capture/interpreter.hpp"
#include "lib/capture/packages.hpp"
#include "lib/crypto/sha256.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;
using Catch::Contains;

namespace {

/// A repository, and beside it a directory with programs that are in PATH.
struct Programs {
  test::TestWorld world, elsewhere;
  Environment env;

  Programs() {
    world.git_init();
    Workspace::init(world.world);
    env["PATH"] = (elsewhere.dir / "bin").string() + ":/usr/bin:/bin";
  }
  void program(const std::string& name, const std::string& text) {
    elsewhere.dir.write("bin/" + name, text);
    fs::permissions(elsewhere.dir / "bin" / name, fs::perms::owner_all);
  }
  /// Answers as a Python does, and leaves a mark each time.
  void python(const std::string& version) {
    make_dirs(elsewhere.dir / "site/numpy-1.26.4.dist-info");
    const std::string at = elsewhere.dir.path().string();
    program("python3", "#!/bin/sh\necho x >> " + at + "/asked\nprintf 'mlo\\ncpython " + version + "\\n" + at +
                           "/bin/real\\n" + at + "\\n" + at + "\\n" + at + "/site\\n'\n");
    program("real", "an interpreter");
  }
  std::string asked() { return find_file(elsewhere.dir / "asked").value_or(""); }
  FactMap facts(const std::vector<std::string>& lines) {
    Workspace workspace = Workspace::open(world.world);
    return CommandFacts(workspace).facts_of(lines, world.dir.path(), env);
  }
};

}  // namespace

TEST_CASE("programs are named by content and real path, those of the repository are code", "[capture]") {
  Programs m;
  m.program("tool", "ELF");
  fs::create_symlink(m.elsewhere.dir / "bin/tool", m.elsewhere.dir / "bin/linked");
  m.world.dir.write("own.sh", "#!/bin/sh\n");
  const std::string real = sha256("ELF").str() + " " + (m.elsewhere.dir / "bin/tool").string();
  const FactMap facts = m.facts({"linked x | tool", "./own.sh; nosuch; cd /; /nowhere/x"});
  CHECK(facts.at("program.linked") == real);
  CHECK(facts.at("program.tool") == real);
  CHECK(facts.count("program.own.sh") == 0);
  CHECK(facts.count("program.nosuch") == 0);
  CHECK_THAT(facts.at("program.sh"), Contains(sha256_file(fs::canonical("/bin/sh")).digest.str()));  // of own.sh
  m.program("tool", "ELF 2");
  CHECK(m.facts({"tool"}).at("program.tool") != real);
}

TEST_CASE("a Python is asked once for each invocation, and tells what it finds installed", "[capture]") {
  Programs m;
  m.python("3.11.2");
  Workspace workspace = Workspace::open(m.world.world);
  CommandFacts facts(workspace);
  const FactMap first = facts.facts_of({"python3 a.py"}, m.world.dir.path(), m.env);
  CHECK(first.at("interpreter.python") == "cpython 3.11.2");
  CHECK(first.at("program.python3") == sha256("an interpreter").str() + " " + (m.elsewhere.dir / "bin/real").string());
  const auto lists = package_lists({first});
  REQUIRE(lists.size() == 1);
  CHECK(workspace.store().get(lists.at("python")) == "numpy 1.26.4\n");
  for (int i = 0; i < 3; ++i) CHECK(facts.facts_of({"python3 b.py"}, m.world.dir.path(), m.env) == first);
  CHECK(m.asked() == "x\n");
}

TEST_CASE("a script names the Python that runs it", "[capture]") {
  Programs m;
  m.python("3.12.1");
  m.program("pytest", "#!/usr/bin/env python3\n");
  CHECK(m.facts({"pytest -q"}).at("interpreter.python") == "cpython 3.12.1");
}

TEST_CASE("what is called python and is none is only named by content", "[capture]") {
  Programs m;
  m.program("python", "#!/bin/sh\nexit 3\n");
  const FactMap facts = m.facts({"python x"});
  CHECK(facts.count("program.python") == 1);
  CHECK(facts.count("interpreter.python") == 0);
  m.program("python", "#!/bin/sh\nprintf 'mlo\\na\\nrelative\\nb\\nc\\n'\n");
  CHECK(m.facts({"python x"}).count("interpreter.python") == 0);
}

TEST_CASE("the answer of a real Python is kept until something changes", "[capture]") {
  const auto python = find_program("python3", {{"PATH", "/usr/bin:/bin"}});
  if (!python) {
    test::skip("no python3 in /usr/bin");
    return;
  }
  test::TestWorld world;
  const Environment env = {{"PATH", "/usr/bin:/bin"}, {"PYTHONPATH", (world.dir / "lib").string()}};
  make_dirs(world.dir / "lib");
  make_dirs(world.dir / "cache");
  const auto ask = [&] { return ask_python(*python, world.dir.path(), env, world.dir / "cache"); };
  const auto first = ask();
  REQUIRE(first);
  CHECK_THAT(first->version, Contains("python 3."));
  const auto files = list_dir(world.dir / "cache");
  REQUIRE(files.size() == 1);
  const fs::path kept = world.dir / "cache" / files[0].name;
  // What is kept is what is answered: another version in it comes back.
  const auto forge = [&] {
    std::string text = read_file(kept);
    const std::size_t at = text.find(first->version);
    REQUIRE(at != std::string::npos);
    write_file(kept, text.replace(at, first->version.size(), "cpython 9.9.9"));
  };
  forge();
  CHECK(ask()->version == "cpython 9.9.9");
  make_dirs(world.dir / "lib/new-1.0.dist-info");  // a directory of its path has changed
  CHECK(ask()->version == first->version);
  for (const char* damaged : {"", "mlo interpreter 1", "mlo interpreter 1\n", "mlo interpreter 1\nx\nmlo\n"}) {
    write_file(kept, damaged);
    CHECK(ask()->version == first->version);
  }
}

TEST_CASE("an R is known by its packages, of which `base` has its version", "[capture]") {
  Programs m;
  m.program("Rscript", "ELF");
  m.elsewhere.dir.write("r/base/DESCRIPTION", "Package: base\nVersion: 4.2.2\n");
  m.elsewhere.dir.write("r/dplyr/DESCRIPTION", "Package: dplyr\nVersion: 1.1.4\n");
  m.env["R_LIBS"] = (m.elsewhere.dir / "r").string();
  const FactMap facts = m.facts({"Rscript fit.R"});
  CHECK(facts.at("interpreter.R") == "R 4.2.2");
  const auto list = Digest::parse(facts.at("packages.R"));
  REQUIRE(list);
  CHECK_THAT(Workspace::open(m.world.world).store().get(*list), Contains("base 4.2.2\ndplyr 1.1.4\n"));
}
