#include "lib/data/table_source.hpp"

#include <algorithm>

#include "lib/data/datasets.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

/// One file of a source: what it is called, and where its bytes are.
struct NamedFile {
  std::string name;
  fs::path path;
};

/// Fills files and format; other files (a README, a licence) do not matter.
void use_tables(DataSource& source, const std::vector<NamedFile>& files) {
  std::string first;
  for (const auto& [name, path] : files) {
    const auto format = table::format_of(name);
    if (!format) continue;
    if (!source.files.empty() && *format != source.format) {
      throw Error(ErrorKind::invalid, fmt::format("`{}` mixes table formats: `{}` and `{}`", printable(source.label),
                                                  printable(first), printable(name)))
          .hint("name one file, or a directory whose tables have one format");
    }
    if (source.files.empty()) first = name;
    source.format = *format;
    source.files.push_back(path);
  }
  if (source.files.empty()) {
    throw Error(ErrorKind::invalid, fmt::format("`{}` is no table", printable(source.label)))
        .hint("tables end in .parquet, .csv, .tsv, .jsonl or .ndjson");
  }
}

std::vector<NamedFile> files_below(const fs::path& directory) {
  std::vector<NamedFile> files;
  for (const DirEntry& entry : list_dir(directory)) {
    const fs::path path = directory / entry.name;
    if (entry.kind == FileKind::directory) {
      const auto inner = files_below(path);
      files.insert(files.end(), inner.begin(), inner.end());
    } else if (entry.kind == FileKind::file) {
      files.push_back({entry.name, path});
    }
  }
  return files;
}

/// The path with symlinks resolved, as DuckDB's sandbox compares them.
fs::path real_path(const fs::path& path) {
  std::error_code failed;
  const fs::path real = fs::canonical(path, failed);
  return failed ? path : real;
}

}  // namespace

DataSource stored_source(const Workspace& workspace, std::string label, const Digest& tree, bool directory,
                         const std::string& file_name) {
  DataSource source{.label = std::move(label), .tree = tree, .directory = directory, .file_name = file_name};
  ObjectStore& store = workspace.store();
  const auto require = [&](const Digest& id) {
    if (store.has(id)) return;
    throw Error(ErrorKind::not_found, fmt::format("the data of `{}` is not in the store", printable(source.label)))
        .hint("get it with `mlo pull`");
  };
  const auto file_of = [&](const Digest& id) {
    require(id);
    return store.file_of(id);
  };
  std::vector<NamedFile> files;
  if (directory) {
    require(tree);
    walk_tree(store, tree, [&](const std::string& path, const TreeEntry& entry) {
      const bool file = entry.kind == TreeEntryKind::file || entry.kind == TreeEntryKind::executable;
      if (file && table::format_of(path)) files.push_back({path, file_of(entry.id)});
    });
  } else {
    files.push_back({file_name, file_of(tree)});
  }
  use_tables(source, files);
  return source;
}

DataSource resolve_source(const fs::path& cwd, const Workspace* workspace, const std::string& typed) {
  const fs::path path = absolute_in(cwd, typed);
  if (const auto stat = find_stat(path)) {
    const fs::path real = real_path(path);
    if (!fs::is_directory(real) && !fs::is_regular_file(real)) {
      throw Error(ErrorKind::invalid, fmt::format("`{}` is neither a file nor a directory", printable(typed)));
    }
    DataSource source{.label = typed, .directory = fs::is_directory(real), .file_name = path.filename().native()};
    use_tables(source, source.directory ? files_below(real) : std::vector<NamedFile>{{source.file_name, real}});
    return source;
  }
  if (workspace == nullptr || table::format_of(typed)) {
    Error error(ErrorKind::not_found, fmt::format("no file `{}`", printable(typed)));
    if (!table::format_of(typed)) error.hint("datasets are known in a repository after `mlo init`");
    throw error;
  }
  const DatasetManifest dataset = resolve_dataset(*workspace, typed);
  return stored_source(*workspace, typed, dataset.tree, dataset.directory, fs::path(dataset.path).filename().native());
}

}  // namespace mlo
