#include "lib/pipeline/follow_log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <map>
#include <thread>

#include "lib/pipeline/run_log.hpp"
#include "lib/runs/live_run.hpp"
#include "lib/runs/run_store.hpp"
#include "lib/util/lock_file.hpp"

namespace mlo {
namespace {

constexpr std::chrono::milliseconds kPause{100};

/// One file that grows. Stays readable when its directory goes.
class Tail {
 public:
  explicit Tail(fs::path path) : path_(std::move(path)) {}
  void read(const std::function<void(std::string_view)>& sink) {
    if (!fd_) fd_ = UniqueFd(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd_) return;
    char buffer[32768];
    for (ssize_t n = 0; (n = ::read(fd_.get(), buffer, sizeof buffer)) > 0;) {
      passed_ += static_cast<std::uint64_t>(n);
      sink({buffer, static_cast<std::size_t>(n)});
    }
  }
  bool opened() const { return static_cast<bool>(fd_); }
  std::uint64_t passed() const { return passed_; }

 private:
  fs::path path_;
  UniqueFd fd_;
  std::uint64_t passed_ = 0;
};

class Follower {
 public:
  Follower(Workspace& workspace, RunRecord run, const std::optional<std::string>& stage, const LogSink& sink)
      : workspace_(workspace), run_(std::move(run)), stage_(stage), sink_(sink), dir_(live_dir(workspace, run_)) {}

  void follow() {
    for (bool alive = true; alive;) {
      alive = is_locked(dir_ / "lock");
      look();
      if (!alive) break;
      check_stop(workspace_.world());
      std::this_thread::sleep_for(kPause);
    }
    // What ended since the last look is in the history by now, or still lies there because its mlo was killed.
    for (const RunRecord& stage : RunStore(workspace_).stages_of(run_.id)) end(stage);
    if (!stage_) {
      RunQuery query;
      query.filter = fmt::format("attributes.run_id = '{}'", run_.id);
      for (const Run& over : RunStore(workspace_).search(query)) end(over.record);
    }
  }

 private:
  struct Source {
    RunRecord record;
    Tail out, err;
    bool over = false;
  };

  void look() {
    if (!stage_) read(source(run_));
    for (const RunRecord& stage : live_stages(workspace_, run_)) {
      if (stage_ && stage.stage != *stage_) continue;
      if (stage.status == RunStatus::running)
        read(source(stage));
      else
        end(stage);
    }
  }

  Source& source(const RunRecord& record) {
    const fs::path dir = live_dir(workspace_, record);
    return sources_.try_emplace(record.id, Source{record, Tail(dir / "stdout"), Tail(dir / "stderr")}).first->second;
  }

  void read(Source& from) {
    from.out.read([&](std::string_view bytes) { sink_(from.record, StreamKind::out, bytes); });
    from.err.read([&](std::string_view bytes) { sink_(from.record, StreamKind::err, bytes); });
  }

  /// The rest of what it wrote: from its files, if we had opened them, else from the store, where stdout comes first.
  void end(const RunRecord& record) {
    if (stage_ && record.stage != *stage_) return;
    Source& from = source(record);
    if (std::exchange(from.over, true)) return;
    read(from);
    if (!record.log || !workspace_.store().has(*record.log) || (from.out.opened() && from.err.opened())) return;
    const std::string log = workspace_.store().get(*record.log);
    const std::size_t begin = std::min<std::size_t>(from.out.passed(), log.size());
    const std::size_t end =
        std::max<std::size_t>(begin, log.size() - std::min<std::size_t>(from.err.passed(), log.size()));
    if (begin < end) sink_(record, StreamKind::out, std::string_view(log).substr(begin, end - begin));
  }

  Workspace& workspace_;
  const RunRecord run_;
  const std::optional<std::string>& stage_;
  const LogSink& sink_;
  const fs::path dir_;
  std::map<std::string, Source> sources_;  ///< by id
};

}  // namespace

void follow_logs(Workspace& workspace, const std::string& run, const std::optional<std::string>& stage,
                 const LogSink& sink) {
  const RunRecord chosen = choose_run(workspace, run, stage);
  if (chosen.status == RunStatus::running) return Follower(workspace, chosen, stage, sink).follow();
  for (const RunLog& log : load_logs(workspace, chosen.id, stage)) sink(log.record, StreamKind::out, log.text);
}

}  // namespace mlo
