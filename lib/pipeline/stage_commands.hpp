#pragma once
#include <functional>
#include <string>

#include "lib/manifest/run_record.hpp"
#include "lib/pipeline/runner.hpp"
#include "lib/pipeline/stage.hpp"
#include "lib/pipeline/supervise.hpp"
#include "lib/util/world.hpp"

namespace mlo {

/// The commands of one stage, to be run until they succeed or no retry is left.
struct StageCommands {
  const Stage& stage;
  const std::vector<std::string>& shown;  ///< its commands as they are recorded and told, one for one
  World& world;
  StageHold& hold;
  SupervisedCommand command;         ///< all of it but argv
  std::function<void()> make_ready;  ///< called before each attempt
};

/// How they ended.
struct CommandsEnd {
  StageResult result = StageResult::ran;  ///< or failed, or killed
  int exit_code = 0;
  std::string error;  ///< one line, unless they succeeded
  std::string met;    ///< the bound that the last attempt met
};

/// Runs them one by one, the next only if the one before succeeded; tries again as the stage says. Adds to `usage`.
CommandsEnd run_commands(StageCommands& commands, const OutputSink& sink, ResourceUsage& usage);

}  // namespace mlo
