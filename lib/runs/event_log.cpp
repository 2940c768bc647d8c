#include "lib/runs/event_log.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <bit>
#include <cerrno>

#include "lib/codec/json.hpp"
#include "lib/manifest/names.hpp"
#include "lib/util/lock_file.hpp"
#include "lib/util/text.hpp"

// Frame: magic u32 | payload length u32 | CRC-32C of the payload u32 | payload. Payload: kind u8, then its fields; text is
// length u32 + bytes. All little-endian.
namespace mlo {
namespace {

constexpr std::uint32_t kMagic = 0x45'4F'4C'4D;  // "MLOE"
constexpr std::size_t kHeader = 12;
constexpr std::uint32_t kMaxPayload = 16U << 20U;
enum Kind : std::uint8_t { kMetric = 1, kParam = 2, kTag = 3, kArtifact = 4 };

void put_text(ByteWriter& out, std::string_view text) {
  out.u32(static_cast<std::uint32_t>(text.size()));
  out.raw(text);
}
std::string get_text(ByteReader& in) { return std::string(in.raw(in.u32())); }

struct Encoder {
  ByteWriter out;
  void operator()(const MetricEvent& e) {
    out.u8(kMetric);
    put_text(out, e.key);
    out.u64(std::bit_cast<std::uint64_t>(e.value));
    out.u64(static_cast<std::uint64_t>(e.step));
    out.u64(static_cast<std::uint64_t>(e.time.micros()));
  }
  void operator()(const ParamEvent& e) {
    out.u8(kParam);
    put_text(out, e.key);
    put_text(out, emit_json(e.value, JsonStyle::compact));
  }
  void operator()(const TagEvent& e) {
    out.u8(kTag);
    put_text(out, e.key);
    put_text(out, e.value);
  }
  void operator()(const ArtifactEvent& e) {
    out.u8(kArtifact);
    put_text(out, e.artifact.path);
    out.raw(e.artifact.id.raw());
    out.u8(e.artifact.directory ? 1 : 0);
    out.u64(e.artifact.bytes);
    out.u64(e.artifact.files);
  }
};

std::optional<RunEvent> decode(std::string_view payload) {
  ByteReader in(payload);
  std::optional<RunEvent> event;
  switch (in.u8()) {
    case kMetric: {
      MetricEvent e{.key = get_text(in), .value = 0, .step = 0, .time = {}};
      e.value = std::bit_cast<double>(in.u64());
      e.step = static_cast<std::int64_t>(in.u64());
      e.time = UtcTime::from_micros(static_cast<std::int64_t>(in.u64()));
      event = std::move(e);
      break;
    }
    case kParam: {
      std::string key = get_text(in);
      const std::string json = get_text(in);
      try {
        if (in.ok()) event = ParamEvent{std::move(key), parse_json(json, "event")};
      } catch (const Error&) {
        return std::nullopt;
      }
      break;
    }
    case kTag: {
      std::string key = get_text(in);
      event = TagEvent{std::move(key), get_text(in)};
      break;
    }
    case kArtifact: {
      Artifact a;
      a.path = get_text(in);
      std::array<std::byte, 32> raw{};
      const std::string_view id = in.raw(raw.size());
      if (id.size() == raw.size()) std::memcpy(raw.data(), id.data(), raw.size());
      a.id = Digest(raw);
      a.directory = in.u8() != 0;
      a.bytes = in.u64();
      a.files = in.u64();
      event = ArtifactEvent{std::move(a)};
      break;
    }
    default: return std::nullopt;
  }
  return in.ok() && in.at_end() ? event : std::nullopt;
}

struct KeyOf {
  const std::string& operator()(const MetricEvent& e) const { return e.key; }
  const std::string& operator()(const ParamEvent& e) const { return e.key; }
  const std::string& operator()(const TagEvent& e) const { return e.key; }
  const std::string& operator()(const ArtifactEvent& e) const { return e.artifact.path; }
};

void check(const RunEvent& event) {
  const std::string& key = std::visit(KeyOf{}, event);
  const bool artifact = std::holds_alternative<ArtifactEvent>(event);
  if (artifact ? is_safe_relative(key) && printable(key) == key : is_metric_key(key)) return;
  throw Error(ErrorKind::invalid, fmt::format("`{}` is not {}", printable(key), artifact ? "a relative path without `..`" : "a key"))
      .hint(artifact ? "" : "use letters, digits, `_ - . :`, `/` to nest and `[slice=value]` at the end");
}

}  // namespace

void append_events(const fs::path& run_dir, const std::vector<RunEvent>& events) {
  std::string frames;
  for (const RunEvent& event : events) {
    check(event);
    Encoder encoder;
    std::visit([&](const auto& e) { encoder(e); }, event);
    const std::string& payload = encoder.out.str();
    if (payload.size() > kMaxPayload) throw Error(ErrorKind::invalid, fmt::format("an event of {} is too big", format_bytes({payload.size()})));
    ByteWriter header;
    header.u32(kMagic);
    header.u32(static_cast<std::uint32_t>(payload.size()));
    header.u32(crc32c(bytes_of(payload)));
    frames += header.str() + payload;
  }
  if (frames.empty()) return;
  if (!is_locked(run_dir / "lock")) {
    throw Error(ErrorKind::not_found, fmt::format("run `{}` is not running", printable(run_dir.filename().string())));
  }
  const fs::path file = run_dir / "events.log";
  const UniqueFd fd(::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644));
  if (!fd) throw_errno("open", file.string());
  while (::flock(fd.get(), LOCK_EX) != 0) {
    if (errno != EINTR) throw_errno("lock", file.string());
  }
  write_all(fd.get(), frames, file);
}

EventLog decode_events(std::string_view bytes) {
  EventLog log;
  ByteWriter magic_bytes;
  magic_bytes.u32(kMagic);
  const std::string magic = magic_bytes.str();
  for (std::size_t at = 0; at < bytes.size();) {
    ByteReader header(bytes.substr(at));
    const bool starts = header.u32() == kMagic;
    const std::uint32_t size = header.u32();
    const std::uint32_t sum = header.u32();
    const std::string_view payload = header.raw(size);
    auto event = starts && header.ok() && crc32c(bytes_of(payload)) == sum ? decode(payload) : std::nullopt;
    if (event) {
      log.events.push_back(std::move(*event));
      at += kHeader + size;
      continue;
    }
    const std::size_t next = std::min(bytes.find(magic, at + 1), bytes.size());
    log.damaged_bytes += next - at;
    at = next;
  }
  return log;
}

EventLog read_events(const fs::path& run_dir) { return decode_events(find_file(run_dir / "events.log").value_or("")); }

}  // namespace mlo
