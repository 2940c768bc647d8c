#include "lib/report/drift_html.hpp"
#include "lib/report/drift_prometheus.hpp"
#include "tests/support/test.hpp"

#include <limits>

using namespace mlo;
using namespace mlo::drift;

namespace {

ColumnDrift number_column(std::string name) {
  return {.name = std::move(name),
          .kind = ColumnKind::number,
          .outcome = Outcome::drifted,
          .test = "psi",
          .score = 0.75,
          .threshold = 0.1,
          .reference = {.type = "real", .values = 3},
          .current = {.type = "real", .values = 3},
          .shape = {.edges = {0, 1, 2}, .labels = {}, .reference = {0.5, 0.5}, .current = {0.25, 0.75}}};
}

DriftReport report_of(std::vector<ColumnDrift> columns) {
  return {.model = {},
          .reference = "a.csv",
          .current = "b.csv",
          .when = UtcTime::from_seconds(1),
          .columns = std::move(columns)};
}

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t found = 0;
  for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("nothing in a drift page comes from elsewhere, and no name in it is markup", "[report]") {
  ColumnDrift category = number_column("<script>alert(1)</script>");
  category.kind = ColumnKind::category;
  category.test = "\"><b>";
  category.reference.type = "<i>";
  category.notes = {"<img src=x>"};
  category.shape = {.edges = {}, .labels = {"\"><svg onload=x>", "b"}, .reference = {1, 0}, .current = {0, 1}};
  DriftReport report = report_of({number_column("x"), category});
  report.reference = "<a>";
  report.added = {"<u>"};
  const std::string page = report::drift_html(report);
  for (const char* tag : {"<script", "<i>", "<img", "<b>", "<a>", "<u>", "http", "url(", "@import", "<link"}) {
    INFO(tag);
    CHECK(count(page, tag) == 0);
  }
  CHECK(count(page, "<svg") == 1);
  CHECK(count(page, "<section") == 2);
  CHECK(count(page, "&lt;script&gt;alert(1)&lt;/script&gt;") == 2);
}

TEST_CASE("a drift page shows what drifted first, and leaves out what there is nothing to draw of", "[report]") {
  ColumnDrift stable = number_column("calm");
  stable.outcome = Outcome::stable;
  ColumnDrift gone{.name = "gone", .outcome = Outcome::drifted, .reason = "missing", .reference = {.type = "real"}};
  ColumnDrift beyond = number_column("beyond");
  beyond.shape.reference = {std::numeric_limits<double>::quiet_NaN(), 0};
  beyond.shape.current = {0, 0};
  const std::string page = report::drift_html(report_of({stable, gone, beyond}));
  CHECK(page.find(">beyond<") < page.find(">calm<"));
  CHECK(count(page, ">gone<") == 1);
  CHECK(count(page, "<section") == 2);
  CHECK(count(page, "<svg") == 1);
}

TEST_CASE("Prometheus text escapes labels and names what is no number", "[report]") {
  ColumnDrift awkward = number_column("a\"b\\c\nd");
  awkward.score = std::numeric_limits<double>::quiet_NaN();
  ColumnDrift untested{.name = "words", .kind = ColumnKind::text};
  const std::string text = report::drift_prometheus(report_of({awkward, untested}));
  CHECK_THAT(text, Catch::Contains("mlo_drift_score{model=\"b.csv\",column=\"a\\\"b\\\\c\\nd\",method=\"psi\"} NaN\n"));
  CHECK_THAT(text, Catch::Contains("mlo_drift_share{model=\"b.csv\"} 1\n"));
  CHECK_THAT(text, Catch::Contains("mlo_drift_last_run_timestamp_seconds{model=\"b.csv\"} 1\n"));
  CHECK(count(text, "words") == 0);
  CHECK(count(text, "# TYPE ") == 5);
}
