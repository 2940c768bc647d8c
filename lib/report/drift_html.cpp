#include "lib/report/drift_html.hpp"

#include <algorithm>
#include <cmath>

#include "lib/util/text.hpp"

namespace mlo::report {
namespace {

using drift::ColumnDrift;
using drift::DriftReport;
using drift::Outcome;

constexpr double kWidth = 320;
constexpr double kHeight = 96;
constexpr double kRow = 16;     // of a category
constexpr double kLabel = 130;  // width left for its name

constexpr std::string_view kHead = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<style>
:root { --ink: #1c1f24; --dim: #667; --line: #d8dbe2; --paper: #fff; --ref: #7a8aa6; --cur: #d9822b; --bad: #b3261e; --good: #2e7d32; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8ec; --dim: #99a; --line: #3a3f4a; --paper: #16181d; --ref: #8fa3c7; --cur: #f0a04b; --bad: #ff8a80; --good: #81c784; } }
body { font: 14px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 1080px; margin: 2em auto; padding: 0 1em; }
h1 { font-size: 1.4em; margin: 0 0 .2em; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3em .6em; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--dim); font-weight: 600; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
.dim { color: var(--dim); } .bad { color: var(--bad); font-weight: 600; } .good { color: var(--good); }
.card { border: 1px solid var(--line); border-radius: 6px; padding: .8em 1em; margin: 1em 0; display: flex; flex-wrap: wrap; gap: 1em 2em; break-inside: avoid; }
.card h2 { font-size: 1.05em; margin: 0 0 .3em; overflow-wrap: anywhere; } .card div { flex: 1 1 20em; } .card table { width: auto; }
svg text { fill: var(--dim); font-size: 10px; } .ref { fill: var(--ref); fill-opacity: .55; } .cur { fill: none; stroke: var(--cur); stroke-width: 1.6; } rect.cur { fill: var(--cur); stroke: none; }
.key i { display: inline-block; width: .8em; height: .8em; margin: 0 .3em 0 .8em; } </style>
)";

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else {
      out += c;
    }
  }
  return out;
}

std::string short_number(double value) { return fmt::format("{:.4g}", value); }

std::string_view outcome_class(Outcome outcome) {
  return outcome == Outcome::drifted ? "bad" : outcome == Outcome::stable ? "good" : "dim";
}

/// The reference as a filled outline, the current data as a line over it, on one scale.
std::string number_plot(const drift::Shape& shape) {
  double top = 0;
  for (const auto* side : {&shape.reference, &shape.current})
    top = std::max(top, *std::max_element(side->begin(), side->end()));
  if (top <= 0) return {};
  const double step = kWidth / static_cast<double>(shape.reference.size());
  const auto outline = [&](const std::vector<double>& shares) {
    std::string path = fmt::format("M0 {:.1f}", kHeight);
    for (std::size_t i = 0; i < shares.size(); ++i) {
      path +=
          fmt::format("V{:.1f}H{:.1f}", kHeight - shares[i] / top * (kHeight - 4), static_cast<double>(i + 1) * step);
    }
    return path + fmt::format("V{:.1f}", kHeight);
  };
  return fmt::format(
      R"(<svg viewBox="0 0 {0:.0f} {1:.0f}" width="{0:.0f}" role="img" aria-label="both distributions"><path class="ref" d="{2}"/><path class="cur" d="{3}"/>)"
      R"(<text x="0" y="{4:.0f}">{5}</text><text x="{0:.0f}" y="{4:.0f}" text-anchor="end">{6}</text></svg>)",
      kWidth, kHeight + 14, outline(shape.reference), outline(shape.current), kHeight + 11,
      short_number(shape.edges.front()), short_number(shape.edges.back()));
}

