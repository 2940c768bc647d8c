#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "lib/drift/test.hpp"

namespace mlo::cli {
namespace {

struct Options {};

void declare(Args&, Options&) {}

std::string reads(const drift::DriftTest& test) {
  if (test.numbers && test.categories) return "numbers, categories";
  return test.numbers ? "numbers" : "categories";
}

/// "p <= 0.05" or "score >= 0.1".
std::string rule(const drift::DriftTest& test) {
  const bool p_value = test.score == drift::Score::p_value;
  const bool equal = test.at_threshold == drift::AtThreshold::drift;
  return fmt::format("{} {}{} {}", p_value ? "p" : "score", p_value ? "<" : ">", equal ? "=" : "", test.threshold);
}

Value to_value(const drift::DriftTest& test) {
  Value out;
  out.set("name", test.name)
      .set("title", test.title)
      .set("score", test.score == drift::Score::p_value ? "p_value" : "distance");
  out.set("threshold", test.threshold).set("at_threshold", test.at_threshold == drift::AtThreshold::drift);
  return out.set("numbers", test.numbers).set("categories", test.categories);
}

int run(Context& ctx, const Options&) {
  ctx.print(
      [] {
        Value list = Value::array();
        for (const auto& test : drift::all_tests()) list.push(to_value(test));
        return list;
      },
      [](Page& page) {
        Table table{.columns = {{"test", Align::left},
                                {"reads", Align::left},
                                {"drift if", Align::left, Fit::wrap},
                                {"what it is", Align::left, Fit::wrap}},
                    .rows = {}};
        for (const auto& test : drift::all_tests()) {
          table.rows.push_back({{std::string(test.name), Style::name},
                                {reads(test)},
                                {rule(test)},
                                {std::string(test.title), Style::dim}});
        }
        page.table(table);
      });
  return exit_code::ok;
}

}  // namespace

Command drift_tests() {
  CommandInfo info;
  info.path = "drift tests";
  info.summary = "list the drift tests and their thresholds";
  info.description =
      "Formulas, papers and limits of each are in lib/drift/README.md. Names and defaults are Evidently's.";
  info.examples = {{"mlo drift tests", "what `--test` takes"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli
