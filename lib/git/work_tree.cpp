#include "lib/git/work_tree.hpp"

#include <thread>

#include "lib/util/error.hpp"
#include "lib/util/process.hpp"
#include "lib/util/text.hpp"

namespace mlo::git {
namespace {

std::string nul_list(const std::vector<std::string>& paths) {
  std::string out;
  for (const std::string& path : paths) out.append(path).push_back('\0');
  return out;
}

std::vector<std::string> split_nul(std::string_view text) {
  std::vector<std::string> out;
  for (const std::string_view piece : split(text, '\0')) {
    if (!piece.empty()) out.emplace_back(piece);
  }
  return out;
}

std::vector<std::string> sorted_unique(std::vector<std::string> paths) {
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  return paths;
}

/// What git says below the cause when a repository elsewhere does not answer.
bool is_advice(std::string_view line) {
  return line == "Please make sure you have the correct access rights" || line == "and the repository exists." ||
         line == "fatal: Could not read from remote repository.";
}

/// Git says the cause last, but for its advice; a hook that refuses may write to either stream.
std::string last_line(const ProcessOutput& output) {
  std::string line;
  for (const std::string* text : {&output.out, &output.err}) {
    for (const std::string_view l : split_lines(*text)) {
      if (!trim(l).empty() && (line.empty() || !is_advice(trim(l)))) line = trim(l);
    }
  }
  for (const std::string_view prefix : {"fatal: ", "error: "}) {
    if (line.starts_with(prefix)) line.erase(0, prefix.size());
  }
  return line.empty() ? fmt::format("exit code {}", output.exit.code) : printable(line);
}

/// The file by which somebody else keeps git from writing, as git names it; empty if that is not why it failed.
std::string locked_by(const std::string& err) {
  constexpr std::string_view kBefore = "Unable to create '", kAfter = "': File exists";
  const std::size_t before = err.find(kBefore), begin = before + kBefore.size();
  const std::size_t end = before == std::string::npos ? before : err.find(kAfter, begin);
  return end == std::string::npos ? "" : err.substr(begin, end - begin);
}

/// Whether a lock goes within a second: another command of ours beside this one, or an editor's git, holds the index
/// for a moment only.
bool frees_soon(const fs::path& lock) {
  constexpr std::chrono::milliseconds kLongest{512};
  for (std::chrono::milliseconds pause{1}; find_stat(lock); pause *= 2) {
    if (pause > kLongest) return false;
    std::this_thread::sleep_for(pause);
  }
  return true;
}

/// An object name that git printed.
ObjectId require_id(std::string_view answer) {
  const auto id = ObjectId::parse(trim(answer));
  if (!id) throw Error(ErrorKind::error, fmt::format("git gave an unexpected answer `{}`", printable(trim(answer))));
  return *id;
}

bool is_network(const std::string& command) {
  return command == "push" || command == "fetch" || command == "ls-remote" || command == "clone";
}

}  // namespace

bool covers(const PathSet& paths, std::string_view path) {
  for (std::size_t end = path.size(); end != std::string_view::npos && end > 0; end = path.rfind('/', end - 1)) {
    if (paths.contains(path.substr(0, end))) return true;
  }
  return false;
}

WorkTree::WorkTree(fs::path root, const Environment& env) : root_(std::move(root)), env_(env) {}

std::string WorkTree::run(const std::vector<std::string>& args, std::string_view input) const {
  return spawn(args, input, Index::own);
}

std::string WorkTree::spawn(const std::vector<std::string>& args, std::string_view input, Index index, int no) const {
  // Paths are names here, never patterns; reading must not take the index lock; what a commit names is on disk before
  // it (by default git leaves loose objects to the kernel).
  ProcessSpec spec{.argv = {"git", "-c", "core.fsync=all", "--no-optional-locks"}, .cwd = root_, .env = env_};
  if (args.at(0) != "check-ignore") spec.argv.push_back("--literal-pathspecs");  // it knows no patterns, nor the option
  spec.argv.insert(spec.argv.end(), args.begin(), args.end());
  // A hook of git exports these; they would point every child at the outer command's index or repository.
  for (const char* name :
       {"GIT_DIR", "GIT_WORK_TREE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_PREFIX",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_NAMESPACE", "GIT_IMPLICIT_WORK_TREE", "GIT_SHALLOW_FILE"}) {
    spec.env.erase(name);
  }
  if (index == Index::own) spec.env.erase("GIT_INDEX_FILE");
  ProcessOutput output;
  std::string lock;
  for (int tries = 0; tries < 10; ++tries) {
    try {
      output = run_process(spec, input);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::not_found || !find_stat(root_)) throw;
      throw Error(ErrorKind::config, "cannot start `git`: it is not installed or not in PATH")
          .hint("on Debian: sudo apt install git");
    }
    if (output.exit.code == 0 || output.exit.code == no) return std::move(output.out);
    lock = locked_by(output.err);
    if (!lock.ends_with("index.lock") || !frees_soon(lock)) break;  // git takes it before it does anything
  }
  const std::string why = last_line(output);
  const bool locked = !lock.empty() || why.find(".lock'") != std::string::npos;
  if (lock.ends_with("index.lock")) {
    throw Error(ErrorKind::conflict, "git's index is locked")
        .hint(fmt::format("if no git is running, remove {}, and repeat the command", shell_quote(lock)));
  }
  throw Error(is_network(args.at(0)) ? ErrorKind::remote
              : locked               ? ErrorKind::conflict
                                     : ErrorKind::error,
              fmt::format("git {} failed: {}", args[0], why));
}

void WorkTree::stage(const std::vector<std::string>& paths) const {
  if (!paths.empty()) run({"update-index", "--add", "--remove", "-z", "--stdin"}, nul_list(paths));
}

void WorkTree::untrack(const std::vector<std::string>& paths) const {
  if (paths.empty()) return;
  run({"rm", "--cached", "-r", "-f", "-q", "--ignore-unmatch", "--pathspec-from-file=-", "--pathspec-file-nul"},
      nul_list(paths));
}

ObjectId WorkTree::commit_only(const std::vector<std::string>& paths, std::string_view message) const {
  MLO_ASSERT(!paths.empty());  // without a path git would commit all that is staged
  require_quiet();
  // An index of its own: HEAD's with these paths as they are staged. `git commit --only` would take them from disk, and
  // so put back a file that was taken out of the index but stays on disk.
  const TempFile unique(fs::path(trim(run({"rev-parse", "--absolute-git-dir"}))));
  const fs::path index = unique.path().string() + ".index";
  WorkTree scratch(root_, env_);
  scratch.env_.insert_or_assign("GIT_INDEX_FILE", index.string());
  const auto in_scratch = [&](const std::vector<std::string>& args, std::string_view input) {
    scratch.spawn(args, input, Index::inherited);
  };
  const bool unborn = run({"rev-list", "-n1", "--ignore-missing", "HEAD", "--"}).empty();
  std::string entries;
  for (const std::string& path : paths) entries.append("0 ").append(40, '0').append("\t").append(path).push_back('\0');
  std::vector<std::string> list = {"ls-files", "--stage", "-z", "--"};
  list.insert(list.end(), paths.begin(), paths.end());
  entries += run(list);
  try {
    in_scratch(
        unborn ? std::vector<std::string>{"read-tree", "--empty"} : std::vector<std::string>{"read-tree", "HEAD"}, {});
    in_scratch({"update-index", "-z", "--index-info"}, entries);
    in_scratch({"commit", "-q", "--cleanup=verbatim", "-F", "-"}, message);
  } catch (...) {
    remove_file(index);
    throw;
  }
  remove_file(index);
  return require_id(run({"rev-parse", "--verify", "HEAD"}));
}

ObjectId WorkTree::tag(const std::string& name, ObjectId commit, std::string_view message) const {
  const std::string ref = "refs/tags/" + name;
  const auto find = [&] { return run({"for-each-ref", "--format=%(objectname)", ref}); };
  try {
    run({"tag", "-a", "--cleanup=verbatim", "-F", "-", "--", name, commit.hex()}, message);
  } catch (const Error&) {
    if (find().empty()) throw;
    throw Error(ErrorKind::conflict, fmt::format("there is a tag `{}` already", printable(name)))
        .hint("somebody else made it; look with `git show`, then try again");
  }
  return require_id(find());
}

void WorkTree::require_quiet() const {
  if (find_env(env_, "GIT_INDEX_FILE")) {
    throw Error(ErrorKind::conflict, "cannot commit while `GIT_INDEX_FILE` is set")
        .hint("run this outside git hooks, or unset GIT_INDEX_FILE");
  }
  const fs::path git_dir(trim(run({"rev-parse", "--absolute-git-dir"})));
  struct Sign {
    const char *file, *what, *hint;
  };
  static constexpr Sign kSigns[] = {
      {"MERGE_HEAD", "a merge", "finish it with `git merge --continue`, or `git merge --abort`"},
      {"rebase-merge", "a rebase", "finish it with `git rebase --continue`, or `git rebase --abort`"},
      {"rebase-apply", "a rebase", "finish it with `git rebase --continue`, or `git rebase --abort`"},
      {"CHERRY_PICK_HEAD", "a cherry-pick",
       "finish it with `git cherry-pick --continue`, or `git cherry-pick --abort`"},
      {"REVERT_HEAD", "a revert", "finish it with `git revert --continue`, or `git revert --abort`"},
  };
  for (const Sign& sign : kSigns) {
    if (find_stat(git_dir / sign.file)) {
      throw Error(ErrorKind::conflict, fmt::format("cannot commit in the middle of {}", sign.what)).hint(sign.hint);
    }
  }
  if (!frees_soon(git_dir / "index.lock")) {
    throw Error(ErrorKind::conflict, "cannot commit: git's index is locked")
        .hint(fmt::format("if no git is running, remove {}", shell_quote((git_dir / "index.lock").string())));
  }
}

std::vector<std::string> WorkTree::tracked(const std::string& path) const {
  return sorted_unique(split_nul(run({"ls-files", "-z", "--cached", "--", path.empty() ? "." : path})));
}

std::vector<std::string> WorkTree::staged() const {
  // Not `diff HEAD`: the first commit has no HEAD yet.
  return sorted_unique(
      split_nul(spawn({"diff", "--cached", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--diff-filter=ACMT"},
                      {}, Index::inherited)));
}

std::map<std::string, ObjectId> WorkTree::indexed(const std::string& path) const {
  std::map<std::string, ObjectId> blobs;
  for (const std::string& record :
       split_nul(spawn({"ls-files", "-z", "--stage", "--", path.empty() ? "." : path}, {}, Index::inherited))) {
    // <mode> <id> <stage>\t<path>
    const std::size_t tab = record.find('\t');
    const auto fields = split(std::string_view(record).substr(0, tab), ' ');
    const auto id = fields.size() == 3 && tab != std::string::npos ? ObjectId::parse(fields[1]) : std::nullopt;
    if (id && !fields[0].starts_with("16")) blobs.emplace(record.substr(tab + 1), *id);
  }
  return blobs;
}

std::vector<std::string> WorkTree::ignored_of(const std::vector<std::string>& paths) const {
  if (paths.empty()) return {};
  constexpr int kNone = 1;
  std::string input;
  for (const std::string& path : paths) input.append("./").append(path).push_back('\0');  // `:` first would be magic
  std::vector<std::string> ignored = split_nul(spawn({"check-ignore", "-z", "--stdin"}, input, Index::own, kNone));
  for (std::string& path : ignored) path.erase(0, 2);
  return sorted_unique(std::move(ignored));
}

std::vector<std::string> WorkTree::untracked(const PathSet& made) const {
  std::vector<std::string> found;
  // What lies in a directory of which nothing is tracked comes level by level: ignored ones may hold a million files.
  std::vector<std::string> level = split_nul(run({"ls-files", "-z", "--others", "--directory"}));
  while (!level.empty()) {
    for (std::string& path : level) {
      if (path.ends_with('/')) path.pop_back();
    }
    std::erase_if(level, [&](const std::string& path) { return covers(made, path); });
    const std::vector<std::string> ignored = ignored_of(level);
    std::vector<std::string> below;
    for (std::string& path : level) {
      const auto stat = find_stat(root_ / path);
      if (!stat || std::binary_search(ignored.begin(), ignored.end(), path)) continue;
      if (stat->kind != FileKind::directory) {
        if (stat->kind != FileKind::other) found.push_back(std::move(path));
      } else if (find_stat(root_ / path / ".git")) {
        found.push_back(path + "/");
      } else {
        for (const DirEntry& entry : list_dir(root_ / path)) below.push_back(path + "/" + entry.name);
      }
    }
    level = std::move(below);
  }
  return sorted_unique(std::move(found));
}

std::vector<std::string> WorkTree::dirty(const PathSet& made) const {
  std::vector<std::string> paths = untracked(made);
  for (const std::string& record :
       split_nul(run({"status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=no"}))) {
    if (record.size() > 3) paths.push_back(record.substr(3));
  }
  return sorted_unique(std::move(paths));
}

std::vector<std::string> WorkTree::files(const PathSet& made) const {
  std::vector<std::string> paths = untracked(made);
  for (std::string& path : split_nul(run({"ls-files", "-z", "--cached"}))) paths.push_back(std::move(path));
  return sorted_unique(std::move(paths));
}

}  // namespace mlo::git
