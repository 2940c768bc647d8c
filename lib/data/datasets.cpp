#include "lib/data/datasets.hpp"

#include <functional>
#include <map>

#include "lib/codec/reader.hpp"
#include "lib/manifest/names.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::string_view kDirectory = ".mlo/data";
constexpr std::string_view kExtension = ".yaml";
constexpr std::uint64_t kManifestLimit = 16U << 20U;
/// Words that follow `version-data`: a dataset of that name could not be told from the subcommand.
constexpr std::string_view kReserved[] = {"add",    "cache",  "check-ignore", "checkout", "diff",    "du",
                                          "fsck",   "gc",     "get",          "history",  "import",  "ls",
                                          "remove", "status", "unprotect",    "update",   "validate"};

DatasetManifest parse_checked(std::string_view text, std::string_view name, const std::string& source) {
  DatasetManifest manifest = parse_dataset(text, source);
  if (manifest.name != name) {
    throw Error(ErrorKind::invalid, fmt::format("{}: the dataset calls itself `{}`", source, printable(manifest.name)))
        .hint(fmt::format("its file must be {}", printable(dataset_file(manifest.name))));
  }
  if (!is_safe_relative(manifest.path) || manifest.path == ".mlo" || manifest.path.starts_with(".mlo/")) {
    throw Error(ErrorKind::invalid,
                fmt::format("{}: the path `{}` is not one inside the repository", source, printable(manifest.path)));
  }
  return manifest;
}

std::optional<DatasetManifest> find_dataset_in(const fs::path& root, std::string_view name) {
  if (!is_dataset_name(name)) return std::nullopt;
  const std::string file = dataset_file(name);
  const auto text = find_file(root / file, kManifestLimit);
  return text ? std::optional(parse_checked(*text, name, file)) : std::nullopt;
}

/// The dataset's name if `path` is one of a manifest.
std::optional<std::string> name_of_file(std::string_view path) {
  if (!path.starts_with(kDirectory) || !path.ends_with(kExtension)) return std::nullopt;
  path.remove_prefix(kDirectory.size() + 1);
  path.remove_suffix(kExtension.size());
  return std::string(path);
}

void collect_names(const fs::path& root, const std::string& directory, std::vector<std::string>& names) {
  if (!find_stat(root / directory)) return;
  for (const DirEntry& entry : list_dir(root / directory)) {
    const std::string path = directory + "/" + entry.name;
    if (entry.name.ends_with(kExtension) && entry.kind != FileKind::file) {
      throw Error(ErrorKind::invalid, fmt::format("`{}` is no file, so it is no manifest", printable(path)))
          .hint("remove it, or bring the manifest back with git");
    }
    if (entry.kind == FileKind::directory) collect_names(root, path, names);
    if (entry.kind != FileKind::file) continue;
    if (auto name = name_of_file(path); name && is_dataset_name(*name)) names.push_back(std::move(*name));
  }
}

[[noreturn]] void throw_unknown(const Workspace& workspace, std::string_view name) {
  std::vector<std::string> names;
  collect_names(workspace.root(), std::string(kDirectory), names);
  const std::string near = nearest(name, names);
  Error error(ErrorKind::not_found, fmt::format("no dataset named `{}`", printable(name)));
  if (!near.empty())
    error.hint(fmt::format("did you mean `{}`?", near));
  else
    error.hint(names.empty() ? "add one with `mlo version-data add PATH`" : "list datasets with `mlo version-data ls`");
  throw error;
}

git::ObjectId load_revision_tree(const Workspace& workspace, std::string_view revision) {
  const auto commit = workspace.repo().find_commit(revision);
  if (!commit) throw Error(ErrorKind::not_found, fmt::format("git knows no revision `{}`", printable(revision)));
  return workspace.repo().load_commit(*commit).tree;
}

DatasetManifest parse_blob(const Workspace& workspace, git::ObjectId blob, std::string_view name,
                           std::string_view revision) {
  return parse_checked(workspace.repo().load_blob(blob), name, fmt::format("{}:{}", revision, dataset_file(name)));
}

std::optional<git::ObjectId> find_blob(const Workspace& workspace, git::ObjectId tree, std::string_view name) {
  const auto entry = workspace.repo().find_entry(tree, dataset_file(name));
  return entry && entry->kind == git::EntryKind::file ? std::optional(entry->id) : std::nullopt;
}

}  // namespace

