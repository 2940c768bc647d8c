#include "cli/command.hpp"
#include "cli/commands/run_page.hpp"
#include "cli/exit_code.hpp"
#include "lib/manifest/names.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::string run;
  std::vector<std::string> tags, remove;
};

void declare(Args& args, Options& o) {
  args.positional(o.run, "RUN", "id, unique beginning of one, or name");
  args.positional(o.tags, "KEY=VALUE", Args::Many::zero_or_more, "tags to set");
  args.option(o.remove, "--remove", "KEY", "take this tag away");
}

int run(Context& ctx, const Options& o) {
  RunStore store(ctx.workspace());
  Run found = store.find(o.run);
  RunAmendment amendment;
  amendment.run = found.record.id;
  for (const std::string& word : o.tags) {
    auto [key, value] = split_assignment(word, "tag RUN team=flights");
    if (!is_metric_key(key) || !is_utf8(value))
      throw Error(ErrorKind::usage, fmt::format("`{}` is not a tag", printable(word)));
    amendment.tags.insert_or_assign(key, value);
  }
  for (const std::string& key : o.remove) {
    if (!found.record.tags.contains(key))
      throw Error(ErrorKind::not_found, fmt::format("run `{}` has no tag `{}`", found.record.name, printable(key)));
    amendment.tags.insert_or_assign(key, std::nullopt);
  }
  if (amendment.tags.empty())
    throw Error(ErrorKind::usage, "name a tag to set or to remove").hint("mlo track tag RUN team=flights");
  store.amend({amendment});
  found = store.find(found.record.id);
  ctx.print([&] { return run_value(found); },
            [&](Page& page) {
              std::vector<std::string> tags;
              for (const auto& [key, value] : found.record.tags) tags.push_back(fmt::format("{}={}", key, value));
              page.line(fmt::format("{}: {}", found.record.name, tags.empty() ? "no tags" : join(tags, " ")));
            });
  return exit_code::ok;
}

}  // namespace

Command track_tag() {
  CommandInfo info;
  info.path = "track tag";
  info.summary = "set or remove tags of a recorded run";
  info.description =
      "As with notes, the record stays and the change is a commit on top of it. From inside a run use `mlo track log "
      "tag`.";
  info.examples = {
      {"mlo track tag brave-otter candidate=yes team=flights", "then `mlo track search \"tags.candidate = 'yes'\"`"},
      {"mlo track tag brave-otter --remove candidate", "take it away"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli
