#include "lib/registry/tag_names.hpp"

#include "lib/manifest/names.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

/// Words that follow `register` or `promote`: a model of that name could not be told from the subcommand.
constexpr std::string_view kReserved[] = {"approve",  "card", "check", "deploy", "history", "list",
                                          "rollback", "sbom", "show",  "sign",   "verify"};

/// `#N` at the end; false if what stands there is no counter.
bool take_counter(std::string_view& text, std::uint64_t& counter) {
  const std::size_t hash = text.rfind('#');
  if (hash == std::string_view::npos || hash == 0) return true;
  const std::string_view digits = text.substr(hash + 1);
  const auto number = parse_u64(digits);
  if (!number || *number == 0 || digits[0] == '0' || *number > INT64_MAX) return false;
  counter = *number;
  text = text.substr(0, hash);
  return true;
}

bool take_suffix(std::string_view& text, char suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(1);
  return true;
}

}  // namespace

std::optional<RegistryTag> parse_registry_tag(std::string_view name) {
  const std::size_t mark = name.find_first_of("@#");
  if (mark == std::string_view::npos || !is_name(name.substr(0, mark))) return std::nullopt;
  RegistryTag tag;
  tag.model = name.substr(0, mark);
  std::string_view rest = name.substr(mark);
  if (!take_counter(rest, tag.counter)) return std::nullopt;
  tag.removed = take_suffix(rest, '!');
  if (rest.starts_with("@v")) {
    tag.version = SemVer::parse(rest.substr(2));
    return tag.version ? std::optional(tag) : std::nullopt;
  }
  if (rest[0] != '#' || !is_stage_name(rest.substr(1))) return std::nullopt;
  tag.stage = rest.substr(1);
  return tag;
}

std::string version_tag(std::string_view model, const SemVer& version) {
  return fmt::format("{}@v{}", model, version.str());
}

std::string stage_tag(std::string_view model, std::string_view stage, std::uint64_t counter) {
  return fmt::format("{}#{}#{}", model, stage, counter);
}

bool is_stage_name(std::string_view text) { return is_name(text) && text.find('/') == std::string_view::npos; }

void require_stage_name(std::string_view text) {
  if (is_stage_name(text) && text != "latest") return;
  throw Error(ErrorKind::usage, fmt::format("`{}` cannot name a stage", printable(text)))
      .hint("lower-case letters and digits, joined by `-` or `_`: prod, staging, eu-west");
}

void require_model_name(std::string_view text) {
  if (!is_name(text)) {
    throw Error(ErrorKind::usage, fmt::format("`{}` cannot name a model", printable(text)))
        .hint("lower-case letters and digits, joined by `-` or `_`, in segments joined by `/`: delay, ads/click-rate");
  }
  for (const std::string_view word : kReserved) {
    if (text == word) throw Error(ErrorKind::usage, fmt::format("`{}` cannot name a model: it is a subcommand", text));
  }
}

}  // namespace mlo
