#include "lib/pipeline/missing_deps.hpp"

#include "lib/pipeline/add_deps.hpp"
#include "lib/runs/run_store.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::size_t kManyFiles = 10;

bool declares(const Stage& stage, const std::string& path) {
  const auto covers = [&](const std::string& top) { return lies_in(path, top); };
  return std::any_of(stage.deps.begin(), stage.deps.end(), covers) ||
         std::any_of(stage.params.begin(), stage.params.end(),
                     [&](const ParamRef& param) { return param.file == path; }) ||
         std::any_of(stage.outputs.begin(), stage.outputs.end(),
                     [&](const Output& output) { return covers(output.path); });
}

std::vector<std::string> still_missing(const Pipeline& pipeline, const Stage& stage,
                                       const std::vector<std::string>& paths) {
  std::vector<std::string> out;
  for (const std::string& path : paths) {
    if (!declares(stage, path) && find_stat(pipeline.workspace().root() / path)) out.push_back(path);
  }
  return out;
}

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

/// A directory instead of its files where all that git has of it were read, or many; never one with an output in it.
std::vector<std::string> proposed(const Pipeline& pipeline, const Stage& stage, const std::vector<std::string>& reads) {
  std::map<std::string, std::vector<std::string>> by_directory;
  for (const std::string& path : reads) by_directory[directory_of(path)].push_back(path);
  std::set<std::string> out;
  for (const auto& entry : by_directory) {
    const std::string& directory = entry.first;
    const std::vector<std::string>& files = entry.second;
    bool whole = false;
    if (!directory.empty() && files.size() > 1) {
      const auto tracked = pipeline.workspace().work_tree().tracked(directory);
      whole = files.size() > kManyFiles ||
              (!tracked.empty() && std::all_of(tracked.begin(), tracked.end(), [&](const std::string& path) {
                return std::find(files.begin(), files.end(), path) != files.end();
              }));
      for (const Stage& other : pipeline.graph().stages()) {
        for (const Output& output : other.outputs) whole = whole && !overlaps(output.path, directory);
      }
      whole = whole && !lies_in(stage.wdir.empty() ? "." : stage.wdir, directory);
    }
    if (whole) {
      out.insert(directory);
    } else {
      out.insert(files.begin(), files.end());
    }
  }
  return {out.begin(), out.end()};
}

}  // namespace

std::vector<MissingDeps> missing_deps(const Pipeline& pipeline, const std::vector<StageIndex>& stages) {
  std::map<std::string, RunRecord> newest;
  std::set<std::string> wanted;
  for (const StageIndex i : stages) wanted.insert(pipeline.graph().stage(i).name);
  RunStore store(pipeline.workspace());
  for (const Run& run : store.all()) {
    if (newest.size() == wanted.size()) break;
    for (RunRecord& record : store.stages_of(run.record.id)) {
      // One that failed may not have come to all that it reads.
      const bool telling = record.trace && (record.status == RunStatus::finished || !record.trace->reads.empty());
      if (telling && wanted.contains(record.stage)) newest.emplace(record.stage, std::move(record));
    }
  }
  std::vector<MissingDeps> out;
  for (const StageIndex i : stages) {
    const Stage& stage = pipeline.graph().stage(i);
    MissingDeps missing{stage.name, "", "it has not run yet, or not traced", {}, {}, {}};
    if (const auto it = newest.find(stage.name); it != newest.end()) {
      const TraceRecord& trace = *it->second.trace;
      missing.run = it->second.id;
      missing.reason = trace.reason;
      missing.reads = still_missing(pipeline, stage, trace.reads);
      missing.writes = still_missing(pipeline, stage, trace.writes);
      missing.deps = proposed(pipeline, stage, missing.reads);
    }
    out.push_back(std::move(missing));
  }
  return out;
}

void declare_deps(Workspace& workspace, const Pipeline& pipeline, const MissingDeps& missing) {
  const Stage* stage = nullptr;
  for (const Stage& each : pipeline.graph().stages()) {
    if (each.name == missing.stage) stage = &each;
  }
  MLO_ASSERT(stage != nullptr);
  std::vector<std::string> spelled;
  for (const std::string& path : missing.deps)
    spelled.push_back(fs::path(path).lexically_relative(stage->wdir.empty() ? "." : stage->wdir).generic_string());
  const fs::path file = workspace.root() / pipeline.file();
  const std::string before = read_file(file);
  const auto stat = find_stat(file);
  const std::uint32_t mode = stat ? stat->mode & 0777U : 0644U;
  write_file(file, add_deps(before, pipeline.file(), missing.stage.substr(0, missing.stage.find('@')), spelled),
             Durability::durable, mode);
  try {
    const Pipeline changed(workspace);
    for (const Stage& each : changed.graph().stages()) {
      if (each.name != missing.stage) continue;
      for (const std::string& path : missing.deps) {
        if (!declares(each, path))
          throw Error(ErrorKind::invalid, fmt::format("`{}` would be declared as something else", path));
      }
    }
  } catch (Error& error) {
    write_file(file, before, Durability::durable, mode);
    error.prefix(fmt::format("cannot declare what stage `{}` reads", missing.stage));
    throw;
  }
}

}  // namespace mlo
