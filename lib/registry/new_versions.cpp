#include "lib/registry/new_versions.hpp"

#include "lib/git/shallow.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::string_view kModels = ".mlo/models";

git::Commit load_end(const git::Repository& repo, const std::string& revision) {
  if (const auto commit = repo.find_commit(revision)) return repo.load_commit(*commit);
  Error error(ErrorKind::config, fmt::format("no commit `{}` here", printable(revision)));
  const bool branch = revision.find('/') != std::string::npos && revision.find_first_of("~^:@ ") == std::string::npos;
  if (branch)
    error.hint(git::fetch_line(repo, revision, git::Wanted::history));
  else
    error.hint(git::is_shallow(repo) ? std::string(git::kUnshallow) : "git fetch");
  throw error;
}

/// Manifests below `.mlo/models`: the newest version that is in `tip` alone, by model.
class Newest {
 public:
  Newest(const git::Repository& repo, git::ObjectId base) : repo_(repo), base_(base) {}

  void visit(git::ObjectId tree, const std::string& model) {
    for (const git::TreeEntry& entry : repo_.load_tree(tree)) {
      if (entry.kind == git::EntryKind::directory) {
        visit(entry.id, model.empty() ? entry.name : model + "/" + entry.name);
      } else if (entry.name.ends_with(".yaml") && !model.empty()) {
        const auto version = SemVer::parse(entry.name.substr(0, entry.name.size() - 5));
        if (version && !repo_.find_entry(base_, model_file(model, *version))) add(model, *version);
      }
    }
  }
  const std::map<std::string, SemVer>& found() const { return found_; }

 private:
  void add(const std::string& model, const SemVer& version) {
    const auto [at, fresh] = found_.emplace(model, version);
    if (!fresh && at->second < version) at->second = version;
  }

  const git::Repository& repo_;
  git::ObjectId base_;
  std::map<std::string, SemVer> found_;
};

}  // namespace

std::vector<ModelVersion> new_versions(const Workspace& workspace, const std::string& range) {
  const git::Repository& repo = workspace.repo();
  const std::size_t dots = range.find("..");
  const std::string base = range.substr(0, dots), tip = dots == std::string::npos ? "HEAD" : range.substr(dots + 2);
  if (base.empty() || tip.empty() || tip.starts_with('.'))
    throw Error(ErrorKind::usage, fmt::format("`{}` is neither BASE nor BASE..TIP", printable(range)))
        .hint("say origin/main, or origin/main..HEAD");
  const git::ObjectId base_tree = load_end(repo, base).tree, tip_tree = load_end(repo, tip).tree;
  Newest newest(repo, base_tree);
  if (const auto models = repo.find_entry(tip_tree, kModels); models && models->kind == git::EntryKind::directory)
    newest.visit(models->id, "");
  std::vector<ModelVersion> out;
  for (const auto& [model, version] : newest.found()) {
    const std::vector<FoundTag> tags = registry_tags(workspace, model);
    const bool tagged =
        std::any_of(tags.begin(), tags.end(), [v = version](const FoundTag& tag) { return tag.parsed.version == v; });
    if (!tagged) {
      throw Error(ErrorKind::config, fmt::format("`{}` is here, but not its tag `{}@v{}`", model_file(model, version),
                                                 model, version.str()))
          .hint(git::is_shallow(repo) ? std::string(git::kUnshallow)
                                      : "git fetch --tags; if that has none, who registered it runs `mlo push`");
    }
    out.push_back(resolve_model(workspace, fmt::format("{}@{}", model, version.str())));
  }
  return out;
}

}  // namespace mlo