std::string dataset_file(std::string_view name) { return fmt::format("{}/{}{}", kDirectory, name, kExtension); }

std::optional<DatasetManifest> find_dataset(const Workspace& workspace, std::string_view name) {
  return find_dataset_in(workspace.root(), name);
}

DatasetManifest load_dataset(const Workspace& workspace, std::string_view name) {
  if (auto found = find_dataset(workspace, name)) return std::move(*found);
  throw_unknown(workspace, name);
}

std::vector<DatasetManifest> load_datasets_in(const fs::path& root) {
  std::vector<std::string> names;
  collect_names(root, std::string(kDirectory), names);
  std::sort(names.begin(), names.end());
  std::vector<DatasetManifest> out;
  for (const std::string& name : names) {
    if (auto dataset = find_dataset_in(root, name)) out.push_back(std::move(*dataset));
  }
  return out;
}

std::vector<DatasetManifest> load_datasets(const Workspace& workspace) { return load_datasets_in(workspace.root()); }

std::vector<DatasetManifest> select_datasets(const Workspace& workspace, const std::vector<std::string>& names) {
  if (names.empty()) return load_datasets(workspace);
  std::map<std::string, DatasetManifest> chosen;
  for (const std::string& name : names) chosen.insert_or_assign(name, resolve_dataset(workspace, name));
  std::vector<DatasetManifest> out;
  for (auto& [name, manifest] : chosen) out.push_back(std::move(manifest));
  return out;
}

std::optional<DatasetManifest> find_dataset_at(const Workspace& workspace, std::string_view name,
                                               std::string_view revision) {
  const git::ObjectId tree = load_revision_tree(workspace, revision);
  const auto blob = is_dataset_name(name) ? find_blob(workspace, tree, name) : std::nullopt;
  return blob ? std::optional(parse_blob(workspace, *blob, name, revision)) : std::nullopt;
}

std::vector<DatasetManifest> load_datasets_at(const Workspace& workspace, std::string_view revision) {
  std::vector<DatasetManifest> out;
  const std::function<void(git::ObjectId, const std::string&)> collect = [&](git::ObjectId tree,
                                                                             const std::string& directory) {
    for (const git::TreeEntry& entry : workspace.repo().load_tree(tree)) {
      const std::string path = directory + "/" + entry.name;
      if (entry.kind == git::EntryKind::directory) collect(entry.id, path);
      if (entry.kind != git::EntryKind::file) continue;
      if (const auto name = name_of_file(path); name && is_dataset_name(*name))
        out.push_back(parse_blob(workspace, entry.id, *name, revision));
    }
  };
  const auto top = workspace.repo().find_entry(load_revision_tree(workspace, revision), kDirectory);
  if (top && top->kind == git::EntryKind::directory) collect(top->id, std::string(kDirectory));
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return out;
}

std::vector<DatasetVersion> dataset_history(const Workspace& workspace, std::string_view name) {
  std::vector<DatasetVersion> out;
  const git::Repository& repo = workspace.repo();
  const auto head = repo.head();
  if (head && is_dataset_name(name)) {
    repo.walk(*head, [&](const git::Commit& commit) {
      const auto blob = find_blob(workspace, commit.tree, name);
      bool changed = blob || !commit.parents.empty();
      for (const git::ObjectId& parent : commit.parents) {
        // A merge that took one side's version made no version.
        if (find_blob(workspace, repo.load_commit(parent).tree, name) == blob) changed = false;
      }
      if (!changed) return true;
      const std::string subject(split(commit.message, '\n').front());
      DatasetVersion version{commit.id, commit.committer.when, commit.author.name, subject, std::nullopt};
      if (blob) version.manifest = parse_blob(workspace, *blob, name, commit.id.hex().substr(0, 12));
      out.push_back(std::move(version));
      return true;
    });
  }
  if (out.empty() && !find_dataset(workspace, name)) throw_unknown(workspace, name);
  return out;
}

