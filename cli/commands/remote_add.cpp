#include "cli/command.hpp"
#include "cli/commands/remote_place.hpp"
#include "cli/exit_code.hpp"
#include "lib/manifest/names.hpp"
#include "lib/remote/remote.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::string name, url, endpoint, region, profile, ca_file, key_file;
  bool is_default = false, path_style = false;
};

void declare(Args& args, Options& o) {
  args.positional(o.name, "NAME", "what to call it");
  args.positional(o.url, "PLACE", "a directory, s3://BUCKET/PREFIX, ssh://HOST/PATH, HOST:PATH, or https://HOST/PATH");
  args.flag(o.is_default, "--default,-d", "use it when no --remote is given");
  args.option(o.endpoint, "--endpoint", "URL", "where S3 is, if it is not Amazon's");
  args.option(o.region, "--region", "REGION", "of the bucket (default: as AWS's tools choose, or found out)");
  args.option(o.profile, "--profile", "NAME", "of AWS's configuration, for credentials (default: AWS_PROFILE)");
  args.option(o.ca_file, "--ca-file", "FILE", "certificate authorities to trust instead of the system's");
  args.option(o.key_file, "--key-file", "FILE", "encrypt everything with the key in FILE (see `mlo remote new-key`)");
  args.flag(o.path_style, "--path-style", "bucket in the path, not in the host name (default with --endpoint)");
}

int run(Context& ctx, const Options& o) {
  if (!is_name(o.name))
    throw Error(ErrorKind::invalid, fmt::format("`{}` is not a remote name", printable(o.name)))
        .hint("use a-z, 0-9, `-` and `_`");
  Config config = ctx.workspace().config();
  RemoteConfig remote{.name = o.name,
                      .url = to_stored_url(ctx, o.url),
                      .endpoint = o.endpoint,
                      .region = o.region,
                      .profile = o.profile};
  if (o.path_style) remote.path_style = true;
  if (!o.key_file.empty()) remote.encryption = {.key_file = to_stored_file(ctx, o.key_file)};
  if (!o.ca_file.empty()) remote.ca_file = absolute_in(ctx.world().cwd, o.ca_file).string();
  const auto at = std::lower_bound(config.remotes.begin(), config.remotes.end(), remote,
                                   [](const auto& a, const auto& b) { return a.name < b.name; });
  if (at != config.remotes.end() && at->name == o.name) {
    throw Error(ErrorKind::conflict, fmt::format("there is already a remote `{}`", o.name))
        .hint(fmt::format("first `mlo remote remove {}`", o.name));
  }
  open_remote(ctx.world(), remote, ctx.workspace().root())->init();
  config.remotes.insert(at, remote);
  if (o.is_default) config.default_remote = o.name;
  ctx.workspace().save_config(config);
  ctx.print(
      [&] {
        Value out;
        return out.set("name", remote.name).set("url", remote.url).set("default", o.is_default);
      },
      [&](Page& page) { page.line(fmt::format("remote {}: {}", remote.name, remote.url)); });
  ctx.world().log.hint("commit .mlo/config.yaml, so that others have it too");
  return exit_code::ok;
}

}  // namespace

Command remote_add() {
  CommandInfo info;
  info.path = "remote add";
  info.summary = "name a place where objects are shared";
  info.description =
      "Makes the place ready and writes the remote into `.mlo/config.yaml`. A push to a place that was not made ready "
      "fails: a disk that is not mounted is never mistaken for an empty remote.\n\n"
      "A directory's parent must exist. A bucket must exist; whose keys are used is up to AWS's own chain: "
      "`AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, else `AWS_PROFILE` and `~/.aws`, a web identity, the "
      "container's or machine's role (`mlo help remotes`). Secrets are never written; keys for one remote alone belong "
      "into `.mlo/local/config.yaml`. "
      "Behind ssh there must be an `mlo`, and the parent of the directory; `ssh` is run as git would run it "
      "(`GIT_SSH_COMMAND`, `core.sshCommand`). "
      "A web server that shows a directory remote can be read, not written.\n\n"
      "With `--key-file` the place learns nothing but how many files there are and how large: contents are sealed by "
      "AES-256-GCM, names are keyed hashes. Whoever loses the key loses the data.";
  info.examples = {{"mlo remote add origin /mnt/share/flights", "a network file system"},
                   {"mlo remote add origin s3://models/flights", "a bucket of Amazon S3"},
                   {"mlo remote add lab s3://models/flights --endpoint https://minio.lab:9000", "one of your own"},
                   {"mlo remote add nas ssh://me@nas.lab/srv/flights", "a directory of another machine"},
                   {"mlo remote add public https://data.example.org/flights", "to pull from"}};
  info.exits = {{exit_code::conflict, "the name is taken"}, {exit_code::remote, "the place cannot be used"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli
