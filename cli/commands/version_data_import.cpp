#include "cli/command.hpp"
#include "cli/commands/data_page.hpp"
#include "cli/exit_code.hpp"
#include "lib/data/fetch_url.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::string source;
  std::optional<std::string> repo, output, name, sha256, message;
  bool commit = false, force = false;
};

void declare(Args& args, Options& o) {
  args.positional(o.source, "SOURCE", "a URL, or with --repo a dataset: NAME[@REVISION][:PATH]");
  args.option(o.repo, "--repo", "URL", "repository that has the dataset, or its path");
  args.option(o.output, "--output,-o", "PATH", "where it is to lie here (default: its own name)");
  args.option(o.name, "--name", "NAME", "name of the dataset here (default: made from the path)");
  args.option(o.sha256, "--sha256", "HEX", "what the bytes of the URL must be");
  args.flag(o.force, "--force", "replace what is there");
  args.flag(o.commit, "--commit", "make the git commit too");
  args.option(o.message, "--message,-m", "TEXT", "message of the commit (implies --commit)");
}

ImportRequest to_request(Context& ctx, const Options& o) {
  ImportRequest request;
  if (o.repo) {
    request.repo = *o.repo;
    request.spec = parse_data_spec(o.source);
    if (o.sha256)
      throw Error(ErrorKind::usage, "--sha256 is for URLs: what another repository names is verified by its names");
  } else {
    if (o.source.find("://") == std::string::npos)
      throw Error(ErrorKind::usage, fmt::format("`{}` is no URL", printable(o.source)))
          .hint(fmt::format("say which repository has it: mlo version-data import {} --repo URL",
                            shell_quote(o.source)));
    request.url = o.source;
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

int run(Context& ctx, const Options& o) {
  print_imported(ctx, import_dataset(ctx.workspace(), to_request(ctx, o)), "imported");
  return exit_code::ok;
}

}  // namespace

Command version_data_import() {
  CommandInfo info;
  info.path = "version-data import";
  info.summary = "take data of elsewhere as a dataset that knows its origin";
  info.description =
      "Brings a dataset of another repository, or one path inside it, or the file at a URL into the work tree and makes "
      "it a dataset here. Its manifest keeps the origin: repository, revision asked for and commit that it was, or the "
      "URL with the server's ETag and date. `mlo version-data update` takes over what is new there; nothing moves by "
      "itself. A change here, made a version by `add`, ends the tie.\n\n"
      "Nothing of another repository is fetched that is not needed, every byte is verified, and a failed or interrupted "
      "import leaves no dataset; a download goes on where it was cut.";
  info.examples = {
      {"mlo version-data import flights@v1.2 --repo https://example.org/team/flights.git -o data/flights",
       "a dataset at a tag"},
      {"mlo version-data import https://example.org/flights.csv -o data/ --sha256 HEX", "a file, checked"}};
  info.exits = {{exit_code::conflict, "something is at the place, or git tracks it"},
                {exit_code::remote, "the other side failed, or has not what was expected"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli
