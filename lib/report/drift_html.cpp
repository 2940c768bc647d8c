#include "lib/report/drift_html.hpp"

#include "lib/report/drift_plot.hpp"
#include "lib/report/html_page.hpp"
#include "lib/report/markup.hpp"
#include "lib/util/text.hpp"

#include <algorithm>

namespace mlo::report {
namespace {

using drift::ColumnDrift;
using drift::DriftReport;
using drift::Outcome;

constexpr std::string_view kStyle =
    R"(h1 { font-size: 1.5em; margin: 0; } h2 { font-size: 1.05em; margin: 0; overflow-wrap: anywhere; } p { margin: .3em 0; }
a { color: inherit; }
th, td { text-align: left; padding: .2em 1.2em .2em 0; border-bottom: 1px solid var(--line); vertical-align: top; white-space: nowrap; }
td:first-child, td:last-child { white-space: normal; overflow-wrap: anywhere; }
th:last-child, td:last-child { padding-right: 0; }
.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
.data { width: auto; margin: .8em 0; } .data td, .data th { padding-right: 1.6em; border: 0; }
.key { display: inline-block; width: .8em; height: .8em; margin-right: .5em; border: 0 solid var(--cur); background: var(--ref); } .key.cur { background: none; border-bottom-width: .2em; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(20em, 100%), 1fr)); gap: 1em; align-items: start; margin: 1.5em 0; }
.card { border: 1px solid var(--line); border-radius: 6px; padding: .8em 1em; break-inside: avoid; content-visibility: auto; contain-intrinsic-size: auto 26em; min-width: 0; }
.card table { margin-top: .6em; font-size: .93em; }
svg { display: block; width: 100%; height: 96px; margin-top: .6em; border-bottom: 1px solid var(--line); }
path.ref { fill: var(--ref); } path.cur { fill: none; stroke: var(--cur); stroke-width: 1.6; vector-effect: non-scaling-stroke; }
.axis { display: flex; justify-content: space-between; color: var(--dim); font-size: .8em; margin: 0; }
.bars { display: grid; grid-template-columns: minmax(0, 7em) 1fr auto; gap: .15em .6em; align-items: center; margin-top: .6em; font-size: .85em; color: var(--dim); }
.bars span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.bars i { display: block; height: 6px; } i.ref { background: var(--ref); } i.cur { background: var(--cur); }
@media (max-width: 40em) { .wide { display: none; } }
)";

std::string_view outcome_class(Outcome outcome) {
  return outcome == Outcome::drifted ? "bad" : outcome == Outcome::stable ? "good" : "dim";
}

std::string side_rows(const ColumnDrift& column) {
  std::string rows;
  const auto row = [&](std::string_view title, const std::string& before, const std::string& after) {
    rows += fmt::format("<tr><td class=\"dim\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n", title,
                        before, after);
  };
  const auto counts = [&](std::string_view title, std::uint64_t before, std::uint64_t after) {
    row(title, format_count(before), format_count(after));
  };
  row("type", escape_markup(column.reference.type), escape_markup(column.current.type));
  counts("values", column.reference.values, column.current.values);
  counts("nulls", column.reference.nulls, column.current.nulls);
  if (column.reference.not_finite + column.current.not_finite > 0)
    counts("NaN, infinite", column.reference.not_finite, column.current.not_finite);
  counts("different", column.reference.distinct, column.current.distinct);
  if (column.reference.moments && column.current.moments) {
    const auto& a = *column.reference.moments;
    const auto& b = *column.current.moments;
    row("mean", short_number(a.mean), short_number(b.mean));
    row("deviation", short_number(a.deviation), short_number(b.deviation));
    row("minimum", short_number(a.minimum), short_number(b.minimum));
    row("median", short_number(a.median), short_number(b.median));
    row("maximum", short_number(a.maximum), short_number(b.maximum));
  }
  return rows;
}

std::string notes_of(const ColumnDrift& column) {
  std::vector<std::string> parts = column.notes;
  if (!column.reason.empty()) parts.insert(parts.begin(), column.reason);
  return escape_markup(join(parts, "; "));
}

std::string score_of(const ColumnDrift& column) { return column.score ? short_number(*column.score) : "-"; }

