#include "lib/gates/slice_result.hpp"

#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::string_view kTooFew = ", too few to judge";

}  // namespace

std::string slice_name(const SliceResult& slice) {
  return fmt::format("{}[{}={}]", slice.metric, slice.column, printable(slice.value));
}

std::string too_few_rows(std::size_t rows) { return count_of(rows, "row") + std::string(kTooFew); }

std::optional<SliceResult> find_slice(const GateResult& result) {
  const std::string_view what = result.what;
  const std::size_t open = what.find('['), equals = what.find('=', open == std::string_view::npos ? 0 : open);
  if (result.check != "fairness" || open == std::string_view::npos || equals == std::string_view::npos ||
      !what.ends_with(']'))
    return std::nullopt;
  return SliceResult{std::string(what.substr(0, open)), std::string(what.substr(open + 1, equals - open - 1)),
                     std::string(what.substr(equals + 1, what.size() - equals - 2)),
                     !(result.verdict == Verdict::pass && result.reason.ends_with(kTooFew))};
}

}  // namespace mlo
