#include "lib/registry/feature_schema.hpp"

#include <set>

#include "lib/codec/reader.hpp"
#include "lib/codec/yaml.hpp"
#include "lib/data/datasets.hpp"
#include "lib/data/table_schema.hpp"
#include "lib/store/staging.hpp"
#include "lib/table/describe.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::uint64_t kFileLimit = 16U << 20U;
constexpr std::string_view kTypes[] = {"boolean", "integer", "real", "string", "date", "timestamp", "other"};

/// The dataset's manifest, in the work tree or in history; nothing if there is none with this content.
std::optional<DatasetManifest> find_version(Workspace& workspace, const UsedDataset& used) {
  try {
    return resolve_dataset(workspace, fmt::format("{}@{}", used.name, used.id.str()));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::not_found) throw;
    return std::nullopt;
  }
}

/// Reads the columns from the stored bytes, by way of a file that has the table's ending.
std::vector<SchemaColumn> stored_columns(Workspace& workspace, const Digest& id, const std::string& path) {
  if (!table::is_table_file(path) || !workspace.store().has(id)) return {};
  const fs::path parent = workspace.local() / "tmp";
  make_dirs(parent);
  const StagingDir staging(parent);
  const fs::path file = staging.path() / fs::path(path).filename();
  workspace.store().check_out(id, file, /*executable=*/false, workspace.config().link);
  std::vector<SchemaColumn> columns = find_schema(workspace.world(), file);
  remove_file(file);
  return columns;
}

/// What all tables of a directory have; nothing if they differ, for then they are not one table.
std::vector<SchemaColumn> directory_columns(Workspace& workspace, const Digest& tree) {
  if (!workspace.store().has(tree)) return {};
  std::vector<std::pair<std::string, Digest>> tables;
  walk_tree(workspace.store(), tree, [&](const std::string& path, const TreeEntry& entry) {
    const bool file = entry.kind == TreeEntryKind::file || entry.kind == TreeEntryKind::executable;
    if (file && table::is_table_file(path)) tables.emplace_back(path, entry.id);
  });
  std::vector<SchemaColumn> columns;
  for (const auto& [path, id] : tables) {
    std::vector<SchemaColumn> found = stored_columns(workspace, id, path);
    if (found.empty() || (!columns.empty() && found != columns)) return {};
    columns = std::move(found);
  }
  return columns;
}

std::vector<SchemaColumn> columns_of(Workspace& workspace, const UsedDataset& used) {
  const auto version = find_version(workspace, used);
  if (version && !version->schema.empty()) return version->schema;
  if (version && version->directory) return directory_columns(workspace, used.id);
  return stored_columns(workspace, used.id, version ? version->path : used.name);
}

/// Takes the labels away; each must be there.
void remove_labels(std::vector<SchemaColumn>& columns, const std::vector<std::string>& labels,
                   const std::string& source) {
  constexpr std::size_t kShown = 20;
  std::vector<std::string> names;
  for (const SchemaColumn& column : columns) names.push_back(column.name);
  for (const std::string& label : labels) {
    if (std::erase_if(columns, [&](const SchemaColumn& column) { return column.name == label; }) != 0) continue;
    if (std::find(names.begin(), names.end(), label) != names.end()) continue;  // said twice
    const std::string near = nearest(label, names);
    std::string hint =
        near.empty() ? "its columns: " : fmt::format("did you mean `{}`? its columns: ", printable(near));
    for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i)
      hint += fmt::format("{}`{}`", i == 0 ? "" : ", ", printable(names[i]));
    if (names.size() > kShown) hint += fmt::format(" and {} more", names.size() - kShown);
    throw Error(ErrorKind::not_found, fmt::format("`{}` has no column `{}`", printable(source), printable(label)))
        .hint(hint);
  }
  if (columns.empty())
    throw Error(ErrorKind::invalid,
                fmt::format("`{}` has only labels: there is nothing the model takes", printable(source)))
        .hint("--label names what is predicted, not what the model takes");
}

}  // namespace

std::vector<SchemaColumn> training_features(Workspace& workspace, const std::vector<UsedDataset>& training,
                                            const std::vector<std::string>& labels) {
  constexpr const char* kHint =
      "give it with --features FILE: a table with these columns, or YAML such as [{name: age, type: real}]";
  std::vector<SchemaColumn> columns;
  std::string first;
  for (const UsedDataset& used : training) {
    std::vector<SchemaColumn> found = columns_of(workspace, used);
    if (found.empty()) continue;
    if (!columns.empty() && found != columns) {
      throw Error(ErrorKind::invalid, fmt::format("`{}` and `{}` have different columns: which the model takes is not "
                                                  "known",
                                                  printable(first), printable(used.name)))
          .hint(kHint);
    }
    columns = std::move(found);
    first = used.name;
  }
  if (columns.empty()) {
    std::vector<std::string> names;
    for (const UsedDataset& used : training) names.push_back("`" + printable(used.name) + "`");
    throw Error(ErrorKind::not_found,
                fmt::format("{} has no table schema: which columns the model takes is not known", join(names, ", ")))
        .hint(kHint);
  }
  remove_labels(columns, labels, first);
  return columns;
}

namespace {

std::vector<SchemaColumn> read_features(Workspace& workspace, const std::string& typed) {
  const fs::path file = absolute_in(workspace.world().cwd, typed);
  if (table::is_table_file(file)) {
    if (!find_stat(file)) throw Error(ErrorKind::not_found, fmt::format("no file `{}`", printable(typed)));
    std::vector<SchemaColumn> columns = find_schema(workspace.world(), file);
    if (!columns.empty()) return columns;
    throw Error(ErrorKind::invalid, fmt::format("cannot read the columns of `{}`", printable(typed)))
        .hint("write them down as YAML: [{name: age, type: real}]");
  }
  const Value document = parse_yaml(read_file(file, kFileLimit), typed, YamlDialect::user);  // JSON is YAML
  std::vector<SchemaColumn> out;
  std::set<std::string> seen;
  const auto add = [&](const Value& at, std::string name, std::string type) {
    if (name.empty() || !seen.insert(name).second)
      fail_at(typed, at,
              fmt::format("the feature `{}` {}", printable(name), name.empty() ? "has no name" : "stands twice"));
    if (std::find(std::begin(kTypes), std::end(kTypes), type) == std::end(kTypes))
      fail_at(typed, at,
              fmt::format("`{}` is not a type: one of boolean, integer, real, string, date, timestamp, other",
                          printable(type)));
    out.push_back({std::move(name), std::move(type)});
  };
  if (document.is(Value::Type::array)) {
    for (const Value& item : document.items()) {
      ObjectReader column(item, typed, "a feature");
      std::string name = column.string("name"), type = column.string("type");
      column.finish();
      add(item, std::move(name), std::move(type));
    }
  } else if (document.is(Value::Type::object)) {
    for (const auto& [name, type] : document.members()) {
      if (!type.is(Value::Type::string)) fail_at(typed, type, "a type must be a string");
      add(type, name, type.as_string());
    }
  }
  if (out.empty()) fail_at(typed, document, "no features: expected a list of {name, type}");
  return out;
}

}  // namespace

std::vector<SchemaColumn> read_feature_file(Workspace& workspace, const std::string& typed,
                                            const std::vector<std::string>& labels) {
  std::vector<SchemaColumn> columns = read_features(workspace, typed);
  remove_labels(columns, labels, typed);
  return columns;
}

}  // namespace mlo
