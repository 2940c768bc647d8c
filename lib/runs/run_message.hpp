#pragma once
#include <string>
#include <vector>

#include "lib/manifest/attestation.hpp"
#include "lib/manifest/run_record.hpp"

// What `git log refs/mlo/runs` shows.
namespace mlo {

/// Subject `brave-otter finished: auc 0.8421, loss 0.31`, then command, code, metrics, parameters and stages as aligned
/// columns, then trailers Mlo-Run and Mlo-Data.
std::string run_message(const RunRecord& invocation, const std::vector<RunRecord>& stages);
/// Subject `note on brave-otter: looks good`, or what the amendments do; trailers Mlo-Amends.
std::string amendment_message(const std::vector<RunAmendment>& amendments, const std::vector<std::string>& names);
/// Subject `verify 018f3a2b9c41: identical`; trailers Mlo-Attests.
std::string attestation_message(const std::vector<Attestation>& attestations);
std::string merge_message();

/// A number as people compare it: at most five significant digits.
std::string format_metric(double value);

}  // namespace mlo
