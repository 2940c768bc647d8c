#include "lib/data/safe_place.hpp"

#include "lib/data/datasets.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr const char* kElsewhere = "name another place with --output";

[[noreturn]] void refuse(ErrorKind kind, const fs::path& place, const std::string& why) {
  throw Error(kind, fmt::format("cannot put anything at `{}`: {}", printable(place.string()), why)).hint(kElsewhere);
}

fs::path real_path(const fs::path& path) {
  std::error_code code;
  const fs::path out = fs::weakly_canonical(path, code);
  if (code) throw Error(ErrorKind::usage, fmt::format("cannot resolve `{}`: {}", path.string(), code.message()));
  return absolute_in("/", out);
}

/// What a rename would act on.
fs::path resolve(const fs::path& place) {
  return place.has_filename() ? absolute_in("/", real_path(place.parent_path()) / place.filename()) : place;
}

bool is_git_name(const std::string& name) { return to_lower(name) == ".git"; }

/// A bare repository, or a git directory under a name of its own.
bool is_git_dir(const fs::path& directory) {
  const auto is = [&](const char* name, FileKind kind) {
    const auto stat = find_stat(directory / name);
    return stat && stat->kind == kind;
  };
  return is("objects", FileKind::directory) && is("refs", FileKind::directory) && find_stat(directory / "HEAD");
}

/// The top of the work tree around a resolved path, which may be one itself.
std::optional<fs::path> find_top(fs::path path) {
  for (; path != path.root_path(); path = path.parent_path()) {
    if (find_stat(path / ".git")) return path;
  }
  return std::nullopt;
}

void require_no_repository(const fs::path& place, const fs::path& directory) {
  const std::vector<DirEntry> entries = list_dir(directory);
  const bool git = std::any_of(entries.begin(), entries.end(), [](const DirEntry& e) { return is_git_name(e.name); });
  if (git || is_git_dir(directory)) {
    const bool itself = directory == place;
    refuse(ErrorKind::conflict, place,
           itself ? "it is a git repository"
                  : fmt::format("there is a git repository `{}` in it", printable(*relative_to(place, directory))));
  }
  for (const DirEntry& entry : entries) {
    if (entry.kind == FileKind::directory) require_no_repository(place, directory / entry.name);
  }
}

void require_outside_resolved(const fs::path& place) {
  for (fs::path at = place; at != at.root_path(); at = at.parent_path()) {
    if (is_git_name(at.filename().string()) || (at != place && is_git_dir(at)))
      refuse(ErrorKind::usage, place, "git keeps its own files there");
  }
  const auto top = find_top(place);
  if (!top || *top == place) return;
  const std::string path = *relative_to(*top, place);
  if (lies_in(path, ".mlo")) refuse(ErrorKind::usage, place, "mlo keeps its own files there");
  for (const DatasetManifest& dataset : load_datasets_in(*top)) {
    if (lies_in(path, dataset.path))
      refuse(ErrorKind::conflict, place, fmt::format("it belongs to the dataset `{}`", dataset.name));
  }
}

}  // namespace

void require_outside(const fs::path& place) { require_outside_resolved(resolve(place)); }

void require_replaceable(const World& world, const fs::path& typed) {
  const fs::path place = resolve(typed);
  const auto stat = find_stat(place);
  if (stat && stat->kind == FileKind::directory) {
    const auto holds = [&](const fs::path& other) { return relative_to(place, real_path(other)).has_value(); };
    if (!place.has_filename()) refuse(ErrorKind::usage, place, "it holds everything");
    if (holds(world.cwd)) refuse(ErrorKind::usage, place, "the current directory would be replaced with it");
    const auto home = find_env(world.env, "HOME");
    if (home && home->starts_with('/') && holds(*home))
      refuse(ErrorKind::usage, place, "your home directory would be replaced with it");
  }
  require_outside_resolved(place);
  if (stat && stat->kind == FileKind::directory) require_no_repository(place, place);
  const auto top = find_top(place);
  if (!top) return;
  const std::string path = *relative_to(*top, place);
  for (const DatasetManifest& dataset : load_datasets_in(*top)) {
    if (lies_in(dataset.path, path))
      refuse(ErrorKind::conflict, place, fmt::format("the dataset `{}` would be replaced with it", dataset.name));
  }
}

}  // namespace mlo
