#include "lib/sync/pre_push.hpp"

#include <map>

#include "lib/drift/baseline.hpp"
#include "lib/manifest/model.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::string_view kDatasets = ".mlo/data/", kModels = ".mlo/models/", kBaselines = ".mlo/baselines/";

bool is_zero(std::string_view id) { return id.find_first_not_of('0') == std::string_view::npos; }

/// What one manifest names; nothing for one that does not parse: whoever reads it is told then.
std::optional<Root> root_of(const std::string& path, const std::string& text) {
  try {
    if (path.starts_with(kDatasets)) {
      const DatasetManifest m = parse_dataset(text, path);
      return Root{fmt::format("dataset `{}`", m.name), m.tree, m.directory, m.bytes};
    }
    if (path.starts_with(kModels)) {
      const ModelManifest m = parse_model(text, path);
      return Root{fmt::format("model `{}@v{}`", m.name, m.version), m.model.id, m.model.directory, m.model.bytes};
    }
    const drift::Baseline m = drift::parse_baseline(text, path);
    return Root{fmt::format("baseline `{}`", m.model), m.tree, m.directory, 0};
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::invalid && error.kind() != ErrorKind::config) throw;
    return std::nullopt;
  }
}

}  // namespace

std::vector<PushedRef> parse_pushed_refs(std::string_view lines) {
  std::vector<PushedRef> refs;
  for (const std::string_view line : split_lines(lines)) {
    const auto words = split(trim(line), ' ');
    const auto local = words.size() == 4 ? git::ObjectId::parse(words[1]) : std::nullopt;
    const auto remote = words.size() == 4 ? git::ObjectId::parse(words[3]) : std::nullopt;
    if (!local || !remote)
      throw Error(ErrorKind::usage, fmt::format("`{}` is not what git tells a pre-push hook", printable(line)));
    if (is_zero(words[1])) continue;
    refs.push_back({std::string(words[2]), *local, is_zero(words[3]) ? std::nullopt : remote});
  }
  return refs;
}

std::vector<Root> pushed_roots(const Workspace& workspace, const std::string& git_remote,
                               const std::vector<PushedRef>& refs) {
  if (refs.empty()) return {};
  std::vector<std::string> args = {"rev-list", "--objects", "--in-commit-order"};
  for (const PushedRef& ref : refs) args.push_back(ref.local.hex());
  args.emplace_back("--not");
  for (const PushedRef& ref : refs) {
    if (ref.remote && workspace.repo().has_object(*ref.remote)) args.push_back(ref.remote->hex());
  }
  // What was seen there before. A URL has no such refs.
  if (!git_remote.empty() && git_remote.find_first_of(":*?[\\ ") == std::string::npos)
    args.push_back("--remotes=" + git_remote);
  args.insert(args.end(), {"--", std::string(kDatasets), std::string(kModels), std::string(kBaselines)});
  std::vector<Root> roots;
  const std::string listed = workspace.work_tree().run(args);
  for (const std::string_view line : split_lines(listed)) {
    const std::size_t space = line.find(' ');
    const auto id = git::ObjectId::parse(line.substr(0, space));
    const std::string path(space == std::string_view::npos ? "" : line.substr(space + 1));
    const bool known = path.starts_with(kDatasets) || path.starts_with(kModels) || path.starts_with(kBaselines);
    if (!id || !known || !path.ends_with(".yaml")) continue;
    if (auto root = root_of(path, workspace.repo().load_blob(*id))) roots.push_back(std::move(*root));
  }
  return roots;
}

TransferReport push_roots(Workspace& workspace, Remote& remote, const std::vector<Root>& roots) {
  const World& world = workspace.world();
  ObjectStore& store = workspace.store();
  ObjectSet set = objects_below(store, roots);
  UploadPlanner planner(store, remote);
  UploadPlan files = planner.plan(std::move(set.files), Order::any);
  UploadPlan trees = planner.plan(std::move(set.trees), Order::as_given);
  if (!files.absent.empty() || !trees.absent.empty()) {
    const ObjectRef& first = files.absent.empty() ? trees.absent.front() : files.absent.front();
    throw Error(ErrorKind::not_found,
                fmt::format("object `{}` of {} is neither here nor on the remote `{}`: what is pushed would name what "
                            "nobody has",
                            first.id.brief(), first.owner.text(), remote.name()))
        .hint("another clone may have it: `mlo push` there; to push all the same: git push --no-verify");
  }
  TransferReport report;
  for (UploadPlan* plan : {&files, &trees}) report += upload(world, store, remote, std::move(*plan), Mode::real);
  return report;
}

}  // namespace mlo
