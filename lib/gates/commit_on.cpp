#include "lib/gates/gate.hpp"
#include "lib/git/shallow.hpp"
#include "lib/util/text.hpp"

// The commits that a version stands on are part of a branch, and the work tree that made it was clean.
namespace mlo {
namespace {

class CommitOnGate : public Gate {
 public:
  CommitOnGate(std::string branch, bool allow_dirty) : branch_(std::move(branch)), allow_dirty_(allow_dirty) {}

  std::vector<GateResult> ask(const GateFacts& facts) const override {
    GateResult out;
    out.what = branch_;
    out.bound = fmt::format("made by a commit on `{}`{}", branch_, allow_dirty_ ? "" : ", nothing uncommitted");
    const CodeState& code = facts.candidate.model.code;
    const auto made_by = git::ObjectId::parse_tagged(code.commit);
    if (!made_by) {
      out.reason = "the version does not say which commit made it";
      return {out};
    }
    const auto tip = find_tip(facts.workspace.repo());
    if (!tip) {
      out.reason = fmt::format("there is no branch `{}` here; type `git fetch origin {}`", branch_, branch_);
      return {out};
    }
    for (const auto& [what, commit] : {std::pair("its version tag's commit", facts.candidate.commit),
                                       std::pair("the commit that made it", *made_by)}) {
      const auto contained = git::find_ancestry(facts.workspace.repo(), commit, *tip);
      if (!contained) {
        out.verdict = Verdict::missing;
        out.reason = fmt::format("the history of `{}` is cut here; type `{}`", branch_, git::kUnshallow);
        return {out};
      }
      if (!*contained) return {fail(out, fmt::format("{} `{}` is not on `{}`", what, brief(commit), branch_))};
    }
    if (code.dirty && !allow_dirty_)
      return {fail(out, fmt::format("made with uncommitted changes on top of `{}`", brief(*made_by)))};
    out.verdict = Verdict::pass;
    return {out};
  }

 private:
  static std::string brief(const git::ObjectId& id) { return id.hex().substr(0, 12); }

  static GateResult fail(GateResult out, std::string reason) {
    out.verdict = Verdict::fail;
    out.reason = std::move(reason);
    return out;
  }

  /// What others agreed to counts: the remote's branch, if there is one.
  std::optional<git::ObjectId> find_tip(const git::Repository& repo) const {
    if (const auto remote = repo.find_commit("refs/remotes/origin/" + branch_)) return remote;
    return repo.find_commit("refs/heads/" + branch_);
  }

  std::string branch_;
  bool allow_dirty_;
};

}  // namespace

bool claims_commit_on(const Value& body) { return is_check(body, "commit-on"); }

std::unique_ptr<Gate> read_commit_on(ObjectReader& body, const GatePolicy&) {
  body.only({"branch", "dirty"});
  std::string branch = body.string("branch");
  if (branch.empty() || branch.find_first_of(" ~^:?*[\\@{") != std::string::npos ||
      branch.find("..") != std::string::npos)
    body.fail("branch", fmt::format("`{}` is not the name of a branch", printable(branch)));
  return std::make_unique<CommitOnGate>(std::move(branch), body.boolean_or("dirty", false));
}

}  // namespace mlo
