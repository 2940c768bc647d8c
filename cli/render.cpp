#include "cli/render.hpp"

#include "cli/terminal.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

constexpr int kGap = 2;

/// Widths that fit: the widest column gives first, none below 6.
void shrink(std::vector<int>& widths, int room) {
  const auto total = [&] {
    int sum = kGap * (static_cast<int>(widths.size()) - 1);
    for (const int w : widths) sum += w;
    return sum;
  };
  for (int over = total() - room; over > 0; over = total() - room) {
    const auto widest = std::max_element(widths.begin(), widths.end());
    if (*widest <= 6) return;
    const int second = [&] {
      int best = 6;
      for (auto it = widths.begin(); it != widths.end(); ++it) {
        if (it != widest) best = std::max(best, std::min(*it, *widest - 1));
      }
      return best;
    }();
    *widest -= std::clamp(*widest - second, 1, over);
  }
}

}  // namespace

void TextPage::line(std::string_view text) { text_.append(printable(text)).push_back('\n'); }

void TextPage::line(const std::vector<Table::Cell>& pieces) {
  for (const Table::Cell& piece : pieces) text_ += styled(printable(piece.text), piece.style, colour_);
  text_ += '\n';
}

void TextPage::table(const Table& table) {
  std::vector<std::vector<Table::Cell>> rows;
  const bool titled =
      std::any_of(table.columns.begin(), table.columns.end(), [](const auto& c) { return !c.title.empty(); });
  if (titled) {
    std::vector<Table::Cell> header;
    for (const auto& column : table.columns) header.push_back({column.title, Style::dim});
    rows.push_back(std::move(header));
  }
  for (const auto& row : table.rows) {
    rows.emplace_back();
    for (const Table::Cell& cell : row) rows.back().push_back({printable(cell.text), cell.style});
  }
  std::vector<int> widths(table.columns.size(), 0);
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i)
      widths[i] = std::max(widths[i], display_width(row[i].text));
  }
  if (width_ > 0) shrink(widths, width_);
  for (const auto& row : rows) {
    std::string out;
    for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i) {
      const std::string text = cut_to(row[i].text, widths[i], utf8_);
      const std::string padding(static_cast<std::size_t>(std::max(0, widths[i] - display_width(text))), ' ');
      const std::string shown = styled(text, row[i].style, colour_);
      if (i > 0) out.append(kGap, ' ');
      out += table.columns[i].align == Align::right ? padding + shown : shown + padding;
    }
    out.erase(out.find_last_not_of(' ') + 1);
    text_ += out + '\n';
  }
}

std::vector<std::string> wrap(std::string_view text, int width) {
  std::vector<std::string> lines;
  std::string line;
  for (const std::string_view word : split(text, ' ')) {
    if (word.empty()) continue;
    if (!line.empty() && display_width(line) + 1 + display_width(word) > width)
      lines.push_back(std::exchange(line, ""));
    if (!line.empty()) line += ' ';
    line += word;
  }
  lines.push_back(line);
  return lines;
}

}  // namespace mlo::cli