std::string choose_dataset_name(const std::optional<std::string>& wanted, const std::string& path,
                                const std::vector<DatasetManifest>& existing) {
  if (wanted) require_dataset_name(*wanted);
  for (const DatasetManifest& dataset : existing) {
    if (dataset.path == path) {
      if (wanted && *wanted != dataset.name) {
        throw Error(ErrorKind::conflict, fmt::format("`{}` is already the dataset `{}`", path, dataset.name))
            .hint(fmt::format("leave --name out, or first `mlo version-data remove {} --keep-files`", dataset.name));
      }
      return dataset.name;
    }
    if (overlaps(path, dataset.path)) {
      throw Error(ErrorKind::invalid, fmt::format("cannot add `{}`: it overlaps the dataset `{}` at `{}`", path,
                                                  dataset.name, dataset.path))
          .hint("a file belongs to one dataset at most");
    }
  }
  const std::string name = wanted ? *wanted : dataset_name_from_path(path);
  require_dataset_name(name);
  for (const std::string_view word : kReserved) {
    if (name == word)
      throw Error(ErrorKind::usage, fmt::format("`{}` cannot name a dataset: it is a subcommand", name))
          .hint("choose one with --name");
  }
  for (const DatasetManifest& dataset : existing) {
    if (dataset.name == name) {
      throw Error(ErrorKind::conflict, fmt::format("the name `{}` belongs to the data at `{}`", name, dataset.path))
          .hint("choose another with --name");
    }
  }
  return name;
}

void require_apart(const Workspace& workspace, const DatasetManifest& version) {
  for (const DatasetManifest& other : load_datasets(workspace)) {
    if (other.name == version.name || !overlaps(other.path, version.path)) continue;
    throw Error(ErrorKind::conflict, fmt::format("`{}` at `{}` overlaps the dataset `{}` at `{}`", version.name,
                                                 printable(version.path), other.name, printable(other.path)))
        .hint(fmt::format("a file belongs to one dataset at most; first: mlo version-data remove {} --keep-files",
                          shell_quote(other.name)));
  }
}

std::pair<std::string, std::optional<std::string>> split_dataset_spec(std::string_view spec) {
  const std::size_t at = spec.find('@');
  if (at == std::string_view::npos) return {std::string(spec), std::nullopt};
  return {std::string(spec.substr(0, at)), std::string(spec.substr(at + 1))};
}

DatasetManifest resolve_dataset(const Workspace& workspace, std::string_view spec) {
  const auto [name, version] = split_dataset_spec(spec);
  if (!version) return load_dataset(workspace, name);
  const auto require_known = [&, &known = name] {
    if (!find_dataset(workspace, known)) static_cast<void>(dataset_history(workspace, known));  // for its error
  };
  if (!version->starts_with("sha256:")) {
    const bool there = workspace.repo().find_commit(*version).has_value();
    if (auto found = there ? find_dataset_at(workspace, name, *version) : std::nullopt) return std::move(*found);
    require_known();
    static_cast<void>(load_revision_tree(workspace, *version));  // for its error
    throw Error(ErrorKind::not_found, fmt::format("`{}` has no dataset `{}`", printable(*version), printable(name)))
        .hint(fmt::format("see its versions with `mlo version-data history {}`", shell_quote(name)));
  }
  require_known();
  if (version->size() < 7 + 4)
    throw Error(ErrorKind::usage, fmt::format("`{}` is too short: give 4 digits or more", printable(*version)));
  std::map<Digest, DatasetManifest> matches;
  const auto consider = [&matches, &prefix = *version](const DatasetManifest& manifest) {
    if (manifest.tree.str().starts_with(prefix)) matches.emplace(manifest.tree, manifest);
  };
  if (const auto current = find_dataset(workspace, name)) consider(*current);
  for (const DatasetVersion& old : dataset_history(workspace, name)) {
    if (old.manifest) consider(*old.manifest);
  }
  if (matches.size() == 1) return matches.begin()->second;
  std::vector<std::string> briefs;
  for (const auto& [id, manifest] : matches) briefs.push_back(id.brief());
  if (!matches.empty()) {
    throw Error(ErrorKind::usage, fmt::format("`{}` is ambiguous", printable(*version)))
        .hint("it may be " + join(briefs, " or "));
  }
  throw Error(ErrorKind::not_found,
              fmt::format("dataset `{}` never had the version `{}`", printable(name), printable(*version)))
      .hint(fmt::format("see its versions with `mlo version-data history {}`", shell_quote(name)));
}

}  // namespace mlo
