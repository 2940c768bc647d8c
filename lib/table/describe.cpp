#include "lib/table/describe.hpp"

#include "lib/table/table_file.hpp"
#include "lib/util/error.hpp"

namespace mlo::table {

bool is_table_file(const fs::path& path) { return format_of(path.filename().native()).has_value(); }

std::vector<ColumnSchema> describe_file(const Engine& engine, const fs::path& path) {
  const auto format = format_of(path.filename().native());
  if (!format) throw Error(ErrorKind::invalid, fmt::format("`{}` is not named like a table file", path.native()));
  try {
    Connection connection(engine, sandbox_for({path}, 1));
    std::vector<ColumnSchema> schema;
    auto columns = connection.select(fmt::format("SELECT * FROM {} LIMIT 0", scan({path}, *format)));
    require_even_rows(columns, *format);
    for (auto& column : columns) {
      schema.push_back({std::move(column.name), column.type});
    }
    return schema;
  } catch (Error& error) {
    throw error.prefix(fmt::format("cannot read the columns of `{}`", path.native()));
  }
}

}  // namespace mlo::table
