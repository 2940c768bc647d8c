#include "lib/git/repository.hpp"

#include "lib/git/handle.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::git {
namespace {

/// libgit2 itself, started on first use. What is made durable and which repositories open is decided here, once.
void start_library() {
  static const bool started = [] {
    check_git(git_libgit2_init(), "start libgit2");
    git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1);
    // They change how git treats work trees, not the objects and refs that libgit2 reads here.
    const char* harmless[] = {"partialclone", "worktreeconfig", "preciousobjects"};
    git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, harmless, std::size(harmless));
    return true;
  }();
  static_cast<void>(started);
}

fs::path clean(const char* path) { return path == nullptr ? fs::path() : absolute_in("/", path); }

[[noreturn]] void fail_open(const fs::path& start, int rc) {
  const std::string why = last_message();
  if (rc == GIT_EOWNER) {
    throw Error(ErrorKind::config,
                fmt::format("cannot open the git repository around `{}`: another user owns it", start.string()))
        .hint(fmt::format("if you trust it: git config --global --add safe.directory {}", shell_quote(start.string())));
  }
  const std::string lower = to_lower(why);
  const bool sha256 = lower.find("objectformat") != std::string::npos || lower.find("sha256") != std::string::npos;
  Error error(ErrorKind::config, fmt::format("cannot open the git repository around `{}`: {}", start.string(),
                                             sha256 ? "it uses SHA-256 object names" : why));
  if (sha256) error.hint("mlo needs a repository made by `git init --object-format=sha1` (git's default)");
  if (lower.find("refstorage") != std::string::npos)
    error.hint("convert its refs: git refs migrate --ref-format=files");
  throw error;
}

/// The configuration git itself would read with `env`, lowest first; libgit2's own search looks at the process instead.
ConfigHandle open_config(const Environment& env, git_repository* repo, const fs::path& git_dir,
                         const fs::path& common_dir) {
  git_config* raw = nullptr;
  check_git(git_config_new(&raw), "read git's configuration");
  ConfigHandle config(raw);
  const auto add = [&](const fs::path& file, git_config_level_t level) {
    if (!file.empty() && find_stat(file)) {
      check_git(git_config_add_file_ondisk(config.get(), file.c_str(), level, repo, 1), "read `" + file.string() + "`");
    }
  };
  const fs::path home = find_env(env, "HOME").value_or("");
  if (find_env(env, "GIT_CONFIG_NOSYSTEM").value_or("").empty()) {
    add(find_env(env, "GIT_CONFIG_SYSTEM").value_or("/etc/gitconfig"), GIT_CONFIG_LEVEL_SYSTEM);
  }
  if (const auto global = find_env(env, "GIT_CONFIG_GLOBAL")) {
    if (*global != "/dev/null") add(*global, GIT_CONFIG_LEVEL_GLOBAL);
  } else if (!home.empty()) {
    const auto xdg = find_env(env, "XDG_CONFIG_HOME").value_or("");
    add((xdg.empty() ? home / ".config" : fs::path(xdg)) / "git/config", GIT_CONFIG_LEVEL_XDG);
    add(home / ".gitconfig", GIT_CONFIG_LEVEL_GLOBAL);
  }
  add(common_dir / "config", GIT_CONFIG_LEVEL_LOCAL);
  add(git_dir / "config.worktree", GIT_CONFIG_LEVEL_APP);
  return config;
}

/// `git -c key=value` and its exported form: the last GIT_CONFIG_KEY_<n> that equals `key`.
std::optional<std::string> config_from(const Environment& env, std::string_view key) {
  const auto count = parse_u64(find_env(env, "GIT_CONFIG_COUNT").value_or("")).value_or(0);
  for (auto i = std::min<std::uint64_t>(count, 1000); i-- > 0;) {
    const auto name = find_env(env, fmt::format("GIT_CONFIG_KEY_{}", i));
    if (name && to_lower(*name) == to_lower(key)) return find_env(env, fmt::format("GIT_CONFIG_VALUE_{}", i));
  }
  return std::nullopt;
}

}  // namespace

std::string last_message() {
  const git_error* error = git_error_last();
  return error == nullptr || error->message == nullptr ? "unknown reason" : printable(error->message);
}

