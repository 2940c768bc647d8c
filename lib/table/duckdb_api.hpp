#pragma once
#include <cstdint>

// The part of DuckDB's stable C API that lib/table calls, declared here so that no header package is needed.
namespace mlo::table {

enum class DuckType : std::uint32_t {
  boolean = 1,
  tinyint = 2,
  smallint = 3,
  integer = 4,
  bigint = 5,
  utinyint = 6,
  usmallint = 7,
  uinteger = 8,
  ubigint = 9,
  float32 = 10,
  float64 = 11,
  timestamp = 12,
  date = 13,
  hugeint = 16,
  varchar = 17,
  decimal = 19,
  timestamp_s = 20,
  timestamp_ms = 21,
  timestamp_ns = 22,
  timestamp_tz = 31,
  any = 34,
};

struct DuckHandle;  ///< stands for each of DuckDB's opaque structs
using DuckPointer = DuckHandle*;
/// What SQL calls: info, arguments, where the results go.
using DuckScalarFunction = void (*)(DuckPointer, DuckPointer, DuckPointer);
using DuckState = int;                 ///< 0 is success
inline constexpr int kDuckSelect = 1;  ///< DUCKDB_STATEMENT_TYPE_SELECT

/// Passed by value; every field but the last is deprecated.
struct DuckResult {
  std::uint64_t column_count, row_count, rows_changed;
  void* columns;
  char* error_message;
  void* internal;
};

/// Short strings lie inside, longer ones behind the pointer.
struct DuckString {
  std::uint32_t length;
  char inlined[4];
  union {
    char rest[8];
    const char* pointer;
  };
};

struct DuckHugeint {
  std::uint64_t lower;
  std::int64_t upper;
};

#define MLO_DUCKDB_FUNCTIONS(F)                                                                       \
  F(const char*, library_version, ())                                                                 \
  F(DuckState, open_ext, (const char*, DuckPointer*, DuckPointer, char**))                            \
  F(void, close, (DuckPointer*))                                                                      \
  F(DuckState, connect, (DuckPointer, DuckPointer*))                                                  \
  F(void, disconnect, (DuckPointer*))                                                                 \
  F(DuckState, create_config, (DuckPointer*))                                                         \
  F(DuckState, set_config, (DuckPointer, const char*, const char*))                                   \
  F(void, destroy_config, (DuckPointer*))                                                             \
  F(std::uint64_t, extract_statements, (DuckPointer, const char*, DuckPointer*))                      \
  F(const char*, extract_statements_error, (DuckPointer))                                             \
  F(DuckState, prepare_extracted_statement, (DuckPointer, DuckPointer, std::uint64_t, DuckPointer*))  \
  F(void, destroy_extracted, (DuckPointer*))                                                          \
  F(const char*, prepare_error, (DuckPointer))                                                        \
  F(int, prepared_statement_type, (DuckPointer))                                                      \
  F(DuckState, execute_prepared, (DuckPointer, DuckResult*))                                          \
  F(DuckState, pending_prepared_streaming, (DuckPointer, DuckPointer*))                               \
  F(const char*, pending_error, (DuckPointer))                                                        \
  F(DuckState, execute_pending, (DuckPointer, DuckResult*))                                           \
  F(void, destroy_pending, (DuckPointer*))                                                            \
  F(void, interrupt, (DuckPointer))                                                                   \
  F(void, destroy_prepare, (DuckPointer*))                                                            \
  F(const char*, result_error, (DuckResult*))                                                         \
  F(std::uint64_t, column_count, (DuckResult*))                                                       \
  F(const char*, column_name, (DuckResult*, std::uint64_t))                                           \
  F(DuckPointer, column_logical_type, (DuckResult*, std::uint64_t))                                   \
  F(DuckType, get_type_id, (DuckPointer))                                                             \
  F(std::uint8_t, decimal_scale, (DuckPointer))                                                       \
  F(DuckType, decimal_internal_type, (DuckPointer))                                                   \
  F(void, destroy_logical_type, (DuckPointer*))                                                       \
  F(DuckPointer, fetch_chunk, (DuckResult))                                                           \
  F(std::uint64_t, data_chunk_get_size, (DuckPointer))                                                \
  F(DuckPointer, data_chunk_get_vector, (DuckPointer, std::uint64_t))                                 \
  F(void*, vector_get_data, (DuckPointer))                                                            \
  F(std::uint64_t*, vector_get_validity, (DuckPointer))                                               \
  F(void, destroy_data_chunk, (DuckPointer*))                                                         \
  F(DuckPointer, create_logical_type, (DuckType))                                                     \
  F(void, vector_ensure_validity_writable, (DuckPointer))                                             \
  F(void, vector_assign_string_element_len, (DuckPointer, std::uint64_t, const char*, std::uint64_t)) \
  F(std::uint64_t, data_chunk_get_column_count, (DuckPointer))                                        \
  F(DuckPointer, vector_get_column_type, (DuckPointer))                                               \
  F(DuckPointer, create_scalar_function, ())                                                          \
  F(void, destroy_scalar_function, (DuckPointer*))                                                    \
  F(void, scalar_function_set_name, (DuckPointer, const char*))                                       \
  F(void, scalar_function_add_parameter, (DuckPointer, DuckPointer))                                  \
  F(void, scalar_function_set_varargs, (DuckPointer, DuckPointer))                                    \
  F(void, scalar_function_set_return_type, (DuckPointer, DuckPointer))                                \
  F(void, scalar_function_set_special_handling, (DuckPointer))                                        \
  F(void, scalar_function_set_volatile, (DuckPointer))                                                \
  F(void, scalar_function_set_extra_info, (DuckPointer, void*, void (*)(void*)))                      \
  F(void, scalar_function_set_error, (DuckPointer, const char*))                                      \
  F(void, scalar_function_set_function, (DuckPointer, DuckScalarFunction))                            \
  F(void*, scalar_function_get_extra_info, (DuckPointer))                                             \
  F(DuckState, register_scalar_function, (DuckPointer, DuckPointer))                                  \
  F(void, destroy_result, (DuckResult*))                                                              \
  F(void, free, (void*))

/// The functions by name, without their `duckdb_` prefix.
struct DuckApi {
#define MLO_DUCKDB_MEMBER(result, name, parameters) result(*name) parameters = nullptr;
  MLO_DUCKDB_FUNCTIONS(MLO_DUCKDB_MEMBER)
#undef MLO_DUCKDB_MEMBER
};

}  // namespace mlo::table
