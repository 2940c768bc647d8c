#include "lib/manifest/semver.hpp"

#include <algorithm>

#include "lib/util/text.hpp"

namespace mlo {
namespace {

bool is_numeric(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::uint64_t> parse_part(std::string_view text) {
  if (!is_numeric(text) || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  const auto number = parse_u64(text);
  return number && *number <= UINT32_MAX ? number : std::nullopt;
}

enum class Zeros { allowed, refused };

bool are_identifiers(std::string_view text, Zeros leading) {
  for (const std::string_view piece : split(text, '.')) {
    const bool letters = std::all_of(piece.begin(), piece.end(), [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
    });
    if (piece.empty() || !letters) return false;
    if (leading == Zeros::refused && is_numeric(piece) && piece.size() > 1 && piece[0] == '0') return false;
  }
  return true;
}

std::strong_ordering compare_identifier(std::string_view a, std::string_view b) {
  const bool a_number = is_numeric(a), b_number = is_numeric(b);
  if (a_number != b_number) return a_number ? std::strong_ordering::less : std::strong_ordering::greater;
  if (a_number && a.size() != b.size()) return a.size() <=> b.size();  // no leading zeros
  return a <=> b;
}

std::strong_ordering compare_prerelease(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return b.size() <=> a.size();  // a release is above its prereleases
  const auto left = split(a, '.'), right = split(b, '.');
  for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
    if (const auto order = compare_identifier(left[i], right[i]); order != 0) return order;
  }
  return left.size() <=> right.size();
}

}  // namespace

std::optional<SemVer> SemVer::parse(std::string_view text) {
  if (text.size() > 100) return std::nullopt;
  SemVer out;
  if (const std::size_t plus = text.find('+'); plus != std::string_view::npos) {
    out.build = text.substr(plus + 1);
    text = text.substr(0, plus);
    if (!are_identifiers(out.build, Zeros::allowed)) return std::nullopt;
  }
  if (const std::size_t dash = text.find('-'); dash != std::string_view::npos) {
    out.prerelease = text.substr(dash + 1);
    text = text.substr(0, dash);
    if (!are_identifiers(out.prerelease, Zeros::refused)) return std::nullopt;
  }
  const auto parts = split(text, '.');
  if (parts.size() != 3) return std::nullopt;
  const auto major = parse_part(parts[0]), minor = parse_part(parts[1]), patch = parse_part(parts[2]);
  if (!major || !minor || !patch) return std::nullopt;
  out.major = *major;
  out.minor = *minor;
  out.patch = *patch;
  return out;
}

std::string SemVer::str() const {
  return fmt::format("{}.{}.{}{}{}{}{}", major, minor, patch, prerelease.empty() ? "" : "-", prerelease,
                     build.empty() ? "" : "+", build);
}

std::strong_ordering SemVer::operator<=>(const SemVer& other) const {
  const auto numbers = [](const SemVer& v) { return std::tuple(v.major, v.minor, v.patch); };
  if (const auto order = numbers(*this) <=> numbers(other); order != 0) return order;
  if (const auto order = compare_prerelease(prerelease, other.prerelease); order != 0) return order;
  return build <=> other.build;
}

SemVer bump(const SemVer& v, Bump part) {
  const bool pre = !v.prerelease.empty();
  switch (part) {
    case Bump::major:
      return {pre && v.minor == 0 && v.patch == 0 ? v.major : v.major + 1, 0, 0, "", ""};
    case Bump::minor:
      return {v.major, pre && v.patch == 0 ? v.minor : v.minor + 1, 0, "", ""};
    case Bump::patch:
      break;
  }
  return {v.major, v.minor, pre ? v.patch : v.patch + 1, "", ""};
}

}  // namespace mlo
