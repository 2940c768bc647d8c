#include "lib/util/text.hpp"

#include <cmath>
#include <limits>

#include "tests/support/test.hpp"

using namespace mlo;

TEST_CASE("split keeps empty pieces, lines do not count an empty rest", "[util]") {
  CHECK(split("", ',') == std::vector<std::string_view>{""});
  CHECK(split(",a,", ',') == std::vector<std::string_view>{"", "a", ""});
  CHECK(split_lines("").empty());
  CHECK(split_lines("a\n\nb") == std::vector<std::string_view>{"a", "", "b"});
  CHECK(split_lines("a\n") == std::vector<std::string_view>{"a"});
}

TEST_CASE("text is trimmed, joined, lowered and replaced", "[util]") {
  CHECK(trim(" \t a b\r\n") == "a b");
  CHECK(trim(" \n ").empty());
  CHECK(join({"a", "", "b"}, ", ") == "a, , b");
  CHECK(to_lower("A\xC3\x84Z") == "a\xC3\x84z");
  CHECK(replace_all("aXbXX", "X", "XX") == "aXXbXXXX");
  CHECK(replace_all("abc", "", "x") == "abc");
}

TEST_CASE("a number is the whole text or nothing", "[util]") {
  CHECK(parse_i64("-9223372036854775808") == std::numeric_limits<std::int64_t>::min());
  CHECK(parse_u64("18446744073709551615") == std::numeric_limits<std::uint64_t>::max());
  CHECK(parse_double("-2.5e-3") == -0.0025);
  for (const char* text : {"", " 1", "1 ", "+1", "1x", "9223372036854775808", "0x1", "1.0"}) {
    INFO(text);
    CHECK_FALSE(parse_i64(text));
  }
  CHECK_FALSE(parse_u64("-1"));
  for (const char* text : {"", "1e", "1e999", " 1", "1,5"}) CHECK_FALSE(parse_double(text));
}

TEST_CASE("a double is written as short as it reads back", "[util]") {
  for (const double value : {0.1, 1.0 / 3, 1e300, 5e-324, 123456789.0, -0.0, 1.7976931348623157e308})
    CHECK(parse_double(format_double(value)) == value);
  CHECK(format_double(0.1) == "0.1");
  CHECK(format_double(3) == "3");
  CHECK(format_double(NAN) == "nan");
  CHECK(format_double(-INFINITY) == "-inf");
}

