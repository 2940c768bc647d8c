#pragma once
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "lib/pipeline/supervise.hpp"

namespace mlo::cli {

/// Cuts what several stages write into lines, so that they can be shown side by side.
class StageLines {
 public:
  using Sink = std::function<void(StreamKind kind, std::string_view line)>;
  /// Gives `sink` the lines that are whole now, without their newlines.
  void add(const std::string& stage, StreamKind kind, std::string_view bytes, const Sink& sink);
  /// The stage is over: what it wrote without a last newline.
  void end(const std::string& stage, const Sink& sink);

 private:
  std::map<std::pair<std::string, StreamKind>, std::string> rest_;
};

}  // namespace mlo::cli
