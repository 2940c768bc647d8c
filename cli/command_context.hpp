#pragma once
#include <optional>

#include "cli/context.hpp"
#include "cli/parse.hpp"
#include "cli/stderr_sink.hpp"

namespace mlo::cli {

/// The Context of one command line.
class CommandContext : public Context {
 public:
  explicit CommandContext(Host& host);
  /// Takes over what the options say; may be called again when more options are known.
  void configure(const Globals& globals);
  /// Text for people on stdout, whatever --json says: help.
  void show(const std::function<void(Page&)>& to_page);
  /// An error and its hint on stderr.
  void report(std::string_view message, std::string_view hint);

  World& world() override { return world_; }
  Workspace& workspace() override;
  Host& host() override { return host_; }
  StderrSink& remarks() override { return sink_; }
  bool json() const override { return globals_.json; }
  bool quiet() const override { return globals_.quiet; }
  bool verbose() const override { return globals_.verbose; }
  void print(const std::function<Value()>& to_json, const std::function<void(Page&)>& to_page) override;
  void print_raw(std::string_view bytes) override { host_.out(bytes); }
  bool confirm(std::string_view question, bool yes) override;

 private:
  bool wants_colour(bool terminal) const;

  Host& host_;
  Globals globals_;
  StderrSink sink_;
  World world_;
  std::optional<Workspace> workspace_;
};

}  // namespace mlo::cli
