#include "lib/data/other_repository.hpp"

#include "lib/data/datasets.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr const char* kConfig = ".mlo/config.yaml";

/// The directory that a repository is at, if it is one of this machine; of one with a work tree, that.
std::optional<fs::path> find_directory(const World& world, std::string_view repo) {
  constexpr std::string_view kFile = "file://";
  if (repo.starts_with(kFile)) repo.remove_prefix(kFile.size());
  const fs::path path = absolute_in(world.cwd, repo).lexically_normal();
  if (!find_stat(path)) return std::nullopt;
  const fs::path whole = path.has_filename() ? path : path.parent_path();
  return whole.filename() == ".git" ? whole.parent_path() : whole;
}

/// Makes the fetched repository a workspace that has the configuration of its origin's HEAD.
void adopt_config(const World& world, const fs::path& repo) {
  const auto opened = git::Repository::discover(repo, world.env);
  const auto head = opened->find_commit(OtherRepository::kHead);
  const auto entry = head ? opened->find_entry(opened->load_commit(*head).tree, kConfig) : std::nullopt;
  if (!entry || entry->kind != git::EntryKind::file)
    throw Error(ErrorKind::config, "the repository has no `.mlo/config.yaml`: it does not say where content is");
  write_file(repo / kConfig, opened->load_blob(entry->id), Durability::cache);
}

std::vector<std::string> shallow_fetch(const std::string& url) {
  return {"fetch",
          "-q",
          "--no-tags",
          "--no-write-fetch-head",
          "--depth=1",
          "--filter=blob:none",
          "--",
          url,
          fmt::format("+HEAD:{}", OtherRepository::kHead)};
}

bool is_full_id(std::string_view text) {
  return text.size() == 40 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// Whether git takes `text` as the source of a refspec as it is.
bool is_ref_text(std::string_view text) {
  return !text.empty() && text.front() != '-' && text.front() != '+' && text.front() != '^' &&
         text.find_first_of(": *\\~^?[\n\t") == std::string_view::npos && printable(text) == text;
}

/// What a revision that is no ref (an abbreviated id, `main~2`) means there: needs all commits, but nothing in them.
std::string resolve_there(const World& world, const std::string& url, const std::string& revision,
                          const fs::path& into) {
  make_dirs(into);
  const git::WorkTree git(into, world.env);
  git.run({"init", "-q"});
  git.run({"fetch", "-q", "--no-tags", "--no-write-fetch-head", "--filter=tree:0", "--", url,
           "+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"});
  for (const char* prefix : {"", "origin/"}) {
    try {
      const std::string id = git.run(
          {"rev-parse", "-q", "--verify", "--end-of-options", fmt::format("{}{}^{{commit}}", prefix, revision)});
      return std::string(trim(id));
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::error) throw;
    }
  }
  throw Error(ErrorKind::not_found, fmt::format("`{}` has no revision `{}`", printable(url), printable(revision)))
      .hint(fmt::format("look with: git ls-remote {}", shell_quote(url)));
}

}  // namespace

std::string repository_url(const World& world, const std::string& repo) {
  const fs::path path = absolute_in(world.cwd, repo);
  return find_stat(path) ? path.string() : repo;
}

OtherRepository::OtherRepository(const World& world, const std::optional<std::string>& repo, const fs::path& scratch,
                                 const Fetch& fetch)
    : world_(world) {
  elsewhere_ = repo && !find_stat(absolute_in(world.cwd, *repo) / ".mlo");
  if (elsewhere_) {
    origin_ = find_directory(world, *repo);
    world_.cwd = scratch;
    fetch(repository_url(world, *repo), scratch);
    adopt_config(world, scratch);
  } else if (repo) {
    world_.cwd = absolute_in(world.cwd, *repo);
  }
  workspace_.emplace(Workspace::open(world_));
}

std::unique_ptr<Remote> OtherRepository::open_content(std::string_view wanted) {
  const RemoteConfig& config = choose_remote(workspace_->config(), "");
  const bool relative = !config.url.starts_with('/') && config.url.find("://") == std::string::npos;
  if (elsewhere_ && relative && !origin_)
    throw Error(ErrorKind::config,
                fmt::format("cannot get `{}`: its remote `{}` is the directory `{}` beside the repository",
                            printable(wanted), config.name, printable(config.url)))
        .hint("clone the repository to where that directory is, and give --repo the path of the clone");
  return open_remote(world_, config, origin_.value_or(workspace_->root()));
}

git::ObjectId fetch_dataset_manifest(const World& world, const std::string& url, const std::string& revision,
                                     const std::string& dataset, const fs::path& into) {
  constexpr const char* kWanted = "refs/mlo-get/wanted";
  const auto initialize = [&] {
    make_dirs(into);
    git::WorkTree git(into, world.env);
    git.run({"init", "-q", "-b", "main"});
    return git;
  };
  const git::WorkTree git = initialize();
  const auto fetch = [&](const std::string& wanted) {
    auto args = shallow_fetch(url);
    if (!wanted.empty()) args.push_back(fmt::format("+{}:{}", wanted, kWanted));
    git.run(args);
  };
  try {
    if (revision.empty() || is_ref_text(revision)) {
      fetch(revision);
    } else {
      fetch(resolve_there(world, url, revision, into.string() + "-commits"));
    }
  } catch (Error& error) {
    const bool unknown = error.message().find("couldn't find remote ref") != std::string::npos;
    if (!unknown || revision.empty() || is_full_id(revision)) {
      if (error.kind() == ErrorKind::remote)
        error.prefix(fmt::format("cannot get `{}`", dataset))
            .hint(fmt::format("look with: git ls-remote {}", shell_quote(url)));
      throw;
    }
    fetch(resolve_there(world, url, revision, into.string() + "-commits"));
  }
  const std::string at = revision.empty() ? OtherRepository::kHead : kWanted;
  for (const auto& [ref, file] :
       {std::pair(std::string(OtherRepository::kHead), std::string(kConfig)), std::pair(at, dataset_file(dataset))}) {
    const std::string entry = git.run({"ls-tree", ref, file});
    if (entry.empty() && file != kConfig)
      throw Error(ErrorKind::not_found,
                  fmt::format("`{}` has no dataset `{}`{}", printable(url), dataset,
                              revision.empty() ? "" : fmt::format(" at `{}`", printable(revision))))
          .hint("`mlo version-data ls` in a clone lists those there are");
    // Fetches it where the server left it out.
    if (!entry.empty()) static_cast<void>(git.run({"cat-file", "blob", ref + ":" + file}));
  }
  return *git::Repository::discover(into, world.env)->find_commit(at);
}

}  // namespace mlo
