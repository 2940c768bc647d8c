#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/host.hpp"
#include "cli/stderr_sink.hpp"
#include "lib/codec/value.hpp"
#include "lib/util/world.hpp"
#include "lib/workspace/workspace.hpp"

namespace mlo::cli {

enum class Style { plain, bold, dim, good, bad, warn, name, number };
enum class Align { left, right };
/// What a column does where the terminal is too narrow.
enum class Fit { cut, wrap, whole };
/// A word of ours is shown in capitals, a name of the user's (a metric, a run, a key) as it is.
enum class Title { word, name };

/// A table for people: columns sized to their content. Where the terminal is narrower, columns that wrap give first,
/// then those that are cut; what is aligned right is a figure and stays whole.
struct Table {
  struct Column {
    std::string title;
    Align align = Align::left;
    Fit fit = Fit::cut;
    Title kind = Title::word;
  };
  struct Cell {
    std::string text;
    Style style = Style::plain;
  };
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;
};

/// Collects a result for people; styles vanish where colour is off. Text is made printable: control characters of
/// foreign text cannot reach the terminal.
class Page {
 public:
  virtual ~Page() = default;
  virtual void line(std::string_view text = {}) = 0;
  virtual void line(const std::vector<Table::Cell>& pieces) = 0;  ///< pieces side by side, no separator
  virtual void table(const Table& table) = 0;
  virtual int width() const = 0;  ///< columns of the terminal; 0 if unlimited (a pipe)
  virtual bool colour() const = 0;
  virtual bool utf8() const = 0;  ///< box drawing and braille may be used
};

/// What a running command sees of the world.
class Context {
 public:
  virtual ~Context() = default;
  virtual World& world() = 0;
  /// Opened on first use; throws Workspace::open's errors.
  virtual Workspace& workspace() = 0;
  virtual Host& host() = 0;
  /// Everything that a command says on stderr while it goes on.
  virtual StderrSink& remarks() = 0;
  virtual bool json() const = 0;
  virtual bool quiet() const = 0;
  virtual bool verbose() const = 0;
  /// The command's result: `to_json` under --json, else `to_page`. Call once.
  virtual void print(const std::function<Value()>& to_json, const std::function<void(Page&)>& to_page) = 0;
  /// Bytes to stdout as they are (a file's content, a script).
  virtual void print_raw(std::string_view bytes) = 0;
  /// True if the user agrees: --yes, or `y` typed at a terminal. Off a terminal without --yes: Error{usage}.
  virtual bool confirm(std::string_view question, bool yes) = 0;
};

}  // namespace mlo::cli
