#include "lib/bounds/cgroup.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/bounds/process_tree.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::string_view kControllers[] = {"cpu", "memory", "pids"};

std::string text_of(const fs::path& path) {
  try {
    return find_file(path, 65536).value_or("");
  } catch (const Error&) {
    return "";
  }
}

constexpr int kWrite = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;  // the kernel makes no file that it does not know

/// False if the kernel refuses it. Files of such a tree are written in one piece, in place.
bool put(const fs::path& path, std::string_view text) {
  const UniqueFd fd(::open(path.c_str(), kWrite, 0644));
  return fd && ::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

bool has_controllers(const fs::path& file) {
  const std::string text = text_of(file);
  const auto words = split(trim(text), ' ');
  return std::all_of(std::begin(kControllers), std::end(kControllers), [&](std::string_view controller) {
    return std::find(words.begin(), words.end(), controller) != words.end();
  });
}

/// The number after `key ` at the beginning of a line.
std::uint64_t keyed_number(const std::string& text, std::string_view key) {
  for (const std::string_view line : split_lines(text)) {
    if (line.starts_with(key) && line.substr(key.size()).starts_with(' '))
      return parse_u64(trim(line.substr(key.size()))).value_or(0);
  }
  return 0;
}

std::string most(std::uint64_t amount) { return amount == kUnlimited ? "max" : std::to_string(amount); }

}  // namespace

StageCgroup::StageCgroup(fs::path dir)
    : dir_(std::move(dir)), procs_(::open((dir_ / "cgroup.procs").c_str(), kWrite, 0644)) {
  if (!procs_) throw_errno("open", (dir_ / "cgroup.procs").string());
}

StageCgroup::~StageCgroup() {
  if (!procs_) return;
  kill();
  const std::int64_t give_up = monotonic_ms() + 1000;
  while (::rmdir(dir_.c_str()) != 0 && errno == EBUSY && monotonic_ms() < give_up) ::usleep(1000);
}

void StageCgroup::kill() { put(dir_ / "cgroup.kill", "1"); }

std::uint64_t StageCgroup::number(const char* file) const { return parse_u64(trim(text_of(dir_ / file))).value_or(0); }
std::uint64_t StageCgroup::memory() const { return number("memory.current"); }
std::uint64_t StageCgroup::tasks() const { return number("pids.current"); }
std::uint64_t StageCgroup::memory_peak() const { return std::max(number("memory.peak"), memory()); }

std::optional<Resource> StageCgroup::exceeded() const {
  if (keyed_number(text_of(dir_ / "memory.events"), "oom_kill") > 0) return Resource::mem;
  if (keyed_number(text_of(dir_ / "pids.events"), "max") > 0) return Resource::processes;
  return std::nullopt;
}

std::optional<CgroupParent> CgroupParent::find(const fs::path& mount, std::string_view membership, pid_t self) {
  for (const std::string_view line : split_lines(membership)) {
    if (!line.starts_with("0::/")) continue;
    const fs::path own = (mount / line.substr(4)).lexically_normal();
    if (!has_controllers(own / "cgroup.controllers")) return std::nullopt;
    const fs::path leaf = own / fmt::format("mlo-{}", self);
    // Controllers are given only to groups below one that has no processes itself.
    if (::mkdir(leaf.c_str(), 0755) != 0 && errno != EEXIST) return std::nullopt;
    if (put(leaf / "cgroup.procs", std::to_string(self)) && put(own / "cgroup.subtree_control", "+cpu +memory +pids"))
      return CgroupParent(own);
    put(own / "cgroup.procs", std::to_string(self));
    ::rmdir(leaf.c_str());
    return std::nullopt;
  }
  return std::nullopt;
}

StageCgroup CgroupParent::make(const std::string& name, const Limits& limits) const {
  const fs::path dir = dir_ / name;
  if (::mkdir(dir.c_str(), 0755) != 0) throw_errno("create", dir.string());
  StageCgroup group(dir);
  const std::uint64_t cpu = limits.asked.get_or(Resource::cpu, kUnlimited);
  const bool held = put(dir / "memory.max", most(limits.mem)) && put(dir / "pids.max", most(limits.processes)) &&
                    (cpu == kUnlimited || cpu == 0 || put(dir / "cpu.max", fmt::format("{} 100000", cpu * 100)));
  put(dir / "memory.swap.max", "0");  // absent without swap
  put(dir / "memory.oom.group", "1");
  if (!held) throw Error(ErrorKind::io, fmt::format("cannot hold `{}` to its limits", dir.string()));
  return group;
}

}  // namespace mlo
