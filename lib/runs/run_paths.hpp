#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "lib/manifest/attestation.hpp"
#include "lib/manifest/run_record.hpp"

// Where records lie in the tree of the runs ref. A place follows from what it names alone, so histories merge as a
// union.
namespace mlo {

/// `<yyyy>/<mm-dd>/<run-id>`, of the day in the id.
std::string run_dir_path(std::string_view run_id);
/// `<run>/run.yaml`, or `<invocation>/stages/<stage>/run.yaml`.
std::string record_path(const RunRecord& record);
/// `<run>/amend/<micros>-<12 digits of its digest>.yaml`.
std::string amendment_path(const RunAmendment& amendment, std::string_view text);
/// `<run>/attest`, and in it `<micros>-<12 digits of its digest>.yaml`.
std::string attestations_path(std::string_view run_id);
std::string attestation_path(const Attestation& attestation, std::string_view text);
/// Beside record_path: `series.tsv`.
std::string series_path(const RunRecord& record);

/// `packages/<64 hex>.txt`, of no run alone: a list of installed packages by the digest of its text.
std::string packages_path(const Digest& list);

enum class RunFile { record, amendment, series, foreign };
RunFile classify_run_path(std::string_view path);

}  // namespace mlo
