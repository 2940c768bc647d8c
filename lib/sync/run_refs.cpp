#include "lib/sync/run_refs.hpp"

#include <map>
#include <optional>
#include <vector>

#include "lib/registry/versions.hpp"
#include "lib/runs/merge.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::string_view kTags = "refs/tags/";
/// Of those that push at once one comes through each time.
constexpr int kAttempts = 30;
/// So often a push is tried again of which nothing moved there: who holds a ref's lock may not be done.
constexpr int kIdle = 2;

/// What a remote says of what travels.
struct Theirs {
  std::optional<git::ObjectId> runs;
  std::map<std::string, std::string> tags;  ///< models', by name: as they are, not peeled
  bool operator==(const Theirs&) const = default;
};

class GitRemote {
 public:
  GitRemote(Workspace& workspace, std::string name)
      : workspace_(workspace),
        git_(workspace.work_tree()),
        name_(std::move(name)),
        ref_(workspace.config().runs_ref),
        tracking_("refs/mlo-remotes/" + name_ + ref_.substr(ref_.rfind('/'))) {}

  const std::string& name() const { return name_; }
  const std::string& runs_ref() const { return ref_; }
  void run(const std::vector<std::string>& args) const { git_.run(args); }

  Theirs list() const {
    Theirs out;
    const std::string listed = git_.run({"ls-remote", "-q", "--refs", name_, ref_, std::string(kTags) + "*"});
    for (const std::string_view line : split_lines(listed)) {
      const std::size_t tab = line.find('\t');
      if (tab == std::string_view::npos) continue;
      const std::string_view id = line.substr(0, tab), ref = line.substr(tab + 1);
      if (ref == ref_) out.runs = git::ObjectId::parse(id);
      if (ref.starts_with(kTags) && parse_registry_tag(ref.substr(kTags.size())))
        out.tags.emplace(ref.substr(kTags.size()), id);
    }
    return out;
  }

  /// Brings their history here, if it is not, and these tags. They may have gone on meanwhile: then `theirs` says so.
  void fetch(Theirs& theirs, const std::vector<std::string>& tags) const {
    std::vector<std::string> args = {"fetch", "-q", "--no-tags", "--no-write-fetch-head", name_};
    const std::size_t none = args.size();
    const bool known = !theirs.runs || workspace_.repo().find_ref(tracking_) == theirs.runs;
    if (!known) args.push_back("+" + ref_ + ":" + tracking_);
    for (const std::string& tag : tags) args.push_back(fmt::format("{0}{1}:{0}{1}", kTags, tag));
    if (args.size() == none) return;
    git_.run(args);
    if (!known) theirs.runs = workspace_.repo().find_ref(tracking_);
  }

  [[noreturn]] void throw_differs(const std::string& tag) const {
    throw Error(ErrorKind::conflict,
                fmt::format("the tag `{}` of `{}` is another one than here", printable(tag), name_))
        .hint(fmt::format("if theirs is right: git tag -d {0} && git fetch {1} tag {0}", shell_quote(tag),
                          shell_quote(name_)));
  }

 private:
  Workspace& workspace_;
  const git::WorkTree git_;
  const std::string name_, ref_, tracking_;
};

/// What has to go there, as git is told.
struct Wanted {
  std::vector<std::string> refs;
  MovedRefs moved;
};

Wanted find_wanted(const Workspace& workspace, const GitRemote& remote, const Theirs& theirs) {
  Wanted out;
  const auto ours = workspace.repo().find_ref(remote.runs_ref());
  if (ours && ours != theirs.runs) {
    out.refs.push_back(ours->hex() + ":" + remote.runs_ref());
    out.moved.runs = true;
  }
  for (const FoundTag& tag : registry_tags(workspace)) {
    const auto there = theirs.tags.find(tag.name);
    if (there != theirs.tags.end() && there->second != tag.id.hex()) remote.throw_differs(tag.name);
    if (there != theirs.tags.end()) continue;
    out.refs.push_back(fmt::format("{0}{1}:{0}{1}", kTags, tag.name));
    out.moved.tags = true;
  }
  return out;
}

bool merge(Workspace& workspace, const Theirs& theirs) {
  return theirs.runs && merge_runs(workspace, *theirs.runs) != MergeResult::up_to_date;
}

}  // namespace

bool fetch_runs(Workspace& workspace, const std::string& git_remote) {
  const GitRemote remote(workspace, git_remote);
  Theirs theirs = remote.list();
  remote.fetch(theirs, {});
  return merge(workspace, theirs);
}

MovedRefs fetch_refs(Workspace& workspace, const std::string& git_remote) {
  const GitRemote remote(workspace, git_remote);
  Theirs theirs = remote.list();
  std::vector<std::string> tags;
  for (const auto& [name, id] : theirs.tags) {
    const auto here = workspace.repo().find_ref(std::string(kTags) + name);
    if (here && here->hex() != id) remote.throw_differs(name);
    if (!here) tags.push_back(name);
  }
  remote.fetch(theirs, tags);
  return {.runs = merge(workspace, theirs), .tags = !tags.empty()};
}

MovedRefs push_refs(Workspace& workspace, const std::string& git_remote) {
  const GitRemote remote(workspace, git_remote);
  Theirs theirs = remote.list();
  for (int attempt = 1, idle = 0;; ++attempt) {
    remote.fetch(theirs, {});
    merge(workspace, theirs);
    const Wanted wanted = find_wanted(workspace, remote, theirs);
    if (wanted.refs.empty()) return {};
    // A plain push moves a ref only from what it is there: the remote's own compare-and-swap.
    std::vector<std::string> args = {"push", "-q", "--atomic", git_remote};
    args.insert(args.end(), wanted.refs.begin(), wanted.refs.end());
    try {
      remote.run(args);
      return wanted.moved;
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::interrupted) throw;
      Theirs now = remote.list();
      idle = now == theirs ? idle + 1 : 0;
      if (attempt == kAttempts || idle > kIdle) throw;
      theirs = std::move(now);
    }
  }
}

}  // namespace mlo
