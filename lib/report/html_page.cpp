#include "lib/report/html_page.hpp"

#include "lib/report/markup.hpp"

namespace mlo::report {
namespace {

constexpr std::string_view kStyle =
    R"(:root { --ink: #1c1f24; --dim: #5c6270; --line: #d8dbe2; --paper: #fff; --ref: #b4bdce; --cur: #c96f16; --bad: #b3261e; --good: #2e7d32; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8ec; --dim: #9aa1ad; --line: #3a3f4a; --paper: #16181d; --ref: #56627a; --cur: #f0a04b; --bad: #ff8a80; --good: #81c784; } }
* { box-sizing: border-box; }
body { font: 14px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 1080px; margin: 1.5em auto; padding: 0 1em; }
table { border-collapse: collapse; width: 100%; }
th { color: var(--dim); font-weight: 600; }
.dim { color: var(--dim); } .bad { color: var(--bad); font-weight: 600; } .good { color: var(--good); }
)";

}  // namespace

std::string page_begin(std::string_view title, std::string_view style) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light "
      "dark\">\n<title>{}</title>\n<style>\n{}{}</style>\n</head>\n<body>\n",
      escape_markup(title), kStyle, style);
}

std::string_view page_end() { return "</body>\n</html>\n"; }

}  // namespace mlo::report
