#pragma once
#include "lib/manifest/run_record.hpp"
#include "lib/util/fs.hpp"
#include "lib/util/world.hpp"

// Where something was computed, as far as that can change what comes out.
namespace mlo {

/// Facts of this machine and of the user's environment: os, kernel, machine, libc, cpu, cpu_flags (digest), cores;
/// `gpu`, `gpu.driver`, `cuda.*`, `rocm` where there is one; `container` and `container.image` inside of one;
/// `env.NAME` for devices, threads, precision and determinism. Reads a handful of small files below `root`, starts
/// nothing.
EnvironmentFacts capture_environment(const World& world, const fs::path& root = "/");

using FactMap = std::map<std::string, std::string>;

/// What capture_environment says of processor, system and C library.
void add_machine_facts(const fs::path& root, FactMap& facts);
/// Of NVIDIA's and AMD's devices, by what their drivers say in /proc and /sys, and of the libraries by their file
/// names.
void add_gpu_facts(const fs::path& root, const Environment& env, FactMap& facts);
/// Of the container that we are in, as far as it can be told from inside.
void add_container_facts(const fs::path& root, const Environment& env, FactMap& facts);

/// `lockfile.NAME`, the digest of each file in `dir` that pins dependencies: `uv.lock`, `requirements*.txt`, ..
void add_lock_file_facts(const fs::path& dir, FactMap& facts);

}  // namespace mlo
