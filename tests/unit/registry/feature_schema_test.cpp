#include "lib/registry/feature_schema.hpp"

#include "lib/store/object_store.hpp"
#include "lib/table/engine.hpp"
#include "lib/util/error.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;
using namespace mlo::test;

namespace {

struct Project {
  TestWorld world;
  std::optional<Workspace> workspace;

  Project() {
    world.git_init();
    Workspace::init(world.world);
    workspace.emplace(Workspace::open(world.world));
  }
  /// The columns, or the error with its hint.
  std::string from_file(const std::string& file, const std::vector<std::string>& labels) {
    return text([&] { return read_feature_file(*workspace, file, labels); });
  }
  template <typename Read>
  static std::string text(const Read& read) {
    try {
      std::string out;
      for (const SchemaColumn& column : read()) out += column.name + ":" + column.type + " ";
      return out;
    } catch (const Error& error) {
      return error.message() + " | " + error.hint();
    }
  }
};

}  // namespace

TEST_CASE("labels are taken from what --features says, table or list", "[registry]") {
  Project project;
  project.world.dir.write("list.json", R"([{"name": "age", "type": "real"}, {"name": "late", "type": "integer"}])");
  CHECK(project.from_file("list.json", {}) == "age:real late:integer ");
  CHECK(project.from_file("list.json", {"late", "late"}) == "age:real ");
  CHECK(project.from_file("list.json", {"lat"}) ==
        "`list.json` has no column `lat` | did you mean `late`? its columns: `age`, `late`");
  CHECK(project.from_file("list.json", {"zzzzzz"}) ==
        "`list.json` has no column `zzzzzz` | its columns: `age`, `late`");
  CHECK(project.from_file("list.json", {"age", "late"}).starts_with("`list.json` has only labels"));
  std::string many = "{";
  for (int i = 0; i < 25; ++i) many += fmt::format("column{}: real, ", i);
  project.world.dir.write("many.yaml", many + "}");
  CHECK(project.from_file("many.yaml", {"x"}).ends_with("`column19` and 5 more"));
  if (!table::Engine::find()) return;
  project.world.dir.write("train.csv", "age,late\n1.5,0\n");
  CHECK(project.from_file("train.csv", {"late"}) == "age:real ");
  CHECK(project.from_file("train.csv", {"nosuch"}) ==
        "`train.csv` has no column `nosuch` | its columns: `age`, `late`");
}

TEST_CASE("a dataset directory has the columns that all its tables have", "[registry]") {
  if (!table::Engine::find()) return;
  Project project;
  ObjectStore& store = project.workspace->store();
  const auto version = [&](const std::map<std::string, std::string>& files) {
    Tree tree;
    DatasetManifest manifest;
    for (const auto& [name, text] : files) tree.push_back({TreeEntryKind::file, text.size(), store.put(text), name});
    manifest.name = "parts";
    manifest.path = "parts";
    manifest.directory = true;
    manifest.tree = store.put(encode_tree(tree));
    manifest.files = files.size();
    project.world.dir.write(".mlo/data/parts.yaml", emit_dataset(manifest));
    return std::vector<UsedDataset>{{"parts", manifest.tree}};
  };
  const auto columns = [&](const std::map<std::string, std::string>& files, const std::vector<std::string>& labels) {
    return Project::text([&] { return training_features(*project.workspace, version(files), labels); });
  };
  CHECK(columns({{"README.md", "of trains"}, {"a.csv", "age,late\n1,0\n"}}, {"late"}) == "age:integer ");
  CHECK(columns({{"a.csv", "age,late\n1,0\n"}, {"b.csv", "age,late\n7,1\n"}}, {}) == "age:integer late:integer ");
  CHECK(columns({{"a.csv", "age,late\n1,0\n"}, {"b.csv", "age\n7\n"}}, {}).starts_with("`parts` has no table schema"));
}