std::string card(const ColumnDrift& column, std::size_t number) {
  std::string out = fmt::format("<section class=\"card\" id=\"c{}\"><h2>{} <span class=\"{}\">{}</span></h2>\n", number,
                                escape_markup(column.name), outcome_class(column.outcome), to_string(column.outcome));
  std::string measured = std::string(to_string(column.kind));
  if (column.score) {
    measured += fmt::format(" &middot; {} {} (limit {})", escape_markup(column.test), score_of(column),
                            short_number(column.threshold));
  }
  out += fmt::format("<p class=\"dim\">{}</p>\n", measured);
  if (const std::string notes = notes_of(column); !notes.empty()) out += fmt::format("<p>{}</p>\n", notes);
  out += drift_plot(column);
  return out + fmt::format(
                   "<table><tr><th></th><th class=\"n\">reference</th><th class=\"n\">current</th></tr>\n"
                   "{}</table></section>\n",
                   side_rows(column));
}

/// Whether there is more to say of a column than the overview says.
bool has_card(const ColumnDrift& column) { return !column.current.type.empty(); }

std::string overview_row(const ColumnDrift& column, std::size_t number) {
  const bool scored = column.score.has_value();
  const std::string text = escape_markup(column.name);
  const std::string name = has_card(column) ? fmt::format("<a href=\"#c{}\">{}</a>", number, text) : text;
  return fmt::format(
      "<tr><td>{}</td><td class=\"{}\">{}</td><td class=\"n\">{}</td>"
      "<td class=\"n wide\">{}</td><td class=\"wide\">{}</td><td class=\"wide\">{}</td></tr>\n",
      name, outcome_class(column.outcome), to_string(column.outcome), score_of(column),
      scored ? short_number(column.threshold) : "-", scored ? escape_markup(column.test) : "-", notes_of(column));
}

std::string summary(const DriftReport& report) {
  std::string out = fmt::format("<h1><span class=\"{}\">{}</span>{}</h1>\n", report.is_drift() ? "bad" : "good",
                                report.is_drift() ? "Drift" : "No drift",
                                report.model.empty() ? "" : " in the data of " + escape_markup(report.model));
  out += fmt::format("<p>{} of {} drifted ({:.0f}%; the limit is {:.0f}%). <span class=\"dim\">{} UTC</span></p>\n",
                     report.drifted(), count_of(report.compared(), "column"), report.share() * 100,
                     report.share_limit * 100, format_utc_short(report.when));
  out += "<table class=\"data\">\n";
  const auto side = [&](std::string_view key, std::string_view title, const std::string& name,
                        const std::optional<std::string>& id, std::uint64_t rows) {
    const std::string content = id ? fmt::format("<br><span class=\"dim\">{}</span>", escape_markup(*id)) : "";
    out += fmt::format(
        "<tr><td class=\"dim\"><span class=\"key {}\"></span>{}</td><td>{}{}</td><td class=\"n\">{} rows</td></tr>\n",
        key, title, escape_markup(name), content, format_count(rows));
  };
  side("ref", "reference", report.reference, report.reference_id, report.reference_rows);
  side("cur", "current", report.current, report.current_id, report.current_rows);
  out += "</table>\n";
  if (!report.added.empty()) out += fmt::format("<p>New columns: {}</p>\n", escape_markup(join(report.added, ", ")));
  return out;
}

}  // namespace

std::string drift_html(const DriftReport& report) {
  std::vector<const ColumnDrift*> order;
  for (const ColumnDrift& column : report.columns) order.push_back(&column);
  const auto rank = [](const ColumnDrift* c) {
    return c->outcome == Outcome::drifted ? 0 : c->outcome == Outcome::stable ? 1 : 2;
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](const ColumnDrift* a, const ColumnDrift* b) { return rank(a) < rank(b); });
  std::string out = page_begin((report.model.empty() ? report.current : report.model) + " drift", kStyle);
  out += summary(report);
  out +=
      "<table><tr><th>column</th><th>verdict</th><th class=\"n\">score</th><th class=\"n wide\">limit</th>"
      "<th class=\"wide\">test</th><th class=\"wide\"></th></tr>\n";
  for (std::size_t i = 0; i < order.size(); ++i) out += overview_row(*order[i], i);
  out += "</table>\n<div class=\"cards\">\n";
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (has_card(*order[i])) out += card(*order[i], i);
  }
  out += "</div>\n";
  return out.append(page_end());
}

}  // namespace mlo::report