TEST_CASE("sizes, counts and times read well at every boundary", "[util]") {
  const std::vector<std::pair<std::uint64_t, std::string>> sizes = {
      {0, "0 B"},
      {999, "999 B"},
      {1000, "1.0 kB"},
      {99'949, "99.9 kB"},
      {99'950, "100 kB"},
      {999'499, "999 kB"},
      {999'500, "1.0 MB"},
      {21'300'000'000, "21.3 GB"},
      {std::numeric_limits<std::uint64_t>::max(), "18.4 EB"}};
  for (const auto& [value, text] : sizes) CHECK(format_bytes(ByteCount{value}) == text);
  CHECK(format_count(0) == "0");
  CHECK(format_count(999) == "999");
  CHECK(format_count(1000) == "1,000");
  CHECK(format_count(1234567) == "1,234,567");
  CHECK(format_seconds(0.84) == "840 ms");
  CHECK(format_seconds(0.9999) == "1.0 s");
  CHECK(format_seconds(59.97) == "1 min 0 s");
  CHECK(format_seconds(250) == "4 min 10 s");
  CHECK(format_seconds(7500) == "2 h 5 min");
  CHECK(count_of(1, "file") == "1 file");
  CHECK(count_of(0, "file") == "0 files");
  CHECK(count_of(1200, "entry", "entries") == "1,200 entries");
}

TEST_CASE("a quoted word means exactly its text to a shell", "[util]") {
  CHECK(shell_quote("data/raw-1.csv") == "data/raw-1.csv");
  CHECK(shell_quote("") == "''");
  CHECK(shell_quote("~/x") == "'~/x'");
  CHECK(shell_quote("it's $HOME") == "'it'\"'\"'s $HOME'");
}

TEST_CASE("foreign text cannot drive a terminal, forge a line or turn the writing round", "[util]") {
  CHECK(printable("gr\xC3\xBC\xC3\x9F \xF0\x9F\x98\x80") == "gr\xC3\xBC\xC3\x9F \xF0\x9F\x98\x80");
  CHECK(printable("a\x1b[2J\n\x7f") == "a\\x1b[2J\\x0a\\x7f");
  CHECK(printable("\xC2\x9B") == "\\xc2\\x9b");
  CHECK(printable("a\xE2\x80\xAEtxt") == "a\\xe2\\x80\\xaetxt");
  CHECK(printable("\xE2\x80\xA8\xE2\x81\xA6") == "\\xe2\\x80\\xa8\\xe2\\x81\\xa6");
  CHECK(printable("\xFF\xE2\x82") == "\\xff\\xe2\\x82");
}

TEST_CASE("UTF-8 is strict: no overlong forms, surrogates or code points beyond the last", "[util]") {
  for (const char* good : {"", "a", "\xC2\x80", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xF4\x8F\xBF\xBF"})
    CHECK(is_utf8(good));
  for (const char* bad : {"\x80", "\xC0\xAF", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
                          "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xC2", "\xE2\x82"}) {
    CHECK_FALSE(is_utf8(bad));
  }
}

TEST_CASE("globs: only ** crosses a slash", "[util]") {
  const std::vector<std::pair<std::string, std::string>> yes = {{"", ""},
                                                                {"*", ""},
                                                                {"*.csv", "a.csv"},
                                                                {"a*c", "abbc"},
                                                                {"a*c", "ac"},
                                                                {"?", "x"},
                                                                {"[a-c]x", "bx"},
                                                                {"[!a]", "b"},
                                                                {"[]]", "]"},
                                                                {"[", "["},
                                                                {"\\*", "*"},
                                                                {"**", "a/b/c"},
                                                                {"**/x", "x"},
                                                                {"**/x", "a/b/x"},
                                                                {"a/**", "a/b/c"},
                                                                {"a/**/b", "a/b"},
                                                                {"a/**/b", "a/x/y/b"},
                                                                {"a**b", "a/x/b"},
                                                                {"**/*.py", "t.py"}};
  for (const auto& [pattern, text] : yes) {
    INFO(pattern << " " << text);
    CHECK(glob_match(pattern, text));
  }
  const std::vector<std::pair<std::string, std::string>> no = {
      {"", "a"},    {"a", ""},      {"*", "a/b"},       {"?", "/"},     {"[!a]", "/"},      {"[a-c]", "d"},
      {"\\*", "x"}, {"**/x", "ax"}, {"a/**/b", "a/xb"}, {"a*c", "a/c"}, {"*.csv", "a.csv2"}};
  for (const auto& [pattern, text] : no) {
    INFO(pattern << " " << text);
    CHECK_FALSE(glob_match(pattern, text));
  }
}

TEST_CASE("no glob takes exponential time", "[util]") {
  std::string stars, deep;
  for (int i = 0; i < 200; ++i) {
    stars += "*a";
    deep += "**/";
  }
  CHECK_FALSE(glob_match(stars + "b", std::string(1000, 'a')));
  CHECK_FALSE(glob_match(deep + "b", replace_all(std::string(500, 'a'), "a", "a/")));
}

TEST_CASE("a path lies in what it is or is below, never in what only begins like it", "[util]") {
  CHECK(lies_in("data", "data"));
  CHECK(lies_in("data/raw", "data"));
  CHECK_FALSE(lies_in("data", "data/raw"));
  CHECK_FALSE(lies_in("data2/raw", "data"));
  CHECK(overlaps("data", "data/raw"));
  CHECK(overlaps("data/raw", "data"));
  CHECK_FALSE(overlaps("data", "database"));
}
