#include "lib/bounds/tree_log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr const char* kFile = "trees";
constexpr std::uint64_t kMost = 64U << 20U;

/// Different after each start of a machine, and on each machine; empty if the kernel does not say.
std::string boot_id() {
  char buffer[64];
  const UniqueFd fd(::open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC));
  const ssize_t size = fd ? ::read(fd.get(), buffer, sizeof buffer) : -1;
  return std::string(trim(std::string_view(buffer, size < 0 ? 0 : static_cast<std::size_t>(size))));
}

}  // namespace

void note_tree(const fs::path& run_dir, TreeMark mark) {
  const std::string boot = boot_id();
  if (mark == 0 || boot.empty()) return;
  const fs::path path = run_dir / kFile;
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!fd) throw_errno("open", path.string());
  write_all(fd.get(), fmt::format("{} {}\n", boot, mark), path);
}

std::vector<TreeMark> noted_trees(const fs::path& run_dir) {
  std::vector<TreeMark> marks;
  const auto text = find_file(run_dir / kFile, kMost);
  const std::string boot = text ? boot_id() + " " : "";
  if (boot.size() < 2) return marks;
  for (const std::string_view line : split_lines(*text)) {
    const auto mark = line.starts_with(boot) ? parse_u64(line.substr(boot.size())) : std::nullopt;
    if (mark && *mark != 0) marks.push_back(*mark);
  }
  return marks;
}

}  // namespace mlo
