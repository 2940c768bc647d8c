#include "lib/capture/packages.hpp"

#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

TEST_CASE("installed packages are read from what installers leave", "[capture]") {
  test::TestWorld world;
  const fs::path& root = world.dir.path();
  for (const char* dir : {"a/Scikit_Learn-1.3.0.dist-info", "a/numpy-2.0.1.dist-info",
                          "a/zope.interface-6.0-py3.11-linux-x86_64.egg-info", "a/pip", "a/.dist-info",
                          "a/nodash.dist-info", "b/numpy-1.0.dist-info", "b/torch-2.1.0+cu121.dist-info"})
    make_dirs(root / dir);
  CHECK(
      python_packages({root / "a", root / "b", root / "absent", root / "a/x.zip"}) ==
      PackageList{{"numpy", "2.0.1"}, {"scikit-learn", "1.3.0"}, {"torch", "2.1.0+cu121"}, {"zope-interface", "6.0"}});

  for (const char* file : {"numpy-1.26.4-py311h64a7726_0.json", "python-dateutil-2.9.0-pyhd8ed1ab_0.json", "history",
                           "odd.json", "-1-2.json", "a-.json"})
    world.dir.write(std::string("c/conda-meta/") + file, "{}");
  CHECK(conda_packages(root / "c") ==
        PackageList{{"numpy", "1.26.4=py311h64a7726_0"}, {"python-dateutil", "2.9.0=pyhd8ed1ab_0"}});

  world.dir.write("r/dplyr/DESCRIPTION", "Package: dplyr\nVersion: 1.1.4\nTitle: x\n");
  world.dir.write("r/broken/DESCRIPTION", "Package: broken\n");
  world.dir.write("r/file", "");
  world.dir.write("s/dplyr/DESCRIPTION", "Version: 0.1\n");
  CHECK(r_packages({root / "r", root / "s", root / "t"}) == PackageList{{"dplyr", "1.1.4"}});
}

TEST_CASE("a list of packages survives its text, and hostile lines do not", "[capture]") {
  const PackageList list = {{"a", "1"}, {"b-c", "2.0+x"}};
  CHECK(emit_packages(list) == "a 1\nb-c 2.0+x\n");
  CHECK(parse_packages(emit_packages(list)) == list);
  CHECK(parse_packages("a\n b\nc \nx 1 2\ny \x1b[0m\n\xff 1\nok 1").size() == 1);
}

TEST_CASE("lists of packages are compared by name", "[capture]") {
  const auto changes = compare_packages({{"a", "1"}, {"b", "1"}, {"c", "1"}}, {{"a", "1"}, {"b", "2"}, {"d", "3"}});
  CHECK(changes == std::vector<PackageChange>{{"b", "1", "2"}, {"c", "1", ""}, {"d", "", "3"}});
  CHECK(describe(changes, 2) == "b 1 -> 2, c removed: was 1, and 1 more");
  CHECK(describe(changes, 3) == "b 1 -> 2, c removed: was 1, d added: 3");
}
