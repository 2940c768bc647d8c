#include "lib/pipeline/action.hpp"

#include <bit>

#include "lib/codec/json.hpp"
#include "lib/crypto/sha256.hpp"
#include "lib/util/bytes.hpp"
#include "lib/util/secrets.hpp"

namespace mlo {
namespace {

constexpr std::string_view kRecordMagic = "mlo action record 2\n";

void put_text(ByteWriter& out, std::string_view text) {
  out.u64(text.size());
  out.raw(text);
}

std::string take_text(ByteReader& in) {
  const std::uint64_t size = in.u64();
  return std::string(in.raw(size <= in.remaining() ? static_cast<std::size_t>(size) : in.remaining() + 1));
}

void put_digest(ByteWriter& out, const std::optional<Digest>& digest) {
  out.u8(digest ? 1 : 0);
  out.raw(digest.value_or(Digest()).raw());
}

Digest take_digest(ByteReader& in) {
  std::array<std::byte, 32> raw{};
  const std::string_view bytes = in.raw(raw.size());
  if (bytes.size() == raw.size()) std::memcpy(raw.data(), bytes.data(), raw.size());
  return Digest(raw);
}

std::optional<Digest> take_optional_digest(ByteReader& in) {
  const bool there = in.u8() != 0;
  const Digest digest = take_digest(in);
  return there ? std::optional(digest) : std::nullopt;
}

}  // namespace

Digest action_key(const StageLock& inputs, const std::vector<std::string>& commands) {
  ByteWriter out;
  out.raw("mlo action 1\n");
  out.u64(commands.size());
  for (const std::string& command : commands) put_text(out, command);
  put_text(out, inputs.wdir);
  out.u64(inputs.deps.size());
  for (const LockedPath& dep : inputs.deps) {
    put_text(out, dep.path);
    out.u8(dep.directory ? 1 : 0);
    out.raw(dep.id.raw());
  }
  out.u64(inputs.params.size());
  for (const auto& [file, keys] : inputs.params) {
    put_text(out, file);
    out.u64(keys.size());
    for (const auto& [key, value] : keys) {
      put_text(out, key);
      put_text(out, emit_json(value, JsonStyle::compact));
    }
  }
  out.u64(inputs.env.size());
  for (const auto& [name, value] : inputs.env) {
    put_text(out, name);
    put_text(out, value);
  }
  out.u64(inputs.outputs.size());
  for (const LockedOutput& output : inputs.outputs) {
    put_text(out, output.content.path);
    out.u8(static_cast<std::uint8_t>((output.cache ? 1U : 0U) | (output.persist ? 2U : 0U)));
  }
  if (inputs.deterministic) out.raw("deterministic 1\n");  // keys of other stages are as before there was such a thing
  return sha256(out.str());
}

PipelineLock read_lock(std::string_view text, std::string_view source) {
  PipelineLock lock = parse_lock(text, source);
  for (auto& [name, stage] : lock.stages) {
    auto commands = lines_without_secrets(stage.commands);
    auto env = stage.env;
    for (auto& [variable, value] : env) value = env_without_secrets(variable, value);
    if (env != stage.env) {
      const bool ours = stage.action == action_key(stage, stage.commands);
      stage.env = std::move(env);
      if (ours) stage.action = action_key(stage, stage.commands);
    }
    stage.commands = std::move(commands);
  }
  return lock;
}

std::string encode_action(const ActionRecord& record) {
  ByteWriter out;
  out.raw(kRecordMagic);
  out.raw(record.key.raw());
  put_text(out, record.run);
  out.u64(std::bit_cast<std::uint64_t>(record.seconds));
  out.u64(record.outputs.size());
  for (const SavedOutput& output : record.outputs) {
    put_text(out, output.path);
    out.u8(static_cast<std::uint8_t>((output.content.directory ? 1U : 0U) | (output.content.executable ? 2U : 0U) |
                                     (output.stored ? 4U : 0U)));
    out.raw(output.content.id.raw());
    out.u64(output.content.bytes);
    out.u64(output.content.files);
  }
  out.u64(record.metrics.size());
  for (const auto& [key, point] : record.metrics) {
    put_text(out, key);
    out.u64(static_cast<std::uint64_t>(point.step));
    out.u64(std::bit_cast<std::uint64_t>(point.value));
    out.u64(static_cast<std::uint64_t>(point.time.micros()));
  }
  put_digest(out, record.series);
  put_digest(out, record.log);
  out.u32(crc32c(bytes_of(out.str())));
  return std::move(out).str();
}

std::optional<ActionRecord> decode_action(std::string_view bytes, const Digest& key) {
  if (bytes.size() < kRecordMagic.size() + 4) return std::nullopt;
  const std::string_view body = bytes.substr(0, bytes.size() - 4);
  if (ByteReader(bytes.substr(body.size())).u32() != crc32c(bytes_of(body))) return std::nullopt;
  ByteReader in(body);
  if (in.raw(kRecordMagic.size()) != kRecordMagic) return std::nullopt;
  ActionRecord record;
  record.key = take_digest(in);
  record.run = take_text(in);
  record.seconds = std::bit_cast<double>(in.u64());
  for (std::uint64_t left = in.u64(); left > 0 && in.ok(); --left) {
    SavedOutput output;
    output.path = take_text(in);
    const std::uint8_t flags = in.u8();
    output.content.directory = (flags & 1U) != 0;
    output.content.executable = (flags & 2U) != 0;
    output.stored = (flags & 4U) != 0;
    output.content.id = take_digest(in);
    output.content.bytes = in.u64();
    output.content.files = in.u64();
    record.outputs.push_back(std::move(output));
  }
  for (std::uint64_t left = in.u64(); left > 0 && in.ok(); --left) {
    std::string name = take_text(in);
    MetricPoint& point = record.metrics[std::move(name)];
    point.step = static_cast<std::int64_t>(in.u64());
    point.value = std::bit_cast<double>(in.u64());
    point.time = UtcTime::from_micros(static_cast<std::int64_t>(in.u64()));
  }
  record.series = take_optional_digest(in);
  record.log = take_optional_digest(in);
  if (!in.ok() || !in.at_end() || record.key != key) return std::nullopt;
  return record;
}

}  // namespace mlo
