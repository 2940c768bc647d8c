#include "lib/pipeline/claims.hpp"

#include <algorithm>
#include <thread>

#include "lib/crypto/sha256.hpp"
#include "lib/runs/live_dir.hpp"
#include "lib/util/bytes.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr const char* kFile = "claim";
constexpr std::string_view kMagic = "mlo claim 1\n";
constexpr std::uint64_t kMaxClaim = 256U << 20U, kMaxName = 4096;
constexpr std::chrono::seconds kPatience{60};
constexpr std::chrono::milliseconds kPause{20};

void put_names(ByteWriter& out, const std::vector<std::string>& names) {
  out.u64(names.size());
  for (const std::string& name : names) {
    out.u32(static_cast<std::uint32_t>(name.size()));
    out.raw(name);
  }
}

std::vector<std::string> take_names(ByteReader& in) {
  std::vector<std::string> names;
  for (std::uint64_t left = in.u64(); left > 0 && in.ok(); --left) names.emplace_back(in.raw(in.u32()));
  return names;
}

/// A name that both have.
std::optional<std::string> common(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  for (auto left = a.begin(), right = b.begin(); left != a.end() && right != b.end();) {
    if (*left == *right) return *left;
    *left < *right ? ++left : ++right;
  }
  return std::nullopt;
}

/// A stage that they cannot both have.
std::optional<std::string> conflict(const StageClaim& a, const StageClaim& b) {
  if (auto stage = common(a.runs, b.runs)) return stage;
  if (auto stage = common(a.needs, b.runs)) return stage;
  return common(a.runs, b.needs);
}

}  // namespace

std::string encode_claim(const StageClaim& claim) {
  ByteWriter out;
  out.raw(kMagic);
  put_names(out, {claim.pipeline});
  put_names(out, claim.runs);
  put_names(out, claim.needs);
  return std::move(out).str();
}

std::optional<StageClaim> decode_claim(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.raw(kMagic.size()) != kMagic) return std::nullopt;
  StageClaim claim;
  const std::vector<std::string> pipeline = take_names(in);
  claim.runs = take_names(in);
  claim.needs = take_names(in);
  if (!in.ok() || !in.at_end() || pipeline.size() != 1) return std::nullopt;
  claim.pipeline = pipeline[0];
  return claim;
}

Claims::Claims(Workspace& workspace, std::string pipeline) : workspace_(workspace), pipeline_(std::move(pipeline)) {}

LockFile Claims::lock() const {
  const std::string name = "pipeline-" + sha256((workspace_.root() / pipeline_).string()).hex().substr(0, 16);
  return LockFile::acquire(workspace_.local() / "locks" / name, "mlo run", kPatience, workspace_.world());
}

std::optional<Claims::InTheWay> Claims::find(const Judge& conflict_with) const {
  for (const fs::path& dir : locked_run_dirs(workspace_)) {
    const auto bytes = find_file(dir / kFile, kMaxClaim);
    const auto claim = bytes ? decode_claim(*bytes) : std::nullopt;
    if (!claim || claim->pipeline != pipeline_) continue;
    if (auto stage = conflict_with(*claim))
      return InTheWay{dir, find_file(dir / "lock", kMaxName).value_or("a run"), std::move(*stage)};
  }
  return std::nullopt;
}

std::optional<Claims::InTheWay> Claims::find_in_the_way(const StageClaim& wanted) const {
  return find([&](const StageClaim& other) { return conflict(wanted, other); });
}

std::optional<Claims::InTheWay> Claims::find_any() const {
  return find(
      [](const StageClaim& other) { return std::optional(other.runs.empty() ? std::string() : other.runs.front()); });
}

void Claims::stake(const LiveRun& run, const StageClaim& claim) {
  write_file(run.dir() / kFile, encode_claim(claim), Durability::cache);
}

void Claims::refuse_own(const InTheWay& other) const {
  for (const RunAround& around : runs_around(workspace_.world().env)) {
    if (around.dir.filename() != other.dir.filename()) continue;
    throw Error(
        ErrorKind::conflict,
        fmt::format("stage `{}` waits for itself: the `mlo run` in its command needs stage `{}` of the {} it is in",
                    printable(around.stage), printable(other.stage), printable(other.run)))
        .hint(fmt::format("take `mlo run` out of the command of stage `{}`: what it reads belongs in its `deps`",
                          printable(around.stage)));
  }
}

void Claims::wait_for(const InTheWay& other) const {
  while (is_locked(other.dir / "lock")) {
    check_stop(workspace_.world());
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace mlo
