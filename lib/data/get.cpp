#include "lib/data/get.hpp"

#include <unistd.h>

#include "lib/data/compare.hpp"
#include "lib/data/datasets.hpp"
#include "lib/data/safe_place.hpp"
#include "lib/manifest/names.hpp"
#include "lib/store/staging.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::string_view kById = "sha256:";

/// The last name on the way to what is got.
std::string last_name(const DatasetManifest& manifest, const std::string& path) {
  std::string name(manifest.path);
  for (const std::string_view segment : split(path, '/')) {
    if (!segment.empty() && segment != ".") name = segment;
  }
  return fs::path(name).filename().string();
}

fs::path choose_place(const World& world, const GetDataRequest& request, const std::string& name, bool directory) {
  const fs::path typed = request.output.value_or(name);
  const fs::path place = absolute_in(world.cwd, typed);
  const auto stat = find_stat(place);
  const bool into = !typed.has_filename() || (stat && stat->kind == FileKind::directory);
  return into && !directory ? place / name : place;
}

/// Where files can be renamed from to their place: beside it, or in the directory that they go into.
fs::path choose_scratch(const World& world, const std::optional<std::string>& output) {
  if (!output) return world.cwd;
  const fs::path place = absolute_in(world.cwd, *output), parent = place.parent_path();
  const auto stat = find_stat(place), around = find_stat(parent);
  if (stat && around && stat->kind == FileKind::directory &&
      (stat->device != around->device || ::access(parent.c_str(), W_OK) != 0))
    return place;
  make_dirs(parent);
  return parent;
}

}  // namespace

std::string DataSpec::str() const { return name + (version ? "@" + *version : "") + (path.empty() ? "" : ":" + path); }

DataSpec parse_data_spec(std::string_view typed) {
  DataSpec spec;
  const std::size_t end = std::min(typed.find_first_of("@:"), typed.size());
  spec.name = typed.substr(0, end);
  std::string_view rest = typed.substr(end);
  if (rest.starts_with('@')) {
    rest.remove_prefix(1);
    const std::size_t skipped = rest.starts_with(kById) ? kById.size() : 0;
    const std::size_t colon = std::min(rest.find(':', skipped), rest.size());
    spec.version = std::string(rest.substr(0, colon));
    rest.remove_prefix(colon);
  }
  if (!rest.empty()) spec.path = rest.substr(1);
  while (spec.path.ends_with('/')) spec.path.pop_back();
  const bool safe = spec.path.empty() || is_safe_relative(spec.path);
  if (!is_dataset_name(spec.name) || (spec.version && spec.version->empty()) || !safe || !is_utf8(typed)) {
    throw Error(ErrorKind::usage, fmt::format("`{}` does not say which data", printable(typed)))
        .hint("write NAME, NAME@REVISION or NAME@REVISION:PATH, such as flights@v1.2:raw/2013.csv");
  }
  return spec;
}

GotData get_data(const World& world, const GetDataRequest& request) {
  const DataSpec& spec = request.spec;
  require_outside(request.output ? absolute_in(world.cwd, *request.output) : world.cwd);
  const StagingDir staging(choose_scratch(world, request.output));
  std::optional<git::ObjectId> commit;
  OtherRepository other(
      world, request.repo, staging.path() / "repo", [&](const std::string& url, const fs::path& into) {
        if (spec.version && spec.version->starts_with(kById))
          throw Error(ErrorKind::usage, fmt::format("`{}` cannot be looked up without a clone", spec.str()))
              .hint("name a branch, tag or commit");
        commit = fetch_dataset_manifest(world, url, spec.version.value_or(""), spec.name, into);
      });
  GotData got;
  got.manifest = commit ? *find_dataset_at(other.workspace(), spec.name, commit->hex())
                        : resolve_dataset(other.workspace(), DataSpec{spec.name, spec.version}.str());
  ObjectStore fetched(staging.path() / "objects");
  const ObjectStore* store = &other.workspace().store();
  ContentSource source(world, other, fetched, spec.str());
  got.entry = source.find(got.manifest, spec.path);
  const bool directory = got.entry.kind == TreeEntryKind::directory;
  got.place = choose_place(world, request, last_name(got.manifest, spec.path), directory);
  require_replaceable(world, got.place);
  require_room(got.place, request.existing);
  if (!has_content(*store, got.entry)) {
    source.bring(got.entry);
    store = &fetched;
  }
  make_dirs(got.place.parent_path());
  const fs::path whole = staging.path() / "content";
  got.written = write_content(world, *store, got.entry, whole);
  put_in_place(whole, got.place, staging.path() / "old");
  return got;
}

}  // namespace mlo
