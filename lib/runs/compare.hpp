#pragma once
#include <optional>
#include <string>
#include <vector>

#include "lib/runs/run_store.hpp"

// Runs beside each other.
namespace mlo {

enum class Facet { metric, param, data, code, tag, environment, package, run };
std::string_view to_string(Facet facet);

struct ComparedRow {
  Facet facet;
  std::string key;
  std::vector<std::optional<std::string>> values;  ///< one a run; nothing if the run has no such thing
  std::vector<std::optional<double>> numbers;      ///< of metrics
  bool differs = false;
};

/// Every fact of every run: those that differ first, then by facet and key. Of installed packages only those that
/// differ, where all lists are known.
std::vector<ComparedRow> compare_runs(const std::vector<Run>& runs, const FindPackages& find_packages = {});

/// Up to `most` metrics that say most about these runs: whole ones before slices, those that differ before those that
/// do not, those of many runs before those of few.
std::vector<std::string> telling_metrics(const std::vector<Run>& runs, std::size_t most);
/// Up to `most` parameters that are not the same in all of these runs.
std::vector<std::string> varying_params(const std::vector<Run>& runs, std::size_t most);

}  // namespace mlo
