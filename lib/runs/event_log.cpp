#include "lib/runs/event_log.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <bit>

#include "lib/manifest/names.hpp"
#include "lib/util/error.hpp"
#include "lib/util/frames.hpp"
#include "lib/util/secrets.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::size_t kMaxPayload = 1U << 20U;
constexpr const char* kOpen = "events.log";
constexpr const char* kClosed = "events.closed";

void put_text(ByteWriter& out, std::string_view text) {
  out.u32(static_cast<std::uint32_t>(text.size()));
  out.raw(text);
}

void put_real(ByteWriter& out, double value) { out.u64(std::bit_cast<std::uint64_t>(value)); }

void put_value(ByteWriter& out, const Value& value) {
  switch (value.type()) {
    case Value::Type::null:
      return out.u8('n');
    case Value::Type::boolean:
      return out.u8(value.as_bool() ? 't' : 'f');
    case Value::Type::integer:
      out.u8('i');
      return out.u64(static_cast<std::uint64_t>(value.as_int()));
    case Value::Type::real:
      out.u8('r');
      return put_real(out, value.as_number());
    case Value::Type::string:
      out.u8('s');
      return put_text(out, value.as_string());
    case Value::Type::array:
    case Value::Type::object:
      throw Error(ErrorKind::invalid, "a parameter must be a single value");
  }
}

struct Encoder {
  ByteWriter& out;
  void operator()(const MetricEvent& e) const {
    out.u8('m');
    put_text(out, e.key);
    put_real(out, e.value);
    out.u64(static_cast<std::uint64_t>(e.step));
    out.u64(static_cast<std::uint64_t>(e.time.micros()));
  }
  void operator()(const ParamEvent& e) const {
    out.u8('p');
    put_text(out, e.key);
    put_value(out, is_secret_name(e.key) ? Value(kSecretText) : e.value);
  }
  void operator()(const TagEvent& e) const {
    out.u8('t');
    put_text(out, e.key);
    put_text(out, is_secret_name(e.key) ? kSecretText : std::string_view(e.value));
  }
  void operator()(const ArtifactEvent& e) const {
    out.u8('a');
    put_text(out, e.artifact.path);
    out.raw(Bytes(e.artifact.id.raw()));
    out.u8(e.artifact.directory ? 1 : 0);
    out.u64(e.artifact.bytes);
    out.u64(e.artifact.files);
  }
};

std::string get_text(ByteReader& in) { return std::string(in.raw(in.u32())); }
double get_real(ByteReader& in) { return std::bit_cast<double>(in.u64()); }

std::optional<Value> get_value(ByteReader& in) {
  switch (in.u8()) {
    case 'n':
      return Value();
    case 't':
      return Value(true);
    case 'f':
      return Value(false);
    case 'i':
      return Value(static_cast<std::int64_t>(in.u64()));
    case 'r':
      return Value(get_real(in));
    case 's':
      return Value(get_text(in));
    default:
      return std::nullopt;
  }
}

std::optional<RunEvent> decode(ByteReader& in) {
  switch (in.u8()) {
    case 'm': {
      MetricEvent e;
      e.key = get_text(in);
      e.value = get_real(in);
      e.step = static_cast<std::int64_t>(in.u64());
      e.time = UtcTime::from_micros(static_cast<std::int64_t>(in.u64()));
      return e;
    }
    case 'p': {
      std::string key = get_text(in);
      auto value = get_value(in);
      if (!value) return std::nullopt;
      return ParamEvent{std::move(key), std::move(*value)};
    }
    case 't': {
      std::string key = get_text(in);
      return TagEvent{std::move(key), get_text(in)};
    }
    case 'a': {
      Artifact a;
      a.path = get_text(in);
      const std::string_view id = in.raw(32);
      std::array<std::byte, 32> raw{};
      if (id.size() == raw.size()) std::memcpy(raw.data(), id.data(), raw.size());
      a.id = Digest(raw);
      a.directory = in.u8() != 0;
      a.bytes = in.u64();
      a.files = in.u64();
      return ArtifactEvent{std::move(a)};
    }
    default:
      return std::nullopt;
  }
}

