#pragma once
#include <optional>

#include "lib/drift/load.hpp"
#include "lib/drift/samples.hpp"

namespace mlo::drift {

/// Evidently's rule, by the reference alone: reals are numbers; integers are categories up to 10 different values, else
/// numbers; booleans are categories; strings are text if more than half of them differ, else categories.
ColumnKind infer_kind(const LoadedColumn& reference);

/// `wanted` if the column's values allow it: an integer or real can be either, anything with counted values a category.
/// Error{usage} otherwise.
ColumnKind require_kind(const LoadedColumn& reference, ColumnKind wanted);

/// Whether the two sides' values can be put into one sample of that kind.
bool are_comparable(const LoadedColumn& reference, const LoadedColumn& current, ColumnKind kind);

/// Both sides as a test sees them; takes the numbers out of the columns. Only for comparable columns of kind number or
/// category.
Samples make_samples(LoadedColumn& reference, LoadedColumn& current, ColumnKind kind);

}  // namespace mlo::drift
