#pragma once
#include <string>
#include <string_view>

// Where things lie in the tree of the runs ref.
namespace mlo {

/// "2001/02-03/<id>": by the day of the id's own time.
std::string run_dir_in_tree(std::string_view run_id);
/// "stages/<stage>" below it; a stage's name may hold `@`, never `/`.
std::string stage_dir_in_run(std::string_view stage);

}  // namespace mlo
