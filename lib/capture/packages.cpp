#include "lib/capture/packages.hpp"

#include <fmt/format.h>

#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::uint64_t kMostDescription = 1U << 20U;

std::vector<std::string> names_in(const fs::path& dir) {
  std::vector<std::string> out;
  std::error_code code;
  for (fs::directory_iterator it(dir, code), end; !code && it != end; it.increment(code))
    out.push_back(it->path().filename().string());
  std::sort(out.begin(), out.end());
  return out;
}

bool is_plain(std::string_view word) {
  return !word.empty() && is_utf8(word) && printable(word) == word && word.find(' ') == std::string_view::npos;
}

void add(PackageList& packages, std::string name, std::string version) {
  if (is_plain(name) && is_plain(version)) packages.emplace(std::move(name), std::move(version));
}

/// Runs of `-_.` are one `-`, letters are lower case.
std::string normalized(std::string_view name) {
  std::string out;
  for (const char c : to_lower(name)) {
    const char plain = c == '_' || c == '.' ? '-' : c;
    if (plain != '-' || !out.ends_with('-')) out += plain;
  }
  return out;
}

}  // namespace

PackageList python_packages(const std::vector<fs::path>& dirs) {
  PackageList out;
  for (const fs::path& dir : dirs) {
    for (const std::string& entry : names_in(dir)) {
      for (const std::string_view ending : {".dist-info", ".egg-info"}) {
        if (!entry.ends_with(ending)) continue;
        const std::string stem = entry.substr(0, entry.size() - ending.size());
        const std::size_t dash = stem.find('-');  // a name has none there
        if (dash == std::string::npos) continue;
        std::string version = stem.substr(dash + 1);
        if (const std::size_t python = version.find("-py"); python != std::string::npos) version.resize(python);
        add(out, normalized(stem.substr(0, dash)), std::move(version));
      }
    }
  }
  return out;
}

PackageList conda_packages(const fs::path& prefix) {
  PackageList out;
  for (const std::string& entry : names_in(prefix / "conda-meta")) {
    if (!entry.ends_with(".json")) continue;
    const std::string stem = entry.substr(0, entry.size() - 5);  // name-version-build
    const std::size_t build = stem.rfind('-');
    const std::size_t version = build == std::string::npos || build == 0 ? build : stem.rfind('-', build - 1);
    if (version == std::string::npos || build == std::string::npos || version == build) continue;
    add(out, stem.substr(0, version),
        fmt::format("{}={}", stem.substr(version + 1, build - version - 1), stem.substr(build + 1)));
  }
  return out;
}

PackageList r_packages(const std::vector<fs::path>& libraries) {
  PackageList out;
  for (const fs::path& library : libraries) {
    for (const std::string& name : names_in(library)) {
      const fs::path description = library / name / "DESCRIPTION";
      const auto stat = find_stat(description);
      if (out.contains(name) || !stat || stat->kind != FileKind::file || stat->size > kMostDescription) continue;
      const std::string text = find_file(description, kMostDescription).value_or("");
      for (const std::string_view line : split_lines(text)) {
        if (line.starts_with("Version:")) add(out, name, std::string(trim(line.substr(8))));
      }
    }
  }
  return out;
}

std::string emit_packages(const PackageList& packages) {
  std::string out;
  for (const auto& [name, version] : packages) out += fmt::format("{} {}\n", name, version);
  return out;
}

PackageList parse_packages(std::string_view text) {
  PackageList out;
  for (const std::string_view line : split_lines(text)) {
    const std::size_t blank = line.find(' ');
    if (blank != std::string_view::npos)
      add(out, std::string(line.substr(0, blank)), std::string(line.substr(blank + 1)));
  }
  return out;
}

std::vector<PackageChange> compare_packages(const PackageList& before, const PackageList& now) {
  std::map<std::string, PackageChange> changes;
  for (const auto& [name, version] : before) changes[name] = {name, version, ""};
  for (const auto& [name, version] : now) {
    PackageChange& change = changes[name];
    change.name = name;
    change.now = version;
  }
  std::vector<PackageChange> out;
  for (auto& [name, change] : changes) {
    if (change.before != change.now) out.push_back(std::move(change));
  }
  return out;
}

std::string describe(const std::vector<PackageChange>& changes, std::size_t most) {
  std::vector<std::string> parts;
  for (const PackageChange& change : changes) {
    if (parts.size() == most) break;
    parts.push_back(change.before.empty() ? fmt::format("{} added: {}", change.name, change.now)
                    : change.now.empty()  ? fmt::format("{} removed: was {}", change.name, change.before)
                                          : fmt::format("{} {} -> {}", change.name, change.before, change.now));
  }
  std::string out = join(parts, ", ");
  if (changes.size() > most) out += fmt::format(", and {} more", changes.size() - most);
  return out;
}

}  // namespace mlo
