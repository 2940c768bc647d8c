#include "lib/table/engine.hpp"

#include <dlfcn.h>

#include "lib/table/duckdb_api.hpp"
#include "lib/util/error.hpp"
#include "lib/util/fs.hpp"

namespace mlo::table {
namespace {

template <class Function>
void bind(void* library, const char* name, Function& function) {
  void* const symbol = ::dlsym(library, name);
  if (symbol == nullptr) {
    throw Error(ErrorKind::config, fmt::format("`libduckdb.so` is not one that mlo can use: it has no `{}`", name))
        .hint("install DuckDB 1.4 or later");
  }
  std::memcpy(&function, &symbol, sizeof symbol);
}

/// The copy that came with this program, else the system's. Not by rpath: the loader would look there for each of the
/// other libraries too, in a dozen subdirectories, at every start.
void* open_library() {
  std::error_code unknown;
  const fs::path program = fs::read_symlink("/proc/self/exe", unknown);
  const fs::path shipped = program.parent_path().parent_path() / "lib/mlo/libduckdb.so";
  // Never unloaded: its threads and static destructors may outlive any one Engine.
  constexpr int kHow = RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE;
  if (void* const library = ::dlopen(shipped.c_str(), kHow)) return library;
  return ::dlopen("libduckdb.so", kHow);
}

}  // namespace

Engine::Engine(std::unique_ptr<const DuckApi> api) : api_(api.release(), [](const DuckApi* p) { delete p; }) {}

std::optional<Engine> Engine::find() {
  void* const library = open_library();
  if (library == nullptr) return std::nullopt;
  auto api = std::make_unique<DuckApi>();
#define MLO_DUCKDB_BIND(result, name, parameters) bind(library, "duckdb_" #name, api->name);
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
