#include "lib/table/engine.hpp"

#include "lib/table/duckdb_api.hpp"
#include "lib/util/error.hpp"
#include "lib/util/fs.hpp"
#include "lib/util/shared_library.hpp"

namespace mlo::table {
namespace {

/// The copy that came with this program, else the system's. Not by rpath: the loader would look there for each of the
/// other libraries too, in a dozen subdirectories, at every start.
SharedLibrary open_library() {
  std::error_code unknown;
  const fs::path program = fs::read_symlink("/proc/self/exe", unknown);
  const fs::path shipped = program.parent_path().parent_path() / "lib/mlo/libduckdb.so";
  return SharedLibrary({shipped.string(), "libduckdb.so"});
}

}  // namespace

Engine::Engine(std::unique_ptr<const DuckApi> api) : api_(api.release(), [](const DuckApi* p) { delete p; }) {}

std::optional<Engine> Engine::find() {
  const SharedLibrary library = open_library();
  if (!library.is_open()) return std::nullopt;
  auto api = std::make_unique<DuckApi>();
#define MLO_DUCKDB_BIND(result, name, parameters) \
  library.bind("duckdb_" #name, "install DuckDB 1.4 or later", api->name);
  MLO_DUCKDB_FUNCTIONS(MLO_DUCKDB_BIND)
#undef MLO_DUCKDB_BIND
  return Engine(std::move(api));
}

Engine Engine::load() {
  if (auto engine = find()) return std::move(*engine);
  throw Error(ErrorKind::config,
              "cannot open `libduckdb.so`: it is neither in lib/mlo beside this program nor on the system")
      .hint("install DuckDB's shared library, or install mlo with `cmake --install`");
}

std::string Engine::version() const { return api_->library_version(); }

}  // namespace mlo::table
