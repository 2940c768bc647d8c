#include "lib/data/table_schema.hpp"

#include "lib/table/describe.hpp"
#include "lib/util/error.hpp"

namespace mlo {

std::vector<SchemaColumn> find_schema(World& world, const fs::path& file) {
  if (!table::is_table_file(file)) return {};
  const auto engine = table::Engine::find();
  if (!engine) return {};
  std::vector<SchemaColumn> schema;
  try {
    for (auto& column : table::describe_file(*engine, file)) {
      schema.push_back({std::move(column.name), std::string(table::to_string(column.type))});
    }
  } catch (const Error& error) {
    world.log.warn(error.message());
  }
  return schema;
}

}  // namespace mlo
