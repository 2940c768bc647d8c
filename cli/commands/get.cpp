#include "lib/registry/get_model.hpp"

#include "cli/command.hpp"
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
  args.positional(o.spec, "NAME@WHICH", "a model at a stage or version: delay@prod, delay@1.2.0");
  args.option(o.output, "--output,-o", "DIR", "where to; it appears at once, whole");
  args.option(o.repo, "--repo", "URL", "of the repository, or its path (default: the one around here)");
  args.flag(o.force, "--force", "replace a directory that is not empty");
}

int run(Context& ctx, const Options& o) {
  if (o.output.empty())
    throw Error(ErrorKind::usage, "`mlo get` needs `--output DIR`")
        .hint(fmt::format("mlo get {} -o model", shell_quote(o.spec)));
  const GotModel got =
      get_model(ctx.world(), {o.spec, o.repo, o.output, o.force ? Existing::replace : Existing::refuse});
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
  info.summary = "bring a model to a directory, verified";
  info.description =
      "Resolves the stage or version by tags that verify, fetches the content, hashes every byte, and puts the "
      "directory "
      "in place at once. With --repo the repository is not cloned: only tags and the few files that verify them are "
      "fetched, and the content comes from the remote that its `.mlo/config.yaml` names. This is what a deployment "
      "calls.";
  info.examples = {{"mlo get delay@prod -o model", "what is in production"},
                   {"mlo get delay@1.2.0 --repo https://example.org/team/flights.git -o model", "from anywhere"}};
  info.exits = {{exit_code::verdict, "the tag of the stage or version is unverified"},
                {exit_code::conflict, "the directory is not empty"},
                {exit_code::remote, "tags or content cannot be fetched"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli
