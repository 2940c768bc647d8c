#include "lib/features/train.hpp"

#include <deque>
#include <map>
#include <memory>
#include <set>

#include "lib/features/inputs.hpp"
#include "lib/features/typed_reader.hpp"
#include "lib/features/view_reader.hpp"
#include "lib/table/gzip.hpp"
#include "lib/table/table_writer.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::features {
namespace {

using table::Column;

class TrainingSet {
 public:
  TrainingSet(Workspace& workspace, const Definitions& definitions, const TrainRequest& request)
      : workspace_(workspace),
        definitions_(definitions),
        request_(request),
        views_(group_by_view(definitions, request.features)),
        engine_(table::Engine::load()) {}

  TrainReport build() {
    const auto format = output_format();
    open_spine();
    name_columns();
    index_spine();
    fs::path parent = request_.output.parent_path();
    make_dirs(parent);
    TempFile file = TempFile::beside(request_.output);
    table::TableWriter writer(engine_, {spine_path_}, fs::canonical(file.path()), workspace_.world().threads);
    for (std::size_t i = 0; i < views_.size(); ++i) join_view(i, writer);
    write(writer, format);
    if (find_stat(spine_path_) != spine_stat_)
      throw Error(ErrorKind::conflict, fmt::format("`{}` changed while it was read", printable(request_.spine_label)));
    file.publish(request_.output, 0644, Durability::durable);
    return std::move(report_);
  }

 private:
  table::FileFormat output_format() const {
    const auto format = table::format_of(request_.output.filename().native());
    if (!format || (*format != table::FileFormat::parquet && *format != table::FileFormat::csv) ||
        to_lower(request_.output.extension().native()) == ".tsv") {
      throw Error(ErrorKind::usage, fmt::format("cannot write `{}`: it ends neither in .parquet nor in .csv",
                                                printable(request_.output_label)));
    }
    return *format;
  }

  void open_spine() {
    std::error_code failed;
    spine_path_ = fs::canonical(request_.spine, failed);
    const auto stat = failed ? std::nullopt : find_stat(spine_path_);
    if (!stat || stat->kind != FileKind::file)
      throw Error(ErrorKind::not_found, fmt::format("no file `{}`", printable(request_.spine_label)));
    const auto format = table::format_of(request_.spine.filename().native());
    if (!format) {
      throw Error(ErrorKind::invalid, fmt::format("`{}` is no table", printable(request_.spine_label)))
          .hint("tables end in .parquet, .csv, .tsv, .jsonl or .ndjson");
    }
    spine_stat_ = *stat;
    spine_format_ = *format;
    if (*format == table::FileFormat::csv_gz || *format == table::FileFormat::json_lines_gz)
      table::require_whole_gzip(spine_path_);
    spine_ = relation_of({spine_path_}, *format, fmt::format("`{}`", printable(request_.spine_label)), {});
    connection_ =
        std::make_unique<table::Connection>(engine_, table::sandbox_for({spine_path_}, workspace_.world().threads));
    try {
      spine_columns_ = columns_of(*connection_, spine_);
      table::require_even_rows(spine_columns_, *format);
    } catch (Error& error) {
      throw error.prefix("cannot read " + spine_.label);
    }
  }

  /// Column names are compared as SQL and data frames on some systems do: without case.
  void name_columns() {
    std::map<std::string, std::string> owners;
    for (const Column& column : spine_columns_) owners.emplace(to_lower(column.name), spine_.label);
    for (const ViewRequest& view : views_) {
      TrainReport::View& out = report_.views.emplace_back();
      out.name = view.view->name;
      for (const std::size_t i : view.features) {
        const std::string& feature = view.view->features[i].name;
        out.columns.push_back(request_.names == ColumnNames::full ? view.view->name + "__" + feature : feature);
        const auto [found, fresh] = owners.emplace(to_lower(out.columns.back()), "view `" + view.view->name + "`");
        if (fresh) continue;
        Error error(ErrorKind::invalid, fmt::format("two columns named `{}`: of {} and of view `{}`",
                                                    out.columns.back(), found->second, view.view->name));
        if (request_.names == ColumnNames::brief) error.hint("`--full-names` calls them `view__feature`");
        throw error;
      }
    }
  }

  std::string spine_column(const std::string& key) const {
    for (const auto& [name, column] : request_.key_columns) {
      if (name == key) return column;
    }
    return key;
  }

