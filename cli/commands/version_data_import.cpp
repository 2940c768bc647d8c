#include "cli/command.hpp"
#include "cli/commands/data_page.hpp"
#include "cli/exit_code.hpp"
#include "lib/data/fetch_url.hpp"
#include "lib/migrate/migrate.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::vector<std::string> sources;
  std::optional<std::string> repo, output, name, sha256, message;
  std::string from;
  bool commit = false, force = false, history = false, remove_dvc = false, dry_run = false, yes = false;
};

void declare(Args& args, Options& o) {
  args.positional(o.sources, "SOURCE", Args::Many::zero_or_more,
                  "a URL (https://, s3://, s3://BUCKET/DIRECTORY/); with --repo a dataset, NAME[@REVISION][:PATH]; "
                  "with --from paths here (default: all)");
  args.choice(o.from, "--from", {"dvc", "lfs"}, "what versions data here already, and is to be mlo's now");
  args.option(o.repo, "--repo", "URL", "repository that has the dataset, or its path");
  args.option(o.output, "--output,-o", "PATH", "where it is to lie here (default: its own name)");
  args.option(o.name, "--name", "NAME", "name of the dataset here (default: made from the path)");
  args.option(o.sha256, "--sha256", "HEX", "what the bytes of the URL must be");
  args.flag(o.force, "--force", "replace what is there");
  args.flag(o.history, "--history", "with --from: also the versions of all branches and tags, below dvc/ or lfs/");
  args.flag(o.remove_dvc, "--remove-dvc", "with --from dvc: remove the .dvc files of what was imported");
  args.flag(o.dry_run, "--dry-run,-n", "with --from: only say what would be done");
  args.flag(o.yes, "--yes,-y", "remove without asking");
  args.flag(o.commit, "--commit", "make the git commit too");
  args.option(o.message, "--message,-m", "TEXT", "message of the commit (implies --commit)");
}

ImportRequest to_request(Context& ctx, const Options& o) {
  if (o.sources.size() != 1)
    throw Error(ErrorKind::usage, "it is not clear what to import")
        .hint("name a URL, or a dataset and --repo, or see `mlo help version-data import` for --from");
  const std::string& source = o.sources.front();
  if (o.history || o.remove_dvc || o.dry_run)
    throw Error(ErrorKind::usage, "--history, --remove-dvc and --dry-run go with --from");
  ImportRequest request;
  if (o.repo) {
    request.repo = *o.repo;
    request.spec = parse_data_spec(source);
    if (o.sha256)
      throw Error(ErrorKind::usage, "--sha256 is for URLs: what another repository names is verified by its names");
  } else {
    if (source.find("://") == std::string::npos)
      throw Error(ErrorKind::usage, fmt::format("`{}` is no URL", printable(source)))
          .hint(fmt::format("say which repository has it: mlo version-data import {} --repo URL", shell_quote(source)));
    request.url = source;
  }
  if (o.sha256) {
    request.expected = Digest::parse(o.sha256->starts_with("sha256:") ? *o.sha256 : "sha256:" + *o.sha256);
    if (!request.expected)
      throw Error(ErrorKind::usage, fmt::format("`{}` is no SHA-256: it has 64 hex digits", printable(*o.sha256)));
  }
  if (o.output) {
    request.into = !fs::path(*o.output).has_filename();
    request.path = ctx.workspace().to_repo_path(*o.output);
  }
  request.name = o.name;
  request.message = o.message;
  request.commit = o.commit || o.message;
  if (o.force) request.overwrite = Overwrite::anything;
  return request;
}

void migrate(Context& ctx, const Options& o) {
  if (o.repo || o.output || o.name || o.sha256 || o.force)
    throw Error(ErrorKind::usage, "--from takes the datasets as they are: only paths go with it");
  if (o.remove_dvc && o.from != "dvc") throw Error(ErrorKind::usage, "--remove-dvc goes with --from dvc");
  MigrateRequest request{.history = o.history, .remove = o.remove_dvc, .message = o.message};
  for (const std::string& path : o.sources) request.paths.push_back(ctx.workspace().to_repo_path(path));
  request.commit = o.commit || o.message;
  if (o.dry_run) request.execution = Execution::dry_run;
  if (o.remove_dvc && !o.dry_run && !ctx.confirm("Remove the .dvc files of what is imported?", o.yes)) return;
  Workspace& workspace = ctx.workspace();
  print_migrated(ctx, o.from == "dvc" ? import_from_dvc(workspace, request) : import_from_lfs(workspace, request),
                 o.from, o.dry_run);
}

int run(Context& ctx, const Options& o) {
  if (o.from.empty())
    print_imported(ctx, import_dataset(ctx.workspace(), to_request(ctx, o)), "imported");
  else
    migrate(ctx, o);
  return exit_code::ok;
}

}  // namespace

Command version_data_import() {
  CommandInfo info;
  info.path = "version-data import";
  info.summary = "take data of elsewhere as a dataset that knows its origin";
  info.description =
      "Brings a dataset of another repository, or one path inside it, or the file at a URL, or all that lies below a "
      "prefix in S3, into the work tree and makes it a dataset here. Its manifest keeps the origin: repository, "
      "revision asked for and commit that it was, or the URL with the server's ETag and date. `mlo version-data "
      "update` takes over what is new there; nothing moves by "
      "itself. A change here, made a version by `add`, ends the tie.\n\n"
      "Nothing of another repository is fetched that is not needed, every byte is verified, and a failed or "
      "interrupted "
      "import leaves no dataset; the download of a file goes on where it was cut.\n\n"
      "--from dvc makes every output of every `.dvc` file in this repository a dataset: its bytes come from DVC's "
      "cache "
      "(2.x, 3.x), the work tree or a remote of DVC's on a disk, S3 or the web, each verified by its MD5. Outputs of "
      "stages stay with the pipeline, which mlo reads from dvc.yaml; a `.dvcignore` is copied to a `.mloignore`. "
      "--from lfs makes the "
      "topmost directories that hold git-lfs's files alone a dataset each, and every other such file one; they leave "
      "git's index and stay on disk. What either tool keeps in its own caches and in git's history stays; --history "
      "writes what branches and tags had as branches and tags dvc/NAME or lfs/NAME, for `NAME@dvc/v1.2`.";
  info.examples = {{"mlo version-data import flights@v1.2 --repo https://example.org/team/flights.git -o data/flights",
                    "a dataset at a tag"},
                   {"mlo version-data import https://example.org/flights.csv -o data/ --sha256 HEX", "a file, checked"},
                   {"mlo version-data import s3://bucket/flights/2013/ -o data/flights", "a directory in S3"}};
  info.exits = {{exit_code::conflict, "something is at the place, or git tracks it"},
                {exit_code::remote, "the other side failed, or has not what was expected"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli
