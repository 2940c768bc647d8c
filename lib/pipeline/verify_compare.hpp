#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/manifest/attestation.hpp"
#include "lib/pipeline/content.hpp"
#include "lib/util/world.hpp"

// Two results of one action beside each other.
namespace mlo {

/// One output as one execution left it.
struct OutputSide {
  /// A file or link; "" is an output that is one file.
  struct Leaf {
    Digest id;
    std::uint64_t bytes = 0;
    bool operator==(const Leaf&) const = default;
  };
  std::optional<Content> content;                     ///< nothing: it was not written
  std::function<std::map<std::string, Leaf>()> list;  ///< all below a directory, by path
  /// The bytes of a leaf; nothing if they cannot be had, or are too many to compare by content.
  std::function<std::optional<std::string>(const std::string& below, const Leaf& leaf)> read;
};

/// As it is in the store. What the store lacks of it cannot be listed or read.
OutputSide stored_output(const ObjectStore& store, const Content& content);
/// As it lies at `root / path`.
OutputSide output_on_disk(const World& world, const fs::path& root, const std::string& path,
                          const std::optional<Content>& content);

struct OutputComparison {
  Reproduction verdict = Reproduction::identical;  ///< or within_tolerance, or different
  std::string what;                                ///< the first difference, in one line that names its file
  std::vector<std::string> diff;                   ///< lines `-..` and `+..` for people, where it is text
};

/// `tolerance`, relative, is for an output that is a metrics file; 0: its bytes must be the same.
OutputComparison compare_outputs(const std::string& path, const OutputSide& before, const OutputSide& now,
                                 double tolerance);

/// The first difference between two metrics files that is more than two numbers `tolerance` apart, relative to the
/// larger: "`auc` 0.81 -> 0.83". Nothing if there is none. Error{invalid} for what is no metrics file.
std::optional<std::string> find_metric_difference(std::string_view before, std::string_view now, std::string_view file,
                                                  double tolerance);

/// The lines that differ, from the first to the last of them and not more than a few.
std::vector<std::string> short_diff(std::string_view before, std::string_view now);

}  // namespace mlo
