#include <array>

#include "cli/command.hpp"
#include "cli/commands/remote_place.hpp"
#include "cli/exit_code.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::string name;
  std::optional<std::string> url, endpoint, region, profile, ca_file, key_file, path_style, connections, rate;
  std::vector<std::string> unset;
  bool is_default = false;
};

/// What `--unset` takes away, by the key in the configuration.
constexpr std::array<std::string_view, 7> kKeys = {"endpoint",   "region",      "profile",         "ca_file",
                                                   "path_style", "connections", "bytes_per_second"};
constexpr std::uint64_t kMostConnections = 256;

void declare(Args& args, Options& o) {
  args.positional(o.name, "NAME", "remote");
  args.option(o.url, "--url", "PLACE", "where it is now, as for `mlo remote add`");
  args.option(o.endpoint, "--endpoint", "URL", "where S3 is, if it is not Amazon's");
  args.option(o.region, "--region", "REGION", "of the bucket");
  args.option(o.profile, "--profile", "NAME", "of AWS's configuration, for credentials");
  args.option(o.ca_file, "--ca-file", "FILE", "certificate authorities to trust instead of the system's");
  args.option(o.key_file, "--key-file", "FILE", "where the key of an encrypted remote lies now");
  args.option(o.path_style, "--path-style", "yes|no", "bucket in the path, or in the host name");
  args.option(o.connections, "--connections", "N", "most requests at once, 1 to 256");
  args.option(o.rate, "--bytes-per-second", "N", "most bytes a second, each way");
  args.option(o.unset, "--unset", "KEY", "back to its default: " + join({kKeys.begin(), kKeys.end()}, ", "));
  args.flag(o.is_default, "--default,-d", "use it when no --remote is given");
}

std::uint64_t to_number(std::string_view option, const std::string& text, std::uint64_t most) {
  const auto number = parse_u64(text);
  if (number && *number > 0 && *number <= most) return *number;
  throw Error(ErrorKind::usage, fmt::format("`{}` of {} is not a number from 1 to {}", printable(text), option, most))
      .hint(fmt::format("`--unset {}` takes the limit away", replace_all(option.substr(2), "-", "_")));
}

/// The entry as the keys of the configuration have it; what is not set is left out.
std::vector<std::pair<std::string_view, std::string>> keys_of(const RemoteConfig& remote) {
  std::vector<std::pair<std::string_view, std::string>> keys = {{"url", remote.url},
                                                                {"endpoint", remote.endpoint},
                                                                {"region", remote.region},
                                                                {"profile", remote.profile},
                                                                {"ca_file", remote.ca_file}};
  keys.emplace_back("path_style", remote.path_style ? (*remote.path_style ? "yes" : "no") : "");
  keys.emplace_back("connections", remote.connections == 0 ? "" : std::to_string(remote.connections));
  keys.emplace_back("bytes_per_second", remote.bytes_per_second == 0 ? "" : std::to_string(remote.bytes_per_second));
  keys.emplace_back("key_file", remote.encryption ? remote.encryption->key_file : "");
  return keys;
}

void unset(RemoteConfig& remote, const std::string& key) {
  if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end()) {
    throw Error(ErrorKind::usage, fmt::format("`--unset` does not know `{}`", printable(key)))
        .hint("it takes " + join({kKeys.begin(), kKeys.end()}, ", "));
  }
  for (const auto& [name, text] : {std::pair("endpoint", &remote.endpoint), std::pair("region", &remote.region),
                                   std::pair("profile", &remote.profile), std::pair("ca_file", &remote.ca_file)}) {
    if (key == name) text->clear();
  }
  if (key == "path_style") remote.path_style.reset();
  if (key == "connections") remote.connections = 0;
  if (key == "bytes_per_second") remote.bytes_per_second = 0;
}

