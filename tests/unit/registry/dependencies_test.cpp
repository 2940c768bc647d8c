#include "lib/registry/dependencies.hpp"

#include "lib/util/error.hpp"
#include "tests/support/test.hpp"

using namespace mlo;
using Catch::Contains;

TEST_CASE("a list of requirements says exact versions", "[registry]") {
  CHECK(parse_dependencies(
            "# made by pip freeze\nNumPy==1.26.4\nscikit_learn[alldeps]==1.5.0 ; python_version >= '3.9'\r\n"
            "--index-url https://example.org\npandas == 2.2.0  # comment\n"
            "torch==2.3.0+cpu \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n"
            "own @ git+https://example.org/own@v1#egg=own ; python_version < '4'\nstrict===1.0\n\n",
            "requirements.txt") == Dependencies{{"numpy", "1.26.4"},
                                                {"own", "git+https://example.org/own@v1#egg=own"},
                                                {"pandas", "2.2.0"},
                                                {"scikit-learn", "1.5.0"},
                                                {"strict", "1.0"},
                                                {"torch", "2.3.0+cpu"}});
  CHECK(parse_dependencies("", "requirements.txt").empty());
}

TEST_CASE("what names no one version is refused with its line", "[registry]") {
  for (const char* loose :
       {"numpy", "numpy>=1", "numpy==1.*", "numpy==1,<2", "numpy==", "==1", "numpy~=1.2", "a b==1"}) {
    INFO(loose);
    CHECK_THROWS_WITH(parse_dependencies(std::string("ok==1\n") + loose + "\n", "r.txt"), Contains("r.txt:2: "));
  }
  CHECK_THROWS_WITH(parse_dependencies("-r other.txt\n", "r.txt"), Contains("leads to another file"));
  CHECK_THROWS_WITH(parse_dependencies("a==1\xFF\n", "r.txt"), Contains("UTF-8"));
}

TEST_CASE("locks of uv and poetry say exact versions", "[registry]") {
  const char* uv =
      "version = 1\nrequires-python = \">=3.9\"\n\n[[package]]\nname = \"project\"\nsource = { virtual = \".\" }\n"
      "dependencies = [\n    { name = \"numpy\" },\n]\n\n[[package]]\nname = \"numpy\"\nversion = \"1.26.4\"\n"
      "[package.metadata]\nversion = \"9\"\n";
  CHECK(parse_dependencies(uv, "sub/uv.lock") == Dependencies{{"numpy", "1.26.4"}});
  CHECK(parse_dependencies(
            "# poetry\n[[package]]\nname = \"Jinja2\"\nversion = \"3.1\"\n\n[metadata]\nlock-version = \"2.0\"\n",
            "poetry.lock") == Dependencies{{"jinja2", "3.1"}});
  CHECK_THROWS_WITH(parse_dependencies("numpy==1\n", "uv.lock"), Contains("not a lock file"));
}

TEST_CASE("locks of conda and renv say exact versions", "[registry]") {
  CHECK(
      parse_dependencies("name: x\ndependencies:\n  - python=3.11.2=h955ad1f_0\n  - conda-forge::numpy==1.26\n  - pip\n"
                         "  - pip:\n    - own==2\n",
                         "environment.yml") == Dependencies{{"numpy", "1.26"}, {"own", "2"}, {"python", "3.11.2"}});
  CHECK_THROWS_WITH(parse_dependencies("dependencies: [python>=3]", "e.yml"), Contains("python>=3"));
  CHECK_THROWS_WITH(parse_dependencies("dependencies: [[a]]", "e.yml"), Contains("e.yml:1:"));
  CHECK_THROWS_WITH(parse_dependencies("name: x", "e.yml"), Contains("dependencies"));
  CHECK(parse_dependencies(
            R"({"R": {"Version": "4.3.1"}, "Packages": {"dplyr": {"Package": "dplyr", "Version": "1.1.4"}}})",
            "renv.lock") == Dependencies{{"R", "4.3.1"}, {"dplyr", "1.1.4"}});
  CHECK_THROWS_WITH(parse_dependencies("{", "renv.lock"), Contains("renv.lock:1"));
  CHECK_THROWS_WITH(parse_dependencies(R"({"Packages": {"a": {}}})", "renv.lock"), Contains("Version"));
}
