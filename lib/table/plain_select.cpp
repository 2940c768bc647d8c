#include "lib/table/plain_select.hpp"

#include <array>

#include "lib/table/table_file.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::table {
namespace {

constexpr std::array<std::string_view, 3> kAllowed = {"generate_series", "range", "unnest"};

}  // namespace

std::string require_plain_select(Connection& connection, std::string_view sql) {
  std::string_view text = trim(sql);
  if (text.ends_with(';')) text = trim(text.substr(0, text.size() - 1));
  const auto fail = [](std::string message) {
    throw Error(ErrorKind::invalid, "the query failed: " + std::move(message))
        .hint("write one SELECT over the tables that the view names");
  };
  if (text.find('\0') != std::string_view::npos) fail("it holds a NUL");
  // The parser's own tree of the query, without running anything.
  const std::string tree = fmt::format("(SELECT json_serialize_sql({}) AS tree)", quote(text));
  const auto parsed = connection.select(fmt::format(
      "SELECT json_extract_string(tree, '$.error'), coalesce(json_extract_string(tree, '$.error_message'), ''), "
      "coalesce(json_array_length(tree, '$.statements'), 0) FROM {}",
      tree));
  if (parsed[0].strings().front() != "false") {
    const std::string& why = parsed[1].strings().front();
    fail(why.starts_with("Only SELECT") ? "only SELECT may be used" : printable(split(why, '\n').front()));
  }
  if (parsed[2].integers().front() == 0) fail("it is empty");
  if (parsed[2].integers().front() != 1) fail("more than one statement");
  const auto called = connection.select(fmt::format(
      "SELECT DISTINCT lower(json_extract_string(value, '$.function.function_name')) FROM {}, json_tree(tree) "
      "WHERE type = 'OBJECT' AND json_extract_string(value, '$.type') = 'TABLE_FUNCTION' ORDER BY 1",
      tree));
  for (std::size_t i = 0; i < called[0].nulls.size(); ++i) {
    const std::string& name = called[0].strings()[i];
    if (called[0].nulls[i] || std::find(kAllowed.begin(), kAllowed.end(), name) == kAllowed.end())
      fail(fmt::format("`{}` may not be used", printable(name)));
  }
  return fmt::format("(\n{}\n)", text);
}

}  // namespace mlo::table
