#include "cli/stage_lines.hpp"

namespace mlo::cli {

void StageLines::add(const std::string& stage, StreamKind kind, std::string_view bytes, const Sink& sink) {
  std::string& rest = rest_[{stage, kind}];
  rest += bytes;
  std::size_t from = 0;
  for (std::size_t end = rest.find('\n'); end != std::string::npos; end = rest.find('\n', from)) {
    sink(kind, std::string_view(rest).substr(from, end - from));
    from = end + 1;
  }
  rest.erase(0, from);
}

void StageLines::end(const std::string& stage, const Sink& sink) {
  for (const StreamKind kind : {StreamKind::out, StreamKind::err}) {
    const auto rest = rest_.extract({stage, kind});
    if (!rest.empty() && !rest.mapped().empty()) sink(kind, rest.mapped());
  }
}

}  // namespace mlo::cli
