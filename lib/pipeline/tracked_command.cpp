#include "lib/pipeline/tracked_command.hpp"

#include <fcntl.h>

#include "lib/capture/command_facts.hpp"
#include "lib/runs/live_run.hpp"
#include "lib/runs/run_store.hpp"
#include "lib/util/error.hpp"
#include "lib/util/secrets.hpp"

namespace mlo {
namespace {

UniqueFd open_log(const fs::path& path) {
  UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!fd) throw_errno("open", path.string());
  return fd;
}

}  // namespace

void LogTee::write(StreamKind kind, std::string_view bytes) {
  const bool out = kind == StreamKind::out;
  UniqueFd& log = out ? out_ : err_;
  if (!log) log = open_log(dir_ / (out ? "stdout" : "stderr"));
  write_all(log.get(), bytes, dir_);
  sink_(kind, bytes);
}

RunRecord start_record(Workspace& workspace, const std::string& name, const std::string& experiment,
                       std::vector<std::string> command, const std::set<std::string, std::less<>>& made) {
  World& world = workspace.world();
  RunRecord record;
  record.started = world.clock.now();
  record.id = make_uuid7(record.started, world.rng);
  record.name = name.empty() ? adjective_noun(record.id) : name;
  record.experiment = experiment;
  record.user = workspace.repo().identity(world.env, record.started).email;
  record.command = without_secrets(std::move(command), world.env);
  record.code = capture_code(workspace, made);
  record.environment = capture_environment(world);
  add_lock_file_facts(workspace.root(), record.environment.facts);
  if (world.cwd != workspace.root()) add_lock_file_facts(world.cwd, record.environment.facts);
  return record;
}

RunRecord run_tracked(Workspace& workspace, const TrackedCommand& command, const OutputSink& sink) {
  World& world = workspace.world();
  LiveRun live = LiveRun::create(workspace, start_record(workspace, command.name, command.experiment, command.argv));
  LogTee tee(live.dir(), sink);
  SupervisedCommand child;
  child.process.argv = command.argv;
  child.process.cwd = world.cwd;
  child.process.env = live.child_environment(world.env);
  child.process.stdin_fd = command.stdin_fd;
  child.process.dies_with_us = true;
  live.record().environment.facts.merge(
      CommandFacts(workspace).facts_of_program(command.argv, world.cwd, child.process.env));
  std::optional<SupervisedExit> exit;
  try {
    exit = supervise(std::move(child), world.stop, tee.as_sink());
  } catch (const Error& error) {
    remove_tree(live.dir());  // it never ran
    if (error.kind() == ErrorKind::not_found) throw Error(ErrorKind::no_program, error.message());
    throw;
  }
  live.record().usage.user_seconds = exit->exit.rusage.user_seconds;
  live.record().usage.system_seconds = exit->exit.rusage.system_seconds;
  live.record().usage.max_rss_bytes = exit->exit.rusage.max_rss_bytes;
  const RunStatus status = exit->stopped          ? RunStatus::killed
                           : exit->exit.code == 0 ? RunStatus::finished
                                                  : RunStatus::failed;
  const WithoutStop recording(world);
  RunRecord record = live.end(status, exit->stopped ? 130 : exit->exit.code, world.clock.now());
  RunStore(workspace).publish(record, {});
  return record;
}

}  // namespace mlo