/// What may be recorded; the same test for a writer, which fails, and for a reader, which skips.
std::string objection(const RunEvent& event) {
  struct Check {
    std::string operator()(const MetricEvent& e) const {
      return is_spellable(e.time) ? key(e.key, "metric")
                                  : fmt::format("metric `{}` has an impossible time", printable(e.key));
    }
    std::string operator()(const ParamEvent& e) const {
      const bool text = e.value.is(Value::Type::string);
      return text && !is_text(e.value.as_string()) ? fmt::format("parameter `{}` is not UTF-8 text", printable(e.key))
                                                   : key(e.key, "parameter");
    }
    std::string operator()(const TagEvent& e) const {
      return is_text(e.value) ? key(e.key, "tag") : fmt::format("tag `{}` is not UTF-8 text", printable(e.key));
    }
    std::string operator()(const ArtifactEvent& e) const {
      return is_safe_relative(e.artifact.path) && is_utf8(e.artifact.path)
                 ? ""
                 : fmt::format("`{}` is not a name for an artifact", printable(e.artifact.path));
    }
    /// What YAML can carry.
    static bool is_text(std::string_view text) { return is_utf8(text) && text.find('\0') == std::string_view::npos; }
    static std::string key(std::string_view text, std::string_view what) {
      return is_metric_key(text) ? "" : fmt::format("`{}` is not a {} key", printable(text.substr(0, 100)), what);
    }
  };
  return std::visit(Check{}, event);
}

std::string encode_frames(const std::vector<RunEvent>& events) {
  std::string out;
  for (const RunEvent& event : events) {
    if (const std::string why = objection(event); !why.empty()) {
      throw Error(ErrorKind::invalid, why)
          .hint("keys have letters, digits, `_ - . : /` and space, at most 250; slices as `recall[carrier=AA]`");
    }
    ByteWriter body;
    std::visit(Encoder{body}, event);
    if (body.str().size() > kMaxPayload)
      throw Error(ErrorKind::invalid, "a value of more than 1 MiB cannot be logged")
          .hint("log a file: mlo track log artifact PATH");
    put_frame(out, body.str());
  }
  return out;
}

[[noreturn]] void not_live(const fs::path& run_dir) {
  throw Error(ErrorKind::not_found, fmt::format("run `{}` is not live", printable(run_dir.filename().string())))
      .hint("log from inside a run: mlo run -- COMMAND");
}

/// The open log under its lock; nothing if there is none or it was closed meanwhile.
UniqueFd lock_open_log(const fs::path& path) {
  UniqueFd fd(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW));
  if (!fd && errno == ENOENT) return {};
  if (!fd) throw_errno("open", path.string());
  while (::flock(fd.get(), LOCK_EX) != 0) {
    if (errno != EINTR) throw_errno("lock", path.string());
  }
  const auto now = find_stat(path);
  return now && now->inode == stat_fd(fd.get(), path).inode ? std::move(fd) : UniqueFd();
}

}  // namespace

void create_event_log(const fs::path& run_dir) {
  const fs::path path = run_dir / kOpen;
  if (!UniqueFd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)))
    throw_errno("create", path.string());
}

void append_events(const fs::path& run_dir, const std::vector<RunEvent>& events) {
  const std::string frames = encode_frames(events);
  const fs::path path = run_dir / kOpen;
  const UniqueFd fd = lock_open_log(path);
  if (!fd) not_live(run_dir);
  append_frames(fd.get(), frames, path);
}

void close_event_log(const fs::path& run_dir) {
  const UniqueFd fd = lock_open_log(run_dir / kOpen);
  if (fd) rename_path(run_dir / kOpen, run_dir / kClosed);
}

void renew_event_log(const fs::path& run_dir) {
  const auto closed = find_stat(run_dir / kClosed);
  if (closed && closed->kind == FileKind::file && closed->size == 0 && !closed->has_other_names)
    return rename_path(run_dir / kClosed, run_dir / kOpen);
  remove_tree(run_dir / kClosed);
  remove_tree(run_dir / kOpen);
  create_event_log(run_dir);
}

bool is_event_log(std::string_view file_name) { return file_name == kOpen || file_name == kClosed; }

EventLog decode_events(std::string_view bytes) {
  EventLog log;
  log.damaged_bytes = read_frames(bytes, kMaxPayload, [&](std::string_view payload) {
    ByteReader reader(payload);
    auto event = decode(reader);
    const bool valid = event && reader.ok() && reader.at_end() && objection(*event).empty();
    if (valid) log.events.push_back(std::move(*event));
    return valid;
  });
  return log;
}

EventLog read_events(const fs::path& run_dir) {
  auto bytes = find_file(run_dir / kOpen);
  if (!bytes) bytes = find_file(run_dir / kClosed);
  return bytes ? decode_events(*bytes) : EventLog{};
}

}  // namespace mlo
