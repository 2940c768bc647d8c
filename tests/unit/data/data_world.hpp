#pragma once
#include "lib/data/add.hpp"
#include "lib/data/checkout.hpp"
#include "lib/data/datasets.hpp"
#include "lib/data/status.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

namespace mlo::test {

/// A git repository with `.mlo` and its commit.
struct DataWorld : TestWorld {
  std::optional<Workspace> workspace;

  DataWorld() {
    git_init();
    Workspace::init(world);
    sh("git add -A && git commit -qm mlo");
    workspace.emplace(Workspace::open(world));
  }
  AddReport add(std::vector<std::string> paths, bool commit = false) {
    return add_datasets(*workspace,
                        {.paths = std::move(paths), .name = {}, .source = {}, .message = {}, .commit = commit});
  }
  CheckoutReport check_out(std::string_view spec, Overwrite overwrite = Overwrite::saved_only,
                           Execution execution = Execution::real) {
    return check_out_dataset(*workspace, resolve_dataset(*workspace, spec), overwrite, execution);
  }
  DatasetStatus status(std::string_view name) {
    return data_status(*workspace, {load_dataset(*workspace, name)}).front();
  }
  std::string read(std::string_view path) { return read_file(dir / path); }
  bool exists(std::string_view path) { return find_stat(dir / path).has_value(); }
};

inline ErrorKind kind_of(const std::function<void()>& action, std::string* message = nullptr) {
  try {
    action();
  } catch (const Error& error) {
    if (message != nullptr) *message = error.message();
    return error.kind();
  }
  return ErrorKind::internal;
}

inline std::vector<std::string> listed(const std::vector<FileChange>& changes) {
  std::vector<std::string> out;
  for (const FileChange& change : changes) out.push_back(std::string(to_string(change.kind)) + " " + change.path);
  return out;
}

}  // namespace mlo::test
