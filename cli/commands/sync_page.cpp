#include "cli/commands/sync_page.hpp"

#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {

Versions chosen_versions(bool all, const std::vector<std::string>& names) {
  if (all && !names.empty())
    throw Error(ErrorKind::usage, "--all takes no names").hint("one version: NAME@REV, or NAME@VERSION of a model");
  return all ? Versions::all : Versions::current;
}

Value sync_value(const SyncReport& report, const std::string& remote, bool dry_run) {
  Value checked_out = Value::array(), left_alone = Value::array();
  for (const DatasetManifest& dataset : report.checked_out) checked_out.push(dataset.name);
  for (const std::string& name : report.left_alone) left_alone.push(name);
  Value out;
  out.set("remote", remote).set("objects", report.transfer.objects).set("bytes", report.transfer.bytes);
  out.set("absent", static_cast<std::uint64_t>(report.transfer.absent.size()))
      .set("runs_moved", report.runs_moved)
      .set("tags_moved", report.tags_moved);
  return out.set("checked_out", std::move(checked_out))
      .set("left_alone", std::move(left_alone))
      .set("dry_run", dry_run);
}

void sync_lines(Page& page, const SyncReport& report, std::string_view verb, bool dry_run) {
  const TransferReport& moved = report.transfer;
  if (moved.objects == 0 && !report.runs_moved && !report.tags_moved && report.checked_out.empty() &&
      report.left_alone.empty())
    return page.line("everything up to date");
  if (moved.objects != 0) {
    page.line(fmt::format("{}{} {} ({})", dry_run ? "would have " : "", verb, count_of(moved.objects, "object"),
                          format_bytes({moved.bytes})));
  }
  const std::string where = report.git_remote == "origin"
                                ? ""
                                : fmt::format(" {} {}", verb == "pushed" ? "to" : "from", printable(report.git_remote));
  if (report.runs_moved) page.line(fmt::format("{} run history{}", verb, where));
  if (report.tags_moved) page.line(fmt::format("{} the tags of models{}", verb, where));
  for (const DatasetManifest& dataset : report.checked_out) page.line({{"checked out "}, {dataset.name, Style::name}});
  for (const std::string& name : report.left_alone)
    page.line({{"left alone ", Style::warn}, {name, Style::name}, {": it has unsaved changes"}});
}

}  // namespace mlo::cli
