#include "cli/command.hpp"
#include "lib/remote/remote.hpp"

namespace mlo::cli {
namespace {

struct Options {};

int run(Context& ctx, const Options&) {
  const Config& config = ctx.workspace().config();
  // Two or more remotes without a default and without `origin` have none: then --remote must say which.
  const std::string chosen = config.remotes.size() == 1      ? config.remotes.front().name
                             : config.default_remote.empty() ? "origin"
                                                             : config.default_remote;
  ctx.print(
      [&] {
        Value list = Value::array();
        for (const RemoteConfig& remote : config.remotes) {
          Value item;
          list.push(item.set("name", remote.name).set("url", remote.url).set("default", remote.name == chosen));
        }
        Value out;
        return out.set("remotes", std::move(list));
      },
      [&](Page& page) {
        if (config.remotes.empty()) return page.line("no remotes");
        Table table{{{"name"}, {"url"}, {""}}, {}};
        for (const RemoteConfig& remote : config.remotes) {
          table.rows.push_back(
              {{remote.name, Style::name}, {remote.url}, {remote.name == chosen ? "default" : "", Style::dim}});
        }
        page.table(table);
      });
  return 0;
}

}  // namespace

Command remote_list() {
  CommandInfo info;
  info.path = "remote list";
  info.summary = "list the remotes";
  info.description = "From `.mlo/config.yaml`, with this machine's own configuration on top.";
  info.examples = {{"mlo remote list", "names and places"}};
  return make_command<Options>(
      std::move(info), [](Args&, Options&) {}, run);
}

}  // namespace mlo::cli
