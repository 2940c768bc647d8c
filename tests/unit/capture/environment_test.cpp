#include "lib/capture/environment.hpp"

#include "lib/crypto/sha256.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

namespace {

FactMap gpu_facts(const test::TestWorld& world, const Environment& env = {}) {
  FactMap facts;
  add_gpu_facts(world.dir.path(), env, facts);
  return facts;
}

FactMap container_facts(const test::TestWorld& world, const Environment& env = {}) {
  FactMap facts;
  add_container_facts(world.dir.path(), env, facts);
  return facts;
}

}  // namespace

TEST_CASE("a machine without GPUs has no facts of GPUs, whatever libraries lie around", "[capture]") {
  test::TestWorld world;
  CHECK(gpu_facts(world).empty());
  world.dir.write("usr/lib/x86_64-linux-gnu/libcudart.so.12.1.105", "");
  CHECK(gpu_facts(world).empty());
}

TEST_CASE("NVIDIA's driver, GPUs and libraries are read from files", "[capture]") {
  test::TestWorld world;
  world.dir.write(
      "proc/driver/nvidia/version",
      "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 01:15:15 UTC 2023\nGCC version:  gcc "
      "version 12.2.0\n");
  for (const char* bus : {"0000:01:00.0", "0000:02:00.0"})
    world.dir.write(std::string("proc/driver/nvidia/gpus/") + bus + "/information",
                    "Model: \t\t NVIDIA A100-SXM4-40GB\nIRQ:   \t\t 40\nGPU UUID: \t GPU-x\n");
  world.dir.write("usr/lib/x86_64-linux-gnu/libcuda.so.1", "");
  world.dir.write("usr/lib/x86_64-linux-gnu/libcuda.so.535.104.05", "");
  world.dir.write("usr/lib/x86_64-linux-gnu/libcudart.so.11.8.89", "");
  world.dir.write("opt/cuda/lib64/libcudart.so.12.1.105", "");
  CHECK(gpu_facts(world, {{"CUDA_HOME", "/opt/cuda"}}) == FactMap{{"cuda.driver", "535.104.05"},
                                                                  {"cuda.runtime", "12.1.105"},
                                                                  {"gpu", "2 x NVIDIA A100-SXM4-40GB"},
                                                                  {"gpu.driver", "NVIDIA 535.104.05"}});
  CHECK(gpu_facts(world, {{"LD_LIBRARY_PATH", ":relative:/nowhere"}})["cuda.runtime"] == "11.8.89");
}

TEST_CASE("AMD's GPUs are read from files, and processors are none", "[capture]") {
  test::TestWorld world;
  const std::string nodes = "sys/class/kfd/kfd/topology/nodes/";
  world.dir.write(nodes + "0/properties", "cpu_cores_count 64\nsimd_count 0\ngfx_target_version 0\n");
  world.dir.write(nodes + "1/properties", "cpu_cores_count 0\nsimd_count 440\ngfx_target_version 90010\n");
  world.dir.write(nodes + "2/properties", "gfx_target_version nonsense\n");
  world.dir.write("sys/module/amdgpu/version", "6.3.6\n");
  world.dir.write("opt/rocm/.info/version", "6.0.2-115\n");
  CHECK(gpu_facts(world) == FactMap{{"gpu", "AMD gfx90a"}, {"gpu.driver", "amdgpu 6.3.6"}, {"rocm", "6.0.2-115"}});
}

TEST_CASE("damaged files of drivers say nothing", "[capture]") {
  test::TestWorld world;
  world.dir.write("proc/driver/nvidia/version", "\x01\xff no version here .. .5\n");
  world.dir.write("proc/driver/nvidia/gpus/x/information", "Model:\n");
  CHECK(gpu_facts(world).empty());
}

TEST_CASE("a container and its image are told as far as they can be", "[capture]") {
  test::TestWorld plain;
  CHECK(container_facts(plain, {{"CI_JOB_IMAGE", "python:3"}}).empty());
  test::TestWorld docker;
  docker.dir.write(".dockerenv", "");
  CHECK(container_facts(docker, {{"IMAGE_DIGEST", "https://a:pw@h/x@sha256:12"}}) ==
        FactMap{{"container", "docker"}, {"container.image", "https://a:(secret)@h/x@sha256:12"}});
  test::TestWorld podman;
  podman.dir.write("run/.containerenv",
                   "engine=\"podman-4\"\nname=\"x\"\nimage=\"docker.io/a:1\"\nimageid=\"0123abcd\"\n");
  CHECK(container_facts(podman) == FactMap{{"container", "podman"}, {"container.image", "docker.io/a:1 0123abcd"}});
  test::TestWorld pod;
  pod.dir.write("proc/self/cgroup", "0::/kubepods/burstable/pod1/2\n");
  CHECK(container_facts(pod) == FactMap{{"container", "kubernetes"}});
}

TEST_CASE("files that pin dependencies are named by digest, other files are not", "[capture]") {
  test::TestWorld world;
  world.dir.write("uv.lock", "x");
  world.dir.write("requirements-dev.txt", "y");
  world.dir.write("readme.txt", "z");
  FactMap facts;
  add_lock_file_facts(world.dir.path(), facts);
  CHECK(facts ==
        FactMap{{"lockfile.requirements-dev.txt", sha256("y").str()}, {"lockfile.uv.lock", sha256("x").str()}});
}