void check_git(int rc, std::string_view what) {
  if (rc >= 0) return;
  const ErrorKind kind = rc == GIT_ENOTFOUND ? ErrorKind::not_found
                         : rc == GIT_ELOCKED ? ErrorKind::conflict
                                             : ErrorKind::error;
  throw Error(kind, fmt::format("cannot {}: {}", what, last_message()));
}

SignatureHandle to_signature(const Signature& signature) {
  git_signature* raw = nullptr;
  check_git(git_signature_new(&raw, signature.name.c_str(), signature.email.c_str(), signature.when.seconds(), 0),
            fmt::format("sign as `{}`", signature.name));
  return SignatureHandle(raw);
}

Repository::Repository(std::unique_ptr<State> state) : state_(std::move(state)) {}
Repository::Repository(Repository&&) noexcept = default;
Repository::~Repository() = default;

std::optional<Repository> Repository::discover(const fs::path& start, const Environment& env) {
  start_library();
  const std::string ceiling = find_env(env, "GIT_CEILING_DIRECTORIES").value_or("");
  git_repository* raw = nullptr;
  const int rc = git_repository_open_ext(&raw, start.c_str(), 0, ceiling.empty() ? nullptr : ceiling.c_str());
  if (rc == GIT_ENOTFOUND) return std::nullopt;
  if (rc < 0) fail_open(start, rc);
  auto state = std::make_unique<State>(State{RepositoryHandle(raw), env, {}, {}, {}});
  if (git_repository_is_bare(raw) != 0) {
    throw Error(ErrorKind::config, fmt::format("cannot work in `{}`: the repository is bare, it has no work tree",
                                               git_repository_path(raw)))
        .hint("make one beside it: git worktree add ../work");
  }
  state->work_dir = clean(git_repository_workdir(raw));
  state->git_dir = clean(git_repository_path(raw));
  state->common_dir = clean(git_repository_commondir(raw));
  const ConfigHandle config = open_config(env, raw, state->git_dir, state->common_dir);
  check_git(git_repository_set_config(raw, config.get()), "read git's configuration");
  return Repository(std::move(state));
}

const fs::path& Repository::work_dir() const { return state_->work_dir; }
const fs::path& Repository::git_dir() const { return state_->git_dir; }
const fs::path& Repository::common_dir() const { return state_->common_dir; }

std::optional<std::string> Repository::config(std::string_view key) const {
  if (auto value = config_from(state_->env, key)) return value;
  git_config* raw = nullptr;
  check_git(git_repository_config_snapshot(&raw, state_->repo()), "read git's configuration");
  const ConfigHandle snapshot(raw);
  const char* value = nullptr;
  const int rc = git_config_get_string(&value, snapshot.get(), std::string(key).c_str());
  if (rc == GIT_ENOTFOUND) return std::nullopt;
  check_git(rc, fmt::format("read git's `{}`", key));
  return value;
}

std::optional<Signature> Repository::find_identity(const Environment& env, UtcTime when) const {
  const auto find = [&](std::string_view part) -> std::string {
    for (const std::string_view role : {"AUTHOR", "COMMITTER"}) {
      const auto value = find_env(env, fmt::format("GIT_{}_{}", role, part));
      if (value && !trim(*value).empty()) return *value;
    }
    for (const std::string_view section : {"author", "user"}) {
      const auto value = config(fmt::format("{}.{}", section, to_lower(part)));
      if (value && !trim(*value).empty()) return *value;
    }
    return part == "EMAIL" ? find_env(env, "EMAIL").value_or("") : "";
  };
  // What would break a commit's header is dropped, as git does.
  const auto clean_text = [](std::string text) {
    std::erase_if(text, [](char c) { return c == '<' || c == '>' || c == '\n' || c == '\0'; });
    return std::string(trim(text));
  };
  Signature signature{clean_text(find("NAME")), clean_text(find("EMAIL")), when};
  return signature.name.empty() || signature.email.empty() ? std::nullopt : std::optional(std::move(signature));
}

Signature Repository::identity(const Environment& env, UtcTime when) const {
  if (auto signature = find_identity(env, when)) return *std::move(signature);
  throw Error(ErrorKind::config, "cannot commit: git does not know who you are")
      .hint("git config --global user.name \"Your Name\" && git config --global user.email you@example.org");
}

std::string libgit2_version() {
  int major = 0, minor = 0, revision = 0;
  git_libgit2_version(&major, &minor, &revision);
  return fmt::format("{}.{}.{}", major, minor, revision);
}

}  // namespace mlo::git
