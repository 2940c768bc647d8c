#include "lib/runs/run_paths.hpp"

#include "lib/crypto/sha256.hpp"
#include "lib/util/random.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

/// A stage's name as one path segment: anything but letters, digits and `_ - @ = , .` (not first) as %NN.
std::string segment(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      std::string_view("_-@=,").find(c) != std::string_view::npos;
    if (word || (c == '.' && !out.empty()))
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  // A file name has at most 255 bytes; a longer one keeps a readable start and its digest.
  return out.size() <= 200 ? out : out.substr(0, 180) + "%" + sha256(name).hex().substr(0, 16);
}

/// Of something said about a run: sorts by time.
std::string remark_name(UtcTime time, std::string_view text) {
  return fmt::format("{:020}-{}.yaml", time.micros(), sha256(text).hex().substr(0, 12));
}

std::string home(const RunRecord& record) {
  if (record.parent.empty()) return run_dir_path(record.id);
  return run_dir_path(record.parent) + "/stages/" + segment(record.stage);
}

}  // namespace

std::string run_dir_path(std::string_view run_id) {
  const std::string date = format_utc(uuid7_time(run_id));  // 2001-02-03T..
  return fmt::format("{}/{}/{}", date.substr(0, 4), date.substr(5, 5), run_id);
}

std::string record_path(const RunRecord& record) { return home(record) + "/run.yaml"; }
std::string series_path(const RunRecord& record) { return home(record) + "/series.tsv"; }

std::string packages_path(const Digest& list) { return fmt::format("packages/{}.txt", list.hex()); }

std::string amendment_path(const RunAmendment& amendment, std::string_view text) {
  return fmt::format("{}/amend/{}", run_dir_path(amendment.run), remark_name(amendment.time, text));
}

std::string attestations_path(std::string_view run_id) { return run_dir_path(run_id) + "/attest"; }

std::string attestation_path(const Attestation& attestation, std::string_view text) {
  return fmt::format("{}/{}", attestations_path(attestation.run), remark_name(attestation.time, text));
}

RunFile classify_run_path(std::string_view path) {
  const auto parts = split(path, '/');
  if (parts.size() < 4 || !is_uuid7(parts[2]) || !path.starts_with(run_dir_path(parts[2]) + "/"))
    return RunFile::foreign;
  const bool staged = parts.size() == 6 && parts[3] == "stages";
  if ((parts.size() == 4 || staged) && parts.back() == "run.yaml") return RunFile::record;
  if ((parts.size() == 4 || staged) && parts.back() == "series.tsv") return RunFile::series;
  if (parts.size() == 5 && parts[3] == "amend" && parts[4].ends_with(".yaml")) return RunFile::amendment;
  return RunFile::foreign;
}

}  // namespace mlo
