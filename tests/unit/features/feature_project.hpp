#pragma once
#include "lib/features/train.hpp"
#include "lib/table/connection.hpp"
#include "lib/table/table_file.hpp"
#include "lib/util/text.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

namespace mlo::test {

/// A repository with feature definitions in a world of its own.
class FeatureProject {
 public:
  FeatureProject() {
    w.git_init();
    Workspace::init(w.world);
    define("airport.yaml",
           "mlo: entity/1\nname: airport\nkeys:\n  - {name: airport, type: string}\n  - {name: terminal, type: "
           "integer}\n");
  }

  FeatureProject& write(std::string_view path, std::string_view text) {
    w.dir.write(path, text);
    return *this;
  }
  FeatureProject& define(std::string_view file, std::string_view text) {
    return write(fmt::format(".mlo/features/{}", file), text);
  }
  /// A view named `v` of airport and terminal: `source` holds lines of `source:`, `rest` other keys.
  FeatureProject& view(std::string_view source, std::string_view features = "  - {name: x, dtype: real}\n",
                       std::string_view rest = "") {
    return define("v.yaml", fmt::format("mlo: view/1\nname: v\nentities: [airport]\n{}source:\n{}features:\n{}", rest,
                                        source, features));
  }

  Workspace open() { return Workspace::open(w.world); }
  features::Definitions definitions() {
    const Workspace workspace = open();
    return features::Definitions::load(workspace);
  }

  features::TrainReport train(const std::vector<std::string>& features, features::TrainRequest request = {},
                              const std::string& spine = "spine.csv", const std::string& output = "out.csv") {
    Workspace workspace = open();
    const auto known = features::Definitions::load(workspace);
    request.spine = w.dir / spine;
    request.spine_label = spine;
    request.output = w.dir / output;
    request.output_label = output;
    request.features = known.resolve(features);
    return build_training_set(workspace, known, request);
  }
  std::string read(std::string_view path) { return read_file(w.dir / path); }

  Error error(const std::function<void()>& action) {
    try {
      action();
    } catch (const Error& e) {
      return e;
    }
    FAIL("no error");
    return {ErrorKind::internal, ""};
  }

  /// The result of a query over files of the project, each row as text with `|` between.
  std::vector<std::string> query(const std::string& sql) {
    const table::Engine engine = table::Engine::load();
    table::Connection connection(engine, {.files = {}, .directories = {w.dir.path()}});
    std::vector<std::string> rows;
    for (const table::Column& column : connection.select(sql)) {
      rows.resize(column.nulls.size());
      for (std::size_t i = 0; i < rows.size(); ++i) rows[i] += (column.nulls[i] ? "NULL" : column.strings()[i]) + "|";
    }
    return rows;
  }

  TestWorld w;
};

}  // namespace mlo::test
