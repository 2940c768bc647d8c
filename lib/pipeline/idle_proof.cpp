#include "lib/pipeline/idle_proof.hpp"

#include <atomic>
#include <set>

#include "lib/crypto/sha256.hpp"
#include "lib/util/bytes.hpp"
#include "lib/util/parallel.hpp"

namespace mlo {
namespace {

constexpr std::string_view kMagic = "mlo idle proof 1\n";
constexpr std::size_t kFixedBytes = 2 + 8 * 5 + 4 + 1;

void put_entry(ByteWriter& out, const std::string& path, const std::optional<FileStat>& stat) {
  const FileStat at = stat.value_or(FileStat{});
  out.u16(static_cast<std::uint16_t>(path.size()));
  out.raw(path);
  out.u8(stat ? static_cast<std::uint8_t>(at.kind) : 255);
  out.u64(at.size);
  out.u64(static_cast<std::uint64_t>(at.mtime_ns));
  out.u64(static_cast<std::uint64_t>(at.ctime_ns));
  out.u64(at.inode);
  out.u64(at.device);
  out.u32(at.mode);
}

/// True if the file looks as the entry says.
bool holds(const fs::path& root, ByteReader in) {
  const std::string_view path = in.raw(in.u16());
  const std::uint8_t kind = in.u8();
  FileStat wanted;
  wanted.size = in.u64();
  wanted.mtime_ns = static_cast<std::int64_t>(in.u64());
  wanted.ctime_ns = static_cast<std::int64_t>(in.u64());
  wanted.inode = in.u64();
  wanted.device = in.u64();
  wanted.mode = in.u32();
  const auto now = find_stat(root / path);
  if (kind == 255) return !now;
  wanted.kind = static_cast<FileKind>(kind);
  return now == wanted;
}

/// Everything a look at the pipeline would read, each path once.
class Collector {
 public:
  Collector(const fs::path& root, std::int64_t began_ns) : root_(root), began_ns_(began_ns) {}
  bool good() const { return good_; }
  std::string entries() && { return std::move(out_).str(); }
  std::uint64_t count() const { return seen_.size(); }

  /// What a stage reads or writes, with the `.mloignore` files around it.
  void add_content(const std::string& path) {
    add(path);
    for (std::size_t end = path.rfind('/'); end != std::string::npos && end > 0; end = path.rfind('/', end - 1))
      add(path.substr(0, end + 1) + ".mloignore");
    add(".mloignore");
  }
  void add(const std::string& path, bool top = true) {
    if (!good_ || !seen_.insert(path).second) return;
    const auto stat = find_stat(root_ / path);
    good_ = path.size() < 65536 && !(top && stat && stat->kind == FileKind::symlink) &&
            (!stat || (stat->mtime_ns < began_ns_ && stat->ctime_ns < began_ns_));
    put_entry(out_, path, stat);
    if (!stat || stat->kind != FileKind::directory) return;
    for (const DirEntry& entry : list_dir(root_ / path)) add(path + "/" + entry.name, /*top=*/false);
  }

 private:
  const fs::path& root_;
  std::int64_t began_ns_;
  std::set<std::string> seen_;
  ByteWriter out_;
  bool good_ = true;
};

}  // namespace

IdleProof::IdleProof(Workspace& workspace) : workspace_(workspace), file_(Pipeline::find_file(workspace)) {
  const fs::path dir = path().parent_path();
  make_dirs(dir);
  const TempFile now(dir);
  began_ns_ = stat_fd(now.fd(), now.path()).mtime_ns;
}

fs::path IdleProof::path() const {
  return workspace_.local() / "cache" / ("idle-" + sha256((workspace_.root() / file_).string()).hex().substr(0, 16));
}

std::optional<std::size_t> IdleProof::check() const {
  const auto bytes = find_file(path());
  if (!bytes || bytes->size() < kMagic.size() + 4) return std::nullopt;
  const std::string_view body = std::string_view(*bytes).substr(0, bytes->size() - 4);
  if (ByteReader(std::string_view(*bytes).substr(body.size())).u32() != crc32c(bytes_of(body))) return std::nullopt;
  ByteReader in(body);
  if (in.raw(kMagic.size()) != kMagic) return std::nullopt;
  const std::uint64_t stages = in.u64(), count = in.u64();
  std::vector<std::string_view> entries;
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    const std::string_view rest = body.substr(body.size() - in.remaining());
    const std::size_t size = kFixedBytes + ByteReader(rest).u16();
    if (in.raw(size).size() == size) entries.push_back(rest.substr(0, size));
  }
  if (!in.ok() || !in.at_end()) return std::nullopt;
  std::atomic<bool> changed = false;
  const World& world = workspace_.world();
  parallel_for(entries.size(), entries.size() < 2000 ? 1 : world.threads, [&](std::size_t i) {
    if (!changed && !holds(workspace_.root(), ByteReader(entries[i]))) changed = true;
  });
  return changed ? std::nullopt : std::optional(static_cast<std::size_t>(stages));
}

void IdleProof::write(const Pipeline& pipeline) {
  Collector collector(workspace_.root(), began_ns_);
  collector.add(pipeline.file());
  collector.add(pipeline.lock_file());
  for (const std::string& file : pipeline.params().asked()) collector.add(file);
  for (const Stage& stage : pipeline.graph().stages()) {
    if (stage.inherits_env) return;
    for (const std::string& dep : stage.deps) collector.add_content(dep);
    for (const ParamRef& param : stage.params) collector.add(param.file);
    for (const Output& output : stage.outputs) collector.add_content(output.path);
  }
  if (!collector.good()) return;
  ByteWriter out;
  out.raw(kMagic);
  out.u64(pipeline.graph().stages().size());
  out.u64(collector.count());
  out.raw(std::move(collector).entries());
  out.u32(crc32c(bytes_of(out.str())));
  write_file(path(), out.str(), Durability::cache);
}

}  // namespace mlo
