#include "lib/registry/get_model.hpp"

#include "cli/command.hpp"
#include "cli/commands/data_page.hpp"
#include "cli/commands/model_page.hpp"
#include "cli/exit_code.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::string spec, output;
  std::optional<std::string> repo;
  bool force = false;
};

void declare(Args& args, Options& o) {
  args.positional(o.spec, "NAME@WHICH", "a model at a stage or version, or data: delay@prod, flights@v1.2:2013.csv");
  args.option(o.output, "--output,-o", "DIR", "where to; it appears at once, whole");
  args.option(o.repo, "--repo", "URL", "of the repository, or its path (default: the one around here)");
  args.flag(o.force, "--force", "replace a directory that is not empty");
}

void get_dataset(Context& ctx, const Options& o) {
  const DataSpec spec = parse_data_spec(o.spec);
  print_got(ctx, get_data(ctx.world(), {spec, o.repo, o.output, o.force ? Existing::replace : Existing::refuse}),
            spec.path);
}

/// No such model: then a dataset may be meant.
bool is_absence(const Error& error) {
  return error.kind() == ErrorKind::not_found || error.message().find("couldn't find remote ref") != std::string::npos;
}

int run(Context& ctx, const Options& o) {
  if (o.output.empty())
    throw Error(ErrorKind::usage, "`mlo get` needs `--output DIR`")
        .hint(fmt::format("mlo get {} -o model", shell_quote(o.spec)));
  if (o.spec.find(':') != std::string::npos) {
    get_dataset(ctx, o);
    return exit_code::ok;
  }
  std::optional<GotModel> found;
  try {
    found = get_model(ctx.world(), {o.spec, o.repo, o.output, o.force ? Existing::replace : Existing::refuse});
  } catch (const Error& no_model) {
    if (!is_absence(no_model)) throw;
    try {
      get_dataset(ctx, o);
      return exit_code::ok;
    } catch (const Error& no_data) {
      if (no_data.kind() != ErrorKind::not_found && no_data.kind() != ErrorKind::usage) throw;
    }
    throw;
  }
  const GotModel& got = *found;
  const std::string tag = fmt::format("{}@v{}", got.manifest.name, got.manifest.version);
  ctx.print(
      [&] {
        return model_value(got.manifest)
            .set("tag", tag)
            .set("commit", got.commit.hex())
            .set("directory", got.directory.string())
            .set("files", got.files)
            .set("bytes", got.bytes);
      },
      [&](Page& page) {
        page.line({{"got "},
                   {tag, Style::name},
                   {fmt::format(": {}, {}, in {}", count_of(got.files, "file"), format_bytes({got.bytes}), o.output)}});
      });
  return exit_code::ok;
}

}  // namespace

Command get() {
  CommandInfo info;
  info.path = "get";
  info.summary = "bring a model or data to a directory, verified";
  info.description =
      "Resolves the stage or version by tags that verify, fetches the content, hashes every byte, and puts the "
      "directory "
      "in place at once. With --repo the repository is not cloned: only tags and the few files that verify them are "
      "fetched, and the content comes from the remote that its `.mlo/config.yaml` names. This is what a deployment "
      "calls.\n\n"
      "A name that is no model's there is a dataset's, and what has a colon always: see `mlo version-data get`.";
  info.examples = {{"mlo get delay@prod -o model", "what is in production"},
                   {"mlo get delay@1.2.0 --repo https://example.org/team/flights.git -o model", "from anywhere"},
                   {"mlo get flights@v1.2:2013.csv --repo https://example.org/team/flights.git -o 2013.csv",
                    "one file of a dataset"}};
  info.exits = {{exit_code::verdict, "the tag of the stage or version is unverified"},
                {exit_code::conflict, "the directory is not empty, is in a dataset, or holds one or a repository"},
                {exit_code::remote, "tags or content cannot be fetched"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli
