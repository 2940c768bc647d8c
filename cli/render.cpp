#include "cli/render.hpp"

#include "cli/terminal.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

constexpr int kGap = 2;

constexpr int kLeastCut = 6, kLeastWrapped = 16;

Fit fit_of(const Table::Column& column) { return column.align == Align::right ? Fit::whole : column.fit; }

/// Takes up to `over` from the columns that fit so, the widest first, none below `least`. Returns what is left over.
int shrink(std::vector<int>& widths, const std::vector<Table::Column>& columns, Fit fit, int least, int over) {
  for (; over > 0; --over) {
    int* widest = nullptr;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (fit_of(columns[i]) == fit && widths[i] > least && (widest == nullptr || widths[i] > *widest))
        widest = &widths[i];
    }
    if (widest == nullptr) break;
    --*widest;
  }
  return over;
}

void shrink(std::vector<int>& widths, const std::vector<Table::Column>& columns, int room) {
  int over = kGap * (static_cast<int>(widths.size()) - 1) - room;
  for (const int width : widths) over += width;
  over = shrink(widths, columns, Fit::wrap, kLeastWrapped, over);
  shrink(widths, columns, Fit::cut, kLeastCut, over);
}

std::string shown_title(const Table::Column& column) {
  std::string title = printable(column.title);
  if (column.kind == Title::name) return title;
  for (char& c : title) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return title;
}

/// The lines of one cell.
std::vector<std::string> cell_lines(const std::string& text, const Table::Column& column, int width, bool utf8) {
  if (column.fit != Fit::wrap || display_width(text) <= width) {
    return {fit_of(column) == Fit::whole ? text : cut_to(text, width, utf8)};
  }
  std::vector<std::string> lines = wrap(text, width);
  for (std::string& line : lines) line = cut_to(line, width, utf8);  // a word may be wider
  return lines;
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
    for (const auto& column : table.columns) header.push_back({shown_title(column), Style::dim});
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
  if (width_ > 0) shrink(widths, table.columns, width_);
  for (const auto& row : rows) {
    std::vector<std::vector<std::string>> cells;
    std::size_t height = 0;
    for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i) {
      cells.push_back(cell_lines(row[i].text, table.columns[i], widths[i], utf8_));
      height = std::max(height, cells.back().size());
    }
    for (std::size_t line = 0; line < height; ++line) {
      std::string out;
      for (std::size_t i = 0; i < cells.size(); ++i) {
        const std::string text = line < cells[i].size() ? cells[i][line] : "";
        const std::string padding(static_cast<std::size_t>(std::max(0, widths[i] - display_width(text))), ' ');
        const std::string shown = text.empty() ? "" : styled(text, row[i].style, colour_);
        if (i > 0) out.append(kGap, ' ');
        out += table.columns[i].align == Align::right ? padding + shown : shown + padding;
      }
      out.erase(out.find_last_not_of(' ') + 1);
      text_ += out + '\n';
    }
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
