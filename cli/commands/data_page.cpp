#include "cli/commands/data_page.hpp"

#include "lib/util/text.hpp"

namespace mlo::cli {

Value dataset_value(const DatasetManifest& manifest) {
  Value out;
  out.set("name", manifest.name).set("path", manifest.path).set("id", manifest.tree.str()).set("bytes", manifest.bytes);
  out.set("files", manifest.files).set("directory", manifest.directory);
  return out.set("origin", origin_value(manifest.origin));
}

Value origin_value(const std::optional<DataOrigin>& origin) {
  if (!origin) return {};
  const auto text = [](const std::string& value) { return value.empty() ? Value() : Value(value); };
  Value out;
  out.set("repo", text(origin->repo)).set("dataset", text(origin->dataset)).set("path", text(origin->path));
  out.set("revision", origin->revision ? Value(*origin->revision) : Value()).set("commit", text(origin->commit));
  return out.set("url", text(origin->url))
      .set("etag", text(origin->etag))
      .set("last_modified", text(origin->last_modified));
}

std::string origin_text(const DataOrigin& origin) {
  if (!origin.url.empty()) return origin.url;
  return fmt::format("{} of {}, at {}", DataSpec{origin.dataset, origin.revision, origin.path}.str(), origin.repo,
                     origin.commit.substr(0, 12));
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

void print_got(Context& ctx, const GotData& got, const std::string& path) {
  ctx.print(
      [&] {
        Value out;
        out.set("name", got.manifest.name).set("version", got.manifest.tree.str());
        out.set("path", path).set("id", got.entry.id.str()).set("place", got.place.string());
        return out.set("files", got.written.files).set("bytes", got.written.bytes);
      },
      [&](Page& page) {
        const auto below = relative_to(ctx.world().cwd, got.place);
        page.line({{"got "},
                   {path.empty() ? got.manifest.name : got.manifest.name + ":" + path, Style::name},
                   {fmt::format(": {}, in {}", size_text(got.written.files, got.written.bytes),
                                below && !below->empty() ? *below : got.place.string())}});
      });
}

void print_imported(Context& ctx, const ImportReport& report, std::string_view verb) {
  ctx.print(
      [&] {
        Value list = Value::array();
        for (const ImportedDataset& dataset : report.datasets) {
          Value item = dataset_value(dataset.manifest);
          item.set("changed", dataset.changed()).set("moved", dataset.moved());
          list.push(item.set("previous", dataset.previous ? Value(dataset.previous->tree.str()) : Value()));
        }
        Value out;
        out.set("datasets", std::move(list));
        return out.set("commit", report.commit ? Value(*report.commit) : Value());
      },
      [&](Page& page) {
        if (report.datasets.empty()) page.line("no dataset was imported here");
        for (const ImportedDataset& dataset : report.datasets) {
          const DatasetManifest& m = dataset.manifest;
          const std::string first = dataset.changed() ? std::string(verb) : "unchanged";
          page.line({{first + " "},
                     {m.name, Style::name},
                     {fmt::format(": {}, {}", size_text(m.files, m.bytes), m.tree.brief())}});
          page.line({{"  from " + origin_text(*m.origin), Style::dim}});
        }
        if (report.commit) page.line("committed " + report.commit->substr(0, 12));
      });
  const bool staged = std::any_of(report.datasets.begin(), report.datasets.end(),
                                  [](const ImportedDataset& d) { return d.changed() || d.moved(); });
  if (staged && !report.commit) ctx.world().log.hint("the manifest is staged; commit it with `git commit`");
}

}  // namespace mlo::cli
