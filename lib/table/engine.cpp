#include "lib/table/engine.hpp"

#include <dlfcn.h>

#include "lib/table/duckdb_api.hpp"
#include "lib/util/error.hpp"

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

}  // namespace

Engine::Engine(std::unique_ptr<const DuckApi> api) : api_(api.release(), [](const DuckApi* p) { delete p; }) {}

std::optional<Engine> Engine::find() {
  // Never unloaded: its threads and static destructors may outlive any one Engine.
  void* const library = ::dlopen("libduckdb.so", RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) return std::nullopt;
  auto api = std::make_unique<DuckApi>();
#define MLO_DUCKDB_BIND(result, name, parameters) bind(library, "duckdb_" #name, api->name);
  MLO_DUCKDB_FUNCTIONS(MLO_DUCKDB_BIND)
#undef MLO_DUCKDB_BIND
  return Engine(std::move(api));
}

Engine Engine::load() {
  if (auto engine = find()) return std::move(*engine);
  throw Error(ErrorKind::config, "cannot open `libduckdb.so`: it is neither in lib/mlo beside this program nor on the system")
      .hint("install DuckDB's shared library, or install mlo with `cmake --install`");
}

std::string Engine::version() const { return api_->library_version(); }

}  // namespace mlo::table
