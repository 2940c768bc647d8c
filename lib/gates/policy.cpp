#include "lib/gates/policy.hpp"

#include "lib/crypto/sha256.hpp"
#include "lib/gates/gate.hpp"
#include "lib/git/shallow.hpp"
#include "lib/manifest/names.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::string_view kDefaultRef = "refs/remotes/origin/HEAD";
constexpr std::size_t kMostBytes = 1U << 20U;

struct PolicyRef {
  std::string name;
  std::optional<git::ObjectId> commit;
  bool unprotected = false;
};

PolicyRef find_policy_ref(const git::Repository& repo) {
  if (const auto configured = repo.config("mlo.policyRef"); configured && !configured->empty()) {
    const auto commit = repo.find_commit(*configured);
    if (!commit) {
      throw Error(ErrorKind::config, fmt::format("cannot read policies: `mlo.policyRef` is `{}`, which is not here",
                                                 printable(*configured)))
          .hint(git::fetch_line(repo, *configured, git::Wanted::tip));
    }
    return {*configured, commit, false};
  }
  if (const auto commit = repo.find_commit(kDefaultRef)) return {std::string(kDefaultRef), commit, false};
  return {"HEAD", repo.head(), true};
}

std::optional<std::string> find_policy_text(const git::Repository& repo, git::ObjectId commit,
                                            const std::string& file) {
  const auto entry = repo.find_entry(repo.load_commit(commit).tree, file);
  if (!entry) return std::nullopt;
  if (entry->kind != git::EntryKind::file && entry->kind != git::EntryKind::executable)
    throw Error(ErrorKind::invalid, fmt::format("`{}` is not a file at `{}`", file, commit.hex().substr(0, 12)));
  std::string text = repo.load_blob(entry->id);
  if (text.size() > kMostBytes)
    throw Error(ErrorKind::invalid, fmt::format("{}: larger than {}", file, format_bytes(ByteCount{kMostBytes})));
  return text;
}

std::string policy_file(const std::string& stage) { return fmt::format(".mlo/gates/{}.yaml", stage); }

/// Where the file is though the protected ref does not have it.
std::string find_ignored(const Workspace& workspace, const std::string& file) {
  const git::Repository& repo = workspace.repo();
  if (const auto head = repo.head(); head && repo.find_entry(repo.load_commit(*head).tree, file)) return "HEAD";
  return find_stat(workspace.root() / file) ? "the work tree" : "";
}

}  // namespace

StagePolicy load_stage_policy(const Workspace& workspace, const std::string& stage) {
  if (!is_name(stage))
    throw Error(ErrorKind::usage, fmt::format("`{}` is not the name of a stage", printable(stage)))
        .hint("small letters and digits, `-` or `_` between them");
  const git::Repository& repo = workspace.repo();
  PolicyRef ref = find_policy_ref(repo);
  StagePolicy out;
  out.stage = stage;
  out.commit = ref.commit;
  out.ref = std::move(ref.name);
  out.unprotected = ref.unprotected;
  const std::string file = policy_file(stage);
  const auto text = out.commit ? find_policy_text(repo, *out.commit, file) : std::nullopt;
  if (!text) {
    out.ignored = find_ignored(workspace, file);
    return out;
  }
  try {
    GatePolicy policy = parse_gate_policy(*text, file);
    if (policy.stage != stage)
      throw Error(ErrorKind::invalid, fmt::format("{}: it says `stage: {}`", file, policy.stage));
    read_gates(policy);
    out.policy = std::move(policy);
  } catch (Error& error) {
    if (error.hint().empty()) error.hint(fmt::format("the policy is read from `{}`: mend it there", out.ref));
    throw;
  }
  out.id = sha256(*text);
  return out;
}

std::optional<bool> was_policy(const Workspace& workspace, const std::string& stage, const Digest& id,
                               git::ObjectId commit) {
  const git::Repository& repo = workspace.repo();
  const PolicyRef ref = find_policy_ref(repo);
  if (!is_name(stage) || !ref.commit) return false;
  const auto contained = git::find_ancestry(repo, commit, *ref.commit);
  if (!contained) return std::nullopt;
  if (!*contained) return false;
  const auto text = find_policy_text(repo, commit, policy_file(stage));
  return text && sha256(*text) == id;
}

}  // namespace mlo