void change(Context& ctx, const Options& o, RemoteConfig& remote) {
  for (const std::string& key : o.unset) unset(remote, key);
  if (o.url) remote.url = to_stored_url(ctx, *o.url);
  if (o.endpoint) remote.endpoint = *o.endpoint;
  if (o.region) remote.region = *o.region;
  if (o.profile) remote.profile = *o.profile;
  if (o.ca_file) remote.ca_file = to_stored_file(ctx, *o.ca_file);
  if (o.path_style && *o.path_style != "yes" && *o.path_style != "no")
    throw Error(ErrorKind::usage, fmt::format("`--path-style` is `yes` or `no`, not `{}`", printable(*o.path_style)));
  if (o.path_style) remote.path_style = *o.path_style == "yes";
  if (o.connections) remote.connections = to_number("--connections", *o.connections, kMostConnections);
  if (o.rate) remote.bytes_per_second = to_number("--bytes-per-second", *o.rate, INT64_MAX);
  if (o.key_file && !remote.encryption) {
    throw Error(ErrorKind::config, fmt::format("remote `{}` is not encrypted", remote.name))
        .hint("only a new remote can be: `mlo remote add NAME PLACE --key-file FILE`");
  }
  if (o.key_file) remote.encryption->key_file = to_stored_file(ctx, *o.key_file);
}

/// What is written into the shared file may be covered by the machine's own.
void warn_if_covered(Context& ctx, const RemoteConfig& wanted) {
  const fs::path local = ctx.workspace().local() / "config.yaml";
  Config config;
  config.remotes.push_back(wanted);
  if (const auto text = find_file(local)) read_config(*text, ".mlo/local/config.yaml", config, ConfigLayer::local);
  const auto is = keys_of(choose_remote(config, wanted.name)), should = keys_of(wanted);
  for (std::size_t i = 0; i < is.size(); ++i) {
    if (is[i].second == should[i].second) continue;
    ctx.world().log.warn(
        fmt::format("here .mlo/local/config.yaml goes before: `{}` stays {}", is[i].first, printable(is[i].second)));
  }
}

int run(Context& ctx, const Options& o) {
  Config config = ctx.workspace().config();
  const RemoteConfig before = choose_remote(config, o.name);
  RemoteConfig& remote =
      *std::find_if(config.remotes.begin(), config.remotes.end(), [&](const auto& r) { return r.name == o.name; });
  change(ctx, o, remote);
  const bool new_default = o.is_default && config.default_remote != o.name;
  if (new_default) config.default_remote = o.name;
  open_remote(ctx.world(), remote, ctx.workspace().root());  // only whether it makes sense
  ctx.workspace().save_config(config);

  const auto was = keys_of(before), is = keys_of(remote);
  ctx.print(
      [&] {
        Value changes = Value::array();
        for (std::size_t i = 0; i < is.size(); ++i) {
          if (was[i].second == is[i].second) continue;
          const auto text = [](const std::string& said) { return said.empty() ? Value() : Value(said); };
          changes.push(
              Value::object().set("key", is[i].first).set("from", text(was[i].second)).set("to", text(is[i].second)));
        }
        return Value::object().set("name", o.name).set("changes", std::move(changes)).set("default", new_default);
      },
      [&](Page& page) {
        if (was == is && !new_default) page.line(fmt::format("remote {} is so already", o.name));
        for (std::size_t i = 0; i < is.size(); ++i) {
          if (was[i].second == is[i].second) continue;
          const auto text = [](const std::string& said) { return said.empty() ? "(default)" : printable(said); };
          page.line(fmt::format("{}: {} -> {}", is[i].first, text(was[i].second), text(is[i].second)));
        }
        if (new_default) page.line(fmt::format("remote {} is the default", o.name));
      });
  warn_if_covered(ctx, remote);
  if (was != is)
    ctx.world().log.hint(fmt::format("commit .mlo/config.yaml; `mlo remote check {}` asks whether it works", o.name));
  return exit_code::ok;
}

}  // namespace

Command remote_modify() {
  CommandInfo info;
  info.path = "remote modify";
  info.summary = "change where a remote is, or how it is spoken to";
  info.description =
      "Writes what is given into the remote's entry in `.mlo/config.yaml`; all else of it stays. Nothing is contacted, "
      "and nothing is moved: a new `--url` must be a place that was made ready, or `mlo remote check NAME --init` "
      "makes "
      "it. What `.mlo/local/config.yaml` says of the remote is this machine's alone, goes before, and is changed "
      "there.";
  info.examples = {{"mlo remote modify origin --region eu-central-1", "the bucket moved"},
                   {"mlo remote modify origin --unset profile", "AWS's own choice again"},
                   {"mlo remote modify nas --url ssh://me@nas2.lab/srv/flights", "the same objects elsewhere"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli
