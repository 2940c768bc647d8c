#include "cli/gate_page.hpp"

#include "cli/render.hpp"
#include "lib/gates/slice_result.hpp"
#include "lib/util/text.hpp"
#include "tests/support/test.hpp"

using namespace mlo;

namespace {

GateResult slice(const std::string& gate, const std::string& metric, const std::string& value, Verdict verdict,
                 std::optional<double> candidate, std::string reason) {
  return {gate,           "fairness",     slice_name({metric, "carrier", value}),
          Severity::hard, verdict,        candidate,
          std::nullopt,   "at least 0.6", std::move(reason)};
}

/// Lines of the table, blanks squeezed.
std::vector<std::string> rows(const GateReport& report, bool verbose) {
  cli::TextPage page(/*width=*/0, /*colour=*/false, /*utf8=*/true);
  cli::print_gates(report, page, verbose);
  std::vector<std::string> out;
  for (const std::string_view line : split_lines(page.text())) {
    std::string squeezed;
    for (const char c : line) {
      if (c != ' ' || !squeezed.ends_with(' ')) squeezed += c;
    }
    out.push_back(squeezed);
  }
  out.resize(out.size() - 2);  // the verdict
  out.erase(out.begin());      // the titles
  return out;
}

}  // namespace

TEST_CASE("slices that pass share a row with the worst; what fails or is missing has its own", "[render]") {
  GateReport report;
  report.results = {slice("fair", "auc", "AA", Verdict::pass, 0.7, "900 rows"),
                    slice("fair", "auc", "B=6", Verdict::pass, 0.65, "800 rows"),
                    slice("fair", "auc", "DL", Verdict::fail, 0.5, "0.5 is below 0.6 on 700 rows"),
                    slice("fair", "auc", "HA", Verdict::pass, 0.1, too_few_rows(3)),
                    slice("fair", "auc", "OO", Verdict::missing, std::nullopt, "not a number"),
                    slice("loss", "log_loss", "AA", Verdict::pass, 0.3, "900 rows"),
                    slice("loss", "log_loss", "DL", Verdict::pass, 0.4, "900 rows"),
                    slice("small", "auc", "AA", Verdict::pass, 0.9, too_few_rows(1)),
                    slice("small", "auc", "DL", Verdict::pass, std::nullopt, too_few_rows(2)),
                    slice("alone", "auc", "AA", Verdict::pass, 0.7, "900 rows")};
  CHECK(rows(report, false) ==
        std::vector<std::string>{
            "pass fair auc[carrier] 0.65 - at least 0.6 2 slices pass, worst B=6; 1 too few to judge",
            "fail fair auc[carrier=DL] 0.5 - at least 0.6 0.5 is below 0.6 on 700 rows",
            "missing fair auc[carrier=OO] - - at least 0.6 not a number",
            "pass loss log_loss[carrier] 0.4 - at least 0.6 2 slices pass, worst DL",
            "- small auc[carrier] - - 2 slices, each too few to judge",
            "pass alone auc[carrier=AA] 0.7 - at least 0.6 900 rows"});
  CHECK(rows(report, true).size() == report.results.size());
}

TEST_CASE("on a narrow terminal remarks come below the table, whole", "[render]") {
  GateReport report;
  report.results = {slice("fair", "auc", "DL", Verdict::fail, 0.5, "0.5 is below 0.6 on 700 rows, of 12,000 in all")};
  cli::TextPage page(/*width=*/80, /*colour=*/false, /*utf8=*/true);
  cli::print_gates(report, page, /*verbose=*/false);
  CHECK_THAT(page.text(), Catch::Contains("\nfair auc[carrier=DL]: 0.5 is below 0.6 on 700 rows, of 12,000 in all\n"));
  for (const std::string_view line : split_lines(page.text())) CHECK(line.size() <= 80);
}
