#pragma once
#include "cli/command.hpp"
#include "lib/features/materialize.hpp"

// What `materialize`, `materialize plan` and `materialize status` have in common.
namespace mlo::cli {

struct ViewChoice {
  std::vector<std::string> views;  ///< all if empty
};
void declare_views(Args& args, ViewChoice& choice);

/// The plans of the chosen views. Not copied: plans point into the definitions.
struct PlannedViews {
  PlannedViews(Context& ctx, const ViewChoice& choice);
  PlannedViews(const PlannedViews&) = delete;

  features::Definitions definitions;
  std::vector<features::ViewPlan> plans;
  std::vector<std::string> orphans;  ///< views that nobody defines any more; none if some views were chosen
};

Value names_value(const std::vector<std::string>& names);
/// Null before anything was materialized, or if no row has a time.
Value newest_value(const std::optional<features::ViewState>& state);
/// The same for people, or `-`.
std::string newest_text(const std::optional<features::ViewState>& state);

/// The table, then `before NAME after` for each orphan; a line if there is nothing of either.
void print_views(Page& page, const Table& table, const std::vector<std::string>& orphans, std::string_view before,
                 std::string_view after);

}  // namespace mlo::cli
