#include "cli/commands/data_page.hpp"

#include "lib/util/text.hpp"

namespace mlo::cli {

Value dataset_value(const DatasetManifest& manifest) {
  Value out;
  out.set("name", manifest.name).set("path", manifest.path).set("id", manifest.tree.str()).set("bytes", manifest.bytes);
  return out.set("files", manifest.files).set("directory", manifest.directory);
}

Value counts_value(const ChangeCounts& counts) {
  Value out;
  out.set("added", counts.added).set("changed", counts.changed).set("removed", counts.removed);
  return out.set("bytes_added", counts.bytes_added).set("bytes_removed", counts.bytes_removed);
}

Value changes_value(const std::vector<FileChange>& changes) {
  Value out = Value::array();
  for (const FileChange& change : changes) {
    Value item;
    item.set("path", change.path).set("change", to_string(change.kind));
    out.push(item.set("old_bytes", change.old_size).set("new_bytes", change.new_size));
  }
  return out;
}

std::string counts_text(const ChangeCounts& counts) {
  std::vector<std::string> parts;
  if (counts.added != 0) parts.push_back(format_count(counts.added) + " added");
  if (counts.changed != 0) parts.push_back(format_count(counts.changed) + " changed");
  if (counts.removed != 0) parts.push_back(format_count(counts.removed) + " removed");
  return parts.empty() ? "no file differs" : join(parts, ", ");
}

void change_lines(Page& page, const std::string& top, const std::vector<FileChange>& changes) {
  for (const FileChange& change : changes) {
    const bool added = change.kind == ChangeKind::added, removed = change.kind == ChangeKind::removed;
    const std::string size =
        change.kind == ChangeKind::changed && change.old_size != change.new_size
            ? fmt::format("{} -> {}", format_bytes({change.old_size}), format_bytes({change.new_size}))
            : format_bytes({removed ? change.old_size : change.new_size});
    page.line({{added     ? "A "
                : removed ? "D "
                          : "M ",
                added     ? Style::good
                : removed ? Style::bad
                          : Style::warn},
               {child_path(top, change.path)},
               {"  (" + size + ")", Style::dim}});
  }
}

std::string size_text(std::uint64_t files, std::uint64_t bytes) {
  return fmt::format("{}, {}", count_of(files, "file"), format_bytes({bytes}));
}

}  // namespace mlo::cli
