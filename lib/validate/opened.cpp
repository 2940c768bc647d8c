#include "lib/validate/opened.hpp"

#include "lib/table/engine.hpp"
#include "lib/table/gzip.hpp"
#include "lib/util/text.hpp"

namespace mlo::validate {
namespace {

std::vector<fs::path> all_files(const Rows& rows, const std::map<std::string, Rows>& others) {
  std::vector<fs::path> files = rows.files;
  for (const auto& [name, other] : others) files.insert(files.end(), other.files.begin(), other.files.end());
  return files;
}

}  // namespace

OpenTable::OpenTable(World& world, const Rows& rows, std::map<std::string, Rows> others)
    : world_(world),
      rows_(rows),
      others_(std::move(others)),
      engine_(table::Engine::load()),
      connection_(engine_, table::sandbox_for(all_files(rows_, others_), world.threads)) {
  const bool gzip = rows_.format == table::FileFormat::csv_gz || rows_.format == table::FileFormat::json_lines_gz;
  for (const fs::path& file : gzip ? rows_.files : std::vector<fs::path>{}) table::require_whole_gzip(file);
  with_types([&] { read_columns(); });
}

std::string OpenTable::printable_label() const { return printable(rows_.label); }

std::string OpenTable::from_other(const std::string& name) const {
  const Rows& other = others_.at(name);
  return table::scan(other.files, other.format, table::Sniff::all_rows);
}

std::vector<table::Column> OpenTable::select(const std::string& sql) {
  std::vector<table::Column> out;
  connection_.stream(sql, world_.stop, [&](const std::vector<table::Column>& piece) {
    if (out.empty()) out = piece;
  });
  return out;
}

std::vector<table::Column> OpenTable::select_shape(const std::string& from) {
  return connection_.select(fmt::format("SELECT * FROM {} LIMIT 0", from));
}

void OpenTable::read_columns() {
  columns_ = select_shape(from());
  table::require_even_rows(columns_, rows_.format);
}

ColumnRef reference_to(const table::Column& column) {
  const std::string name = table::quote_name(column.name);
  if (column.type != table::ColumnType::real) return {column.name, column.type, name};
  return {column.name, column.type, fmt::format("(CASE WHEN isnan({0}) THEN NULL ELSE {0} END)", name)};
}

}  // namespace mlo::validate
