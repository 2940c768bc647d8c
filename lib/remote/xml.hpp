#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// As much XML as S3 answers with: elements without attributes that matter, no CDATA.
namespace mlo {

/// What stands between `<tag>` (attributes allowed) and the next `</tag>`, wherever it occurs, in order. Views into
/// `xml`, entities as they are.
std::vector<std::string_view> xml_elements(std::string_view xml, std::string_view tag);
/// The text of the first such element with its entities resolved; empty if there is none.
std::string xml_text(std::string_view xml, std::string_view tag);

}  // namespace mlo
