#pragma once
#include "cli/context.hpp"
#include "lib/pipeline/pipeline.hpp"

// How `run -n`, `run why` and `run status` show a plan.
namespace mlo::cli {

/// [{stage, state, reasons: [{kind, subject, before, after, text}]}]
Value plan_value(const Pipeline& pipeline, const Plan& plan);
Value reasons_value(const std::vector<Reason>& reasons);

/// Each stage that is not up to date, with every reason on a line of its own.
void print_reasons(const Pipeline& pipeline, const Plan& plan, Page& page);
/// One row a stage: its state and the first reason.
void print_states(const Pipeline& pipeline, const Plan& plan, Page& page);

}  // namespace mlo::cli