std::string category_plot(const drift::Shape& shape) {
  double top = 0;
  for (const auto* side : {&shape.reference, &shape.current})
    top = std::max(top, *std::max_element(side->begin(), side->end()));
  if (top <= 0) return {};
  std::string bars;
  for (std::size_t i = 0; i < shape.labels.size(); ++i) {
    const double y = static_cast<double>(i) * kRow;
    const auto bar = [&](const char* side, double share, double at) {
      return fmt::format(R"(<rect class="{}" x="{:.0f}" y="{:.1f}" width="{:.1f}" height="6"/>)", side, kLabel + 4, at,
                         share / top * (kWidth - kLabel - 4));
    };
    bars += fmt::format(R"(<text x="{:.0f}" y="{:.1f}" text-anchor="end">{}</text>)", kLabel, y + 11,
                        escape(shape.labels[i]));
    bars += bar("ref", shape.reference[i], y + 1) + bar("cur", shape.current[i], y + 7.5);
  }
  return fmt::format(
      R"(<svg viewBox="0 0 {0:.0f} {1:.0f}" width="{0:.0f}" role="img" aria-label="both distributions">{2}</svg>)",
      kWidth, static_cast<double>(shape.labels.size()) * kRow + 2, bars);
}

std::string plot(const drift::Shape& shape) {
  if (shape.reference.empty()) return {};
  return shape.labels.empty() ? number_plot(shape) : category_plot(shape);
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
  row("type", escape(column.reference.type), escape(column.current.type));
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

std::string measured(const ColumnDrift& column) {
  std::vector<std::string> parts;
  if (column.score)
    parts.push_back(fmt::format("{} = {} (threshold {})", column.test, short_number(*column.score),
                                short_number(column.threshold)));
  if (!column.reason.empty()) parts.push_back(column.reason);
  parts.insert(parts.end(), column.notes.begin(), column.notes.end());
  return escape(join(parts, "; "));
}

std::string card(const ColumnDrift& column) {
  return fmt::format(
      "<section class=\"card\"><div><h2>{} <span class=\"{}\">{}</span></h2><p class=\"dim\">{} &middot; "
      "{}</p>{}</div>\n"
      "<table><tr><th></th><th class=\"n\">reference</th><th class=\"n\">current</th></tr>\n{}</table></section>\n",
      escape(column.name), outcome_class(column.outcome), to_string(column.outcome), to_string(column.kind),
      measured(column), plot(column.shape), side_rows(column));
}

std::string summary(const DriftReport& report) {
  std::string out = fmt::format("<h1>{}: <span class=\"{}\">{}</span></h1>\n",
                                report.model.empty() ? "Drift" : "Drift of " + escape(report.model),
                                report.is_drift() ? "bad" : "good", report.is_drift() ? "found" : "not found");
  out += fmt::format("<p>{} of {} drifted ({:.0f}%; the limit is {:.0f}%). <span class=\"dim\">{}</span></p>\n",
                     report.drifted(), count_of(report.compared(), "column"), report.share() * 100,
                     report.share_limit * 100, format_utc_short(report.when) + " UTC");
  out += "<table><tr><th></th><th>data</th><th class=\"n\">rows</th></tr>\n";
  const auto side = [&](std::string_view key, std::string_view title, const std::string& name,
                        const std::optional<std::string>& id, std::uint64_t rows) {
    out += fmt::format(
        "<tr><td class=\"key\"><i style=\"background: var(--{})\"></i>{}</td><td>{}<br><span "
        "class=\"dim\">{}</span></td><td class=\"n\">{}</td></tr>\n",
        key, title, escape(name), escape(id.value_or("")), format_count(rows));
  };
  side("ref", "reference", report.reference, report.reference_id, report.reference_rows);
  side("cur", "current", report.current, report.current_id, report.current_rows);
  out += "</table>\n";
  if (!report.missing.empty())
    out += fmt::format("<p><span class=\"bad\">missing:</span> {}</p>\n", escape(join(report.missing, ", ")));
  if (!report.added.empty()) out += fmt::format("<p>new: {}</p>\n", escape(join(report.added, ", ")));
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
  std::string out(kHead);
  out += fmt::format("<title>{} drift</title>\n</head>\n<body>\n",
                     escape(report.model.empty() ? report.current : report.model));
  out += summary(report);
  for (const ColumnDrift* column : order) out += card(*column);
  return out + "</body>\n</html>\n";
}

}  // namespace mlo::report
