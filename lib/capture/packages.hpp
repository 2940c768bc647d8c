#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/crypto/digest.hpp"
#include "lib/util/fs.hpp"

// What is installed, by the names of what installers leave behind: no interpreter is started for it.
namespace mlo {

using PackageList = std::map<std::string, std::string>;  ///< name -> version

/// Python's distributions in these directories of its path; the first of a name counts. Names as pip compares them
/// (`scikit-learn`).
PackageList python_packages(const std::vector<fs::path>& dirs);
/// conda's, with their builds: `1.26.4=py311h64a7726_0`.
PackageList conda_packages(const fs::path& prefix);
/// R's, in these libraries; the first of a name counts.
PackageList r_packages(const std::vector<fs::path>& libraries);

/// Lists by the digest of their text; nothing for one that is not here.
using FindPackages = std::function<std::optional<PackageList>(const Digest& list)>;

/// One line each, `name version`, ascending; what parse_packages reads. Lines that are none are left out.
std::string emit_packages(const PackageList& packages);
PackageList parse_packages(std::string_view text);

struct PackageChange {
  std::string name, before, now;  ///< versions; "" is absent
  bool operator==(const PackageChange&) const = default;
};
/// Ascending by name.
std::vector<PackageChange> compare_packages(const PackageList& before, const PackageList& now);
/// "numpy 1.26.4 -> 2.0.1, torch added: 2.1.0, and 3 more", with at most `most` of them named.
std::string describe(const std::vector<PackageChange>& changes, std::size_t most);

}  // namespace mlo
