#pragma once
#include <memory>
#include <optional>
#include <string>

namespace mlo::table {

struct DuckApi;

/// DuckDB's shared library, opened. Costs some milliseconds, so only commands that need SQL or table files make one.
class Engine {
 public:
  /// Looks in ../lib/mlo beside the running program, then where the system does. Nothing if there is no libduckdb.so;
  /// Error{config} if there is one that lacks a function mlo calls.
  static std::optional<Engine> find();
  /// Error{config} that says how to get it instead of nothing.
  static Engine load();

  std::string version() const;
  const DuckApi& api() const { return *api_; }

 private:
  explicit Engine(std::unique_ptr<const DuckApi> api);
  std::unique_ptr<const DuckApi, void (*)(const DuckApi*)> api_;
};

}  // namespace mlo::table
