#include "cli/render.hpp"

#include "cli/terminal.hpp"
#include "tests/support/test.hpp"

using namespace mlo::cli;

namespace {

std::string table_text(int width, const Table& table) {
  TextPage page(width, /*colour=*/false, /*utf8=*/true);
  page.table(table);
  return page.text();
}

}  // namespace

TEST_CASE("wide and combining characters count as a terminal counts them", "[render]") {
  CHECK(display_width("abc") == 3);
  CHECK(display_width("日本") == 4);
  CHECK(display_width("e\u0301") == 1);
  CHECK(display_width("…") == 1);
  CHECK(cut_to("日本語", 4, true) == "日…");
  CHECK(cut_to("abcdef", 4, false) == "abc~");
  CHECK(cut_to("abcd", 4, true) == "abcd");
}

TEST_CASE("a table lines its columns up and ends no line in blanks", "[render]") {
  const Table table{{{"NAME"}, {"SIZE", Align::right}, {"NOTE"}},
                    {{{"a"}, {"10 B"}, {""}}, {{"日本"}, {"5 B"}, {"x"}}}};
  CHECK(table_text(0, table) ==
        "NAME  SIZE  NOTE\n"
        "a     10 B\n"
        "日本   5 B  x\n");
}

TEST_CASE("our words stand over columns in capitals, the user's names as they are", "[render]") {
  const Table table{{{"name"}, {"drift if"}, {"auc\x1b", Align::right, Fit::whole, Title::name}, {""}},
                    {{{"a"}, {"b"}, {"1"}, {"x"}}}};
  CHECK(table_text(0, table) ==
        "NAME  DRIFT IF  auc\\x1b\n"
        "a     b               1  x\n");
}

TEST_CASE("a table is cut to the terminal, the widest column first", "[render]") {
  const Table table{{{"ID"}, {"TEXT"}}, {{{"12345678"}, {"a very long text that does not fit"}}}};
  CHECK(table_text(20, table) == "ID        TEXT\n12345678  a very lo…\n");
}

TEST_CASE("a column that wraps gives before one that is cut, and figures stay whole", "[render]") {
  const Table table{
      {{"NAME"}, {"SCORE", Align::right}, {"WHY", Align::left, Fit::wrap}},
      {{{"a-long-name"}, {"0.123456789"}, {"below the limit that the policy names"}}, {{"b"}, {"1"}, {""}}}};
  CHECK(table_text(44, table) ==
        "NAME               SCORE  WHY\n"
        "a-long-name  0.123456789  below the limit\n"
        "                          that the policy\n"
        "                          names\n"
        "b                      1\n");
  CHECK(table_text(34, table).starts_with("NAME          SCORE  WHY\na-lon…  0.123456789"));
}

TEST_CASE("foreign text cannot drive the terminal", "[render]") {
  TextPage page(0, /*colour=*/true, /*utf8=*/true);
  page.line("\x1b[31mred\nforged");
  page.line({{"\x1b]0;title\x07", Style::name}});
  CHECK(page.text() == "\\x1b[31mred\\x0aforged\n\x1b[36m\\x1b]0;title\\x07\x1b[0m\n");
}

TEST_CASE("colour vanishes where it is off, text does not", "[render]") {
  CHECK(styled("no", Style::bad, true) == "\x1b[31mno\x1b[0m");
  CHECK(styled("no", Style::bad, false) == "no");
}
