#include "lib/features/inputs.hpp"

#include <map>

#include "lib/data/compare.hpp"
#include "lib/data/contents.hpp"
#include "lib/data/datasets.hpp"
#include "lib/util/error.hpp"
#include "lib/util/parallel.hpp"
#include "lib/util/text.hpp"

namespace mlo::features {
namespace {

bool is_pattern(std::string_view path) { return path.find_first_of("*?[") != std::string_view::npos; }

/// The directories before the first segment that is a pattern.
std::string fixed_part(const std::string& pattern) {
  std::string fixed;
  for (const std::string_view segment : split(pattern, '/')) {
    if (is_pattern(segment)) break;
    fixed += fmt::format("{}{}", fixed.empty() ? "" : "/", segment);
  }
  return fixed;
}

class WorkFiles {
 public:
  WorkFiles(const Workspace& workspace, const ViewManifest& view) : workspace_(workspace), view_(view) {}

  std::vector<InputFile> find(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
      const std::size_t before = found_.size();
      if (is_pattern(path)) {
        const std::string top = fixed_part(path);
        const auto stat = top.empty() ? find_stat(workspace_.root()) : find_data(workspace_, top);
        if (stat && stat->kind == FileKind::symlink) add(top, *stat);  // which says that it is one
        if (stat && stat->kind == FileKind::directory) walk(top, path);
      } else if (const auto stat = find_data(workspace_, path)) {
        add(path, *stat);
      }
      if (found_.size() == before) {
        throw Error(ErrorKind::not_found, fmt::format("view `{}`: no file `{}`", view_.name, printable(path)));
      }
    }
    std::vector<InputFile> files;
    for (auto& [label, file] : found_) files.push_back(std::move(file));
    return files;
  }

 private:
  void walk(const std::string& directory, const std::string& pattern) {
    check_stop(workspace_.world());
    for (const DirEntry& entry : list_dir(workspace_.root() / directory)) {
      if (entry.name.starts_with('.')) continue;
      const std::string path = directory.empty() ? entry.name : directory + "/" + entry.name;
      if (entry.kind == FileKind::directory) {
        walk(path, pattern);
      } else if (glob_match(pattern, path)) {
        add(path, *find_stat(workspace_.root() / path));
      }
    }
  }

  void add(const std::string& path, const FileStat& stat) {
    if (stat.kind != FileKind::file) {
      throw Error(ErrorKind::invalid, fmt::format("view `{}`: `{}` is {}", view_.name, printable(path),
                                                  stat.kind == FileKind::symlink     ? "a symlink"
                                                  : stat.kind == FileKind::directory ? "a directory"
                                                                                     : "no regular file"))
          .hint(stat.kind == FileKind::directory ? fmt::format("name its files, as in `{}/*.parquet`", path) : "");
    }
    found_.insert_or_assign(path, InputFile{.label = path,
                                            .path = fs::canonical(workspace_.root()) / path,
                                            .bytes = stat.size,
                                            .stat = stat,
                                            .digest = {}});
  }

  const Workspace& workspace_;
  const ViewManifest& view_;
  std::map<std::string, InputFile> found_;
};

std::vector<InputFile> dataset_files(const Workspace& workspace, const ViewManifest& view, const std::string& spec) {
  const DatasetManifest dataset = resolve_dataset(workspace, spec);
  ObjectStore& store = workspace.store();
  std::vector<InputFile> files;
  const auto require = [&](const Digest& id) {
    if (store.has(id)) return;
    throw Error(ErrorKind::not_found,
                fmt::format("view `{}`: the data of `{}` is not in the store", view.name, dataset.name))
        .hint("get it with `mlo pull`");
  };
  const auto add = [&](const std::string& path, const Digest& id, std::uint64_t size) {
    if (!table::format_of(path)) return;
    require(id);
    files.push_back({.label = dataset.name + "/" + path,
                     .path = fs::canonical(store.file_of(id)),
                     .bytes = size,
                     .stat = {},
                     .digest = id});
  };
  if (!dataset.directory) {
    add(fs::path(dataset.path).filename().native(), dataset.tree, dataset.bytes);
  } else {
    require(dataset.tree);
    walk_tree(store, dataset.tree, [&](const std::string& path, const TreeEntry& entry) {
      if (entry.kind == TreeEntryKind::file || entry.kind == TreeEntryKind::executable) add(path, entry.id, entry.size);
    });
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.label < b.label; });
  return files;
}

InputTable resolve_table(const Workspace& workspace, const ViewManifest& view, std::string name,
                         const TableSource& source) {
  InputTable out{.name = std::move(name), .files = {}, .nulls = source.nulls};
  out.files = source.dataset.empty() ? WorkFiles(workspace, view).find(source.paths)
                                     : dataset_files(workspace, view, source.dataset);
  for (const InputFile& file : out.files) {
    const auto format = table::format_of(file.label);
    const bool first = &file == &out.files.front();
    if (!format || (!first && *format != out.format)) {
      Error error(ErrorKind::invalid, !format
                                          ? fmt::format("view `{}`: `{}` is no table", view.name, printable(file.label))
                                          : fmt::format("view `{}` mixes table formats: `{}` and `{}`", view.name,
                                                        printable(out.files.front().label), printable(file.label)));
      throw error.hint("tables end in .parquet, .csv, .tsv, .jsonl or .ndjson");
    }
    out.format = *format;
  }
  if (out.files.empty()) {
    throw Error(ErrorKind::invalid, fmt::format("view `{}`: dataset `{}` has no table", view.name, source.dataset))
        .hint("tables end in .parquet, .csv, .tsv, .jsonl or .ndjson");
  }
  return out;
}

}  // namespace

std::vector<InputTable> resolve_inputs(const Workspace& workspace, const ViewManifest& view) {
  std::vector<InputTable> tables;
  if (const auto* const source = std::get_if<TableSource>(&view.source)) {
    tables.push_back(resolve_table(workspace, view, "", *source));
  } else {
    for (const auto& [name, source_of] : std::get<QuerySource>(view.source).tables)
      tables.push_back(resolve_table(workspace, view, name, source_of));
  }
  return tables;
}

void digest_inputs(const Workspace& workspace, StatCache& cache, std::vector<InputTable>& tables) {
  std::vector<InputFile*> open;
  for (InputTable& table : tables) {
    for (InputFile& file : table.files) {
      if (!file.digest) open.push_back(&file);
    }
  }
  parallel_for(open.size(), workspace.world().threads, [&](std::size_t i) {
    check_stop(workspace.world());
    open[i]->digest = hash_file(workspace, cache, open[i]->label, *open[i]->stat);
    if (!open[i]->digest)
      throw Error(ErrorKind::conflict, fmt::format("`{}` changed while it was read", printable(open[i]->label)));
  });
}

void require_unchanged(const std::vector<InputTable>& tables) {
  for (const InputTable& table : tables) {
    for (const InputFile& file : table.files) {
      if (file.stat && find_stat(file.path) != file.stat)
        throw Error(ErrorKind::conflict, fmt::format("`{}` changed while it was read", printable(file.label)));
    }
  }
}

std::vector<fs::path> paths_of(const InputTable& table) {
  std::vector<fs::path> paths;
  for (const InputFile& file : table.files) paths.push_back(file.path);
  return paths;
}

}  // namespace mlo::features
