#pragma once
#include <string>
#include <string_view>

namespace mlo::report {

/// What every page of mlo begins with, up to <body>: no network, no script, light and dark. `title` is escaped here;
/// `style` comes after the shared style, which defines the colours --ink, --dim, --line, --paper, --ref, --cur, --bad,
/// --good and the classes dim, bad, good.
std::string page_begin(std::string_view title, std::string_view style);
std::string_view page_end();

}  // namespace mlo::report
