#include <atomic>

#include "lib/table/connection_state.hpp"
#include "lib/util/error.hpp"

namespace mlo::table {
namespace {

/// The engine hands its callbacks one pointer, from which only another of its functions tells which function of ours is
/// meant; so that one has to be known here. There is one engine in a process, and this never changes once it is set.
std::atomic<void* (*)(DuckPointer)> g_function_of_call = nullptr;

/// What the engine calls. Nothing is thrown through its frames.
void call(DuckPointer info, DuckPointer arguments, DuckPointer results) noexcept {
  auto& function = *static_cast<SqlFunction*>(g_function_of_call.load()(info));
  try {
    function.body(arguments, results);
  } catch (...) {
    {
      const std::lock_guard lock(function.mutex);
      if (function.failure == nullptr) function.failure = std::current_exception();
    }
    function.api.scalar_function_set_error(info, "failed");
  }
}

/// A logical type for the time of a call.
class LogicalType : public Handle {
 public:
  LogicalType(const DuckApi& api, DuckType type) : Handle(api.destroy_logical_type) {
    *out() = api.create_logical_type(type);
  }
};

}  // namespace

std::string Connection::State::define_function(std::optional<DuckType> parameter, DuckType result, SqlBody body) {
  g_function_of_call = api.scalar_function_get_extra_info;
  functions.push_back(std::make_unique<SqlFunction>(api, std::move(body)));
  std::string name = fmt::format("mlo_function_{}", functions.size());
  Handle function(api.destroy_scalar_function);
  *function.out() = api.create_scalar_function();
  api.scalar_function_set_name(function.get(), name.c_str());
  if (parameter)
    api.scalar_function_add_parameter(function.get(), LogicalType(api, *parameter).get());
  else
    api.scalar_function_set_varargs(function.get(), LogicalType(api, DuckType::any).get());
  api.scalar_function_set_return_type(function.get(), LogicalType(api, result).get());
  api.scalar_function_set_special_handling(function.get());  // nulls are passed on
  api.scalar_function_set_volatile(function.get());          // each row is, once
  api.scalar_function_set_extra_info(function.get(), functions.back().get(), nullptr);
  api.scalar_function_set_function(function.get(), call);
  if (api.register_scalar_function(connection.get(), function.get()) != 0) fail_query("cannot define a function");
  return name;
}

void Connection::State::execute_functions(const std::string& sql, Only only, Result& result) {
  const auto rethrow = [this] {
    for (const auto& function : functions) {
      if (function->failure != nullptr) std::rethrow_exception(function->failure);
    }
  };
  try {
    execute(sql, only, result);
  } catch (const Error&) {
    rethrow();
    throw;
  }
  rethrow();
}

}  // namespace mlo::table