  /// One index per list of join keys; views that share their keys share it.
  void index_spine() {
    std::vector<WantedColumn> wanted = {{request_.timestamp, FeatureType::timestamp, "--timestamp COLUMN"}};
    std::vector<std::vector<std::size_t>> columns;  // of each index, in `wanted`
    std::map<std::string, SpineIndex*> known;
    for (const ViewRequest& view : views_) {
      const auto keys = definitions_.join_keys(*view.view);
      std::string signature;
      for (const TypedName& key : keys) signature += fmt::format("{} {}\n", key.name, to_string(key.type));
      SpineIndex*& index = known[signature];
      if (index == nullptr) {
        index = indexes_.emplace_back(std::make_unique<SpineIndex>()).get();
        columns.emplace_back();
        for (const TypedName& key : keys) {
          columns.back().push_back(wanted.size());
          wanted.push_back({spine_column(key.name), key.type, fmt::format("--map {}=COLUMN", key.name)});
        }
      }
      index_of_view_.push_back(index);
    }
    read_typed(*connection_, workspace_.world(), spine_, wanted, RowOrder::any,
               [&](const std::vector<const Column*>& read, std::uint64_t place) {
                 for (std::size_t i = 0; i < indexes_.size(); ++i) {
                   std::vector<const Column*> keys;
                   for (const std::size_t at : columns[i]) keys.push_back(read[at]);
                   indexes_[i]->add(KeyBatch(keys), *read.front(), place);
                 }
               });
    for (const auto& index : indexes_) index->finish(workspace_.world().threads);
    report_.rows = indexes_.front()->rows();
  }

  void join_view(std::size_t number, table::TableWriter& writer) {
    const ViewRequest& request = views_[number];
    TrainReport::View& out = report_.views[number];
    std::vector<Column> features;
    for (std::size_t i = 0; i < request.features.size(); ++i) {
      features.push_back(
          table::start_column(out.columns[i], column_type(request.view->features[request.features[i]].type)));
    }
    const SpineIndex& spine = *index_of_view_[number];
    PointInTimeJoin& join = joins_.emplace_back(spine, features, request.view->ttl, request_.knowledge);
    const auto task = workspace_.world().progress.start("joining " + request.view->name, ProgressUnit::items, 0);
    const std::vector<InputTable> inputs = resolve_inputs(workspace_, *request.view);
    ViewReader(engine_, workspace_, definitions_, *request.view, inputs)
        .read(request.features, RowOrder::any, [&](const FeatureRows& rows) {
          join.add(rows);
          task->advance(rows.size());
        });
    require_unchanged(inputs);
    join.finish();
    out.rows_read = join.rows_read();
    out.rows_skipped = join.rows_skipped();
    for (std::size_t row = 0; row < spine.rows(); ++row) {
      const Answer answer = join.answer(row);
      ++(answer == Answer::present ? out.present : answer == Answer::outside_ttl ? out.outside_ttl : out.not_found);
    }
    for (std::size_t i = 0; i < features.size(); ++i) {
      writer.add(features[i], [&join, i](std::span<const std::int64_t> rows, Column& column) {
        join.append_answers(i, rows, column);
      });
    }
  }

  void write(table::TableWriter& writer, table::FileFormat format) {
    // Text that stays text is copied as it is; for Parquet its types are guessed from all rows.
    const std::string scan = table::is_csv(spine_format_) && format == table::FileFormat::csv
                                 ? spine_.sql
                                 : table::scan({spine_path_}, spine_format_, table::Sniff::all_rows);
    try {
      if (writer.write(scan, table::row_number_of(spine_columns_, spine_format_), format, workspace_.world()) !=
          report_.rows)
        throw Error(ErrorKind::conflict, fmt::format("{} changed while it was read", spine_.label));
    } catch (Error& error) {
      check_stop(workspace_.world());
      throw error.prefix(fmt::format("cannot write `{}`", printable(request_.output_label)));
    }
  }

  Workspace& workspace_;
  const Definitions& definitions_;
  const TrainRequest& request_;
  std::vector<ViewRequest> views_;
  table::Engine engine_;
  fs::path spine_path_;
  FileStat spine_stat_;
  table::FileFormat spine_format_ = table::FileFormat::csv;
  Relation spine_;
  std::unique_ptr<table::Connection> connection_;
  std::vector<Column> spine_columns_;
  std::vector<std::unique_ptr<SpineIndex>> indexes_;
  std::vector<SpineIndex*> index_of_view_;
  std::deque<PointInTimeJoin> joins_;  ///< which the writer reads from
  TrainReport report_;
};

}  // namespace

TrainReport build_training_set(Workspace& workspace, const Definitions& definitions, const TrainRequest& request) {
  return TrainingSet(workspace, definitions, request).build();
}

}  // namespace mlo::features
