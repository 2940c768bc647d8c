#include "lib/features/view_reader.hpp"

#include <atomic>

#include "lib/table/gzip.hpp"
#include "lib/table/plain_select.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::features {
namespace {

void require_whole(const InputFile& file, table::FileFormat format) {
  if (format == table::FileFormat::csv_gz || format == table::FileFormat::json_lines_gz)
    table::require_whole_gzip(file.path);
}

}  // namespace

ViewReader::ViewReader(const table::Engine& engine, const Workspace& workspace, const Definitions& definitions,
                       const ViewManifest& view, const std::vector<InputTable>& inputs)
    : engine_(engine), workspace_(workspace), view_(view), inputs_(inputs), keys_(definitions.join_keys(view)) {}

template <class Read>
void ViewReader::with_context(Read read) {
  try {
    read();
  } catch (Error& error) {
    check_stop(workspace_.world());
    throw error.prefix(fmt::format("view `{}`", view_.name));
  }
}

void ViewReader::read(const std::vector<std::size_t>& features, RowOrder order,
                      const std::function<void(const FeatureRows&)>& take) {
  if (has_query()) return with_context([&] { read_query(features, take); });
  std::atomic<std::uint64_t> rows_before = 0;
  for (std::size_t i = 0; i < inputs_.front().files.size(); ++i) {
    const std::uint64_t first = rows_before;
    read_file(i, features, order, [&](const FeatureRows& rows) {
      FeatureRows placed = rows;
      placed.place += first;
      take(placed);
      rows_before += rows.size();
    });
  }
}

void ViewReader::read_file(std::size_t file, const std::vector<std::size_t>& features, RowOrder order,
                           const std::function<void(const FeatureRows&)>& take) {
  const InputTable& table = inputs_.front();
  const InputFile& input = table.files[file];
  with_context([&] {
    require_whole(input, table.format);
    table::Connection connection(engine_, table::sandbox_for({input.path}, workspace_.world().threads));
    const Relation relation =
        relation_of({input.path}, table.format, fmt::format("`{}`", printable(input.label)), table.nulls);
    try {
      table::require_even_rows(columns_of(connection, relation), table.format);
    } catch (Error& error) {
      throw error.prefix("cannot read " + relation.label);
    }
    read_relation(connection, relation, features, order, take);
  });
}

void ViewReader::read_query(const std::vector<std::size_t>& features,
                            const std::function<void(const FeatureRows&)>& take) {
  std::vector<fs::path> all;
  for (const InputTable& table : inputs_) {
    for (const InputFile& file : table.files) require_whole(file, table.format);
    const auto paths = paths_of(table);
    all.insert(all.end(), paths.begin(), paths.end());
  }
  table::Sandbox sandbox = table::sandbox_for(all, workspace_.world().threads);
  sandbox.spill = spill_directory(workspace_);
  table::Connection connection(engine_, sandbox);
  for (const InputTable& table : inputs_) {
    const std::string scan =
        table::scan(paths_of(table), table.format, {.sniff = table::Sniff::all_rows, .nulls = table.nulls});
    connection.define(table.name, "SELECT * FROM " + scan);
    table::require_even_rows(connection.select(fmt::format("SELECT * FROM {} LIMIT 0", table::quote_name(table.name))),
                             table.format);
  }
  const Relation relation{.sql = table::require_plain_select(connection, std::get<QuerySource>(view_.source).sql),
                          .label = "its query",
                          .form = Relation::Form::typed};
  read_relation(connection, relation, features, RowOrder::kept, take);
}

void ViewReader::read_relation(table::Connection& connection, const Relation& relation,
                               const std::vector<std::size_t>& features, RowOrder order,
                               const std::function<void(const FeatureRows&)>& take) {
  std::vector<WantedColumn> wanted;
  for (const TypedName& key : keys_) wanted.push_back({source_column(view_, key.name), key.type});
  wanted.push_back({view_.timestamp_field, FeatureType::timestamp});
  const bool has_created = !view_.created_timestamp_column.empty();
  if (has_created) wanted.push_back({view_.created_timestamp_column, FeatureType::timestamp});
  for (const std::size_t i : features) {
    const ViewManifest::Feature& feature = view_.features[i];
    wanted.push_back({source_column(view_, feature.name), feature.type});
  }
  read_typed(connection, workspace_.world(), relation, wanted, order, [&](const auto& columns, std::uint64_t place) {
    const auto keys_end = columns.begin() + static_cast<std::ptrdiff_t>(keys_.size());
    FeatureRows rows;
    rows.keys.assign(columns.begin(), keys_end);
    rows.event = *keys_end;
    if (has_created) rows.created = *(keys_end + 1);
    rows.features.assign(keys_end + (has_created ? 2 : 1), columns.end());
    rows.place = place;
    take(rows);
  });
}

fs::path spill_directory(const Workspace& workspace) {
  const fs::path directory = workspace.local() / "tmp" / "spill";
  make_dirs(directory);
  return directory;
}

}  // namespace mlo::features
