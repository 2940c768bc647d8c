#include "lib/capture/environment.hpp"
#include "lib/util/secrets.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::uint64_t kMostText = 1U << 20U;

/// Who starts containers may say which image it is; inside nothing else knows.
constexpr const char* kImageVariables[] = {"CONTAINER_IMAGE_DIGEST", "IMAGE_DIGEST",        "CONTAINER_IMAGE",
                                           "CI_JOB_IMAGE",           "APPTAINER_CONTAINER", "SINGULARITY_CONTAINER"};

std::string quoted_value(std::string_view text, std::string_view key) {
  for (const std::string_view line : split_lines(text)) {
    if (line.starts_with(key)) return printable(replace_all(trim(line.substr(key.size())), "\"", ""));
  }
  return "";
}

bool mentions(const std::string& text, std::string_view word) { return text.find(word) != std::string::npos; }

}  // namespace

void add_container_facts(const fs::path& root, const Environment& env, FactMap& facts) {
  const std::string cgroup = find_file(root / "proc/self/cgroup", kMostText).value_or("");
  const auto podman = find_stat(root / "run/.containerenv");
  std::string kind, image;
  if (find_env(env, "KUBERNETES_SERVICE_HOST") || mentions(cgroup, "kubepods")) {
    kind = "kubernetes";
  } else if (podman) {
    kind = "podman";
  } else if (find_stat(root / ".dockerenv") || mentions(cgroup, "/docker")) {
    kind = "docker";
  } else if (find_stat(root / ".singularity.d")) {
    kind = "apptainer";
  } else if (mentions(cgroup, "/lxc")) {
    kind = "lxc";
  }
  if (podman && podman->kind == FileKind::file) {
    const std::string said = find_file(root / "run/.containerenv", kMostText).value_or("");
    image = quoted_value(said, "image=");
    const std::string id = quoted_value(said, "imageid=");
    if (!id.empty()) image += (image.empty() ? "" : " ") + id;
  }
  for (const char* variable : kImageVariables) {
    if (const auto value = find_env(env, variable); image.empty() && value && is_utf8(*value))
      image = printable(env_without_secrets(variable, *value));
  }
  // On a machine that is no container such variables may say what others are to run in.
  if (kind.empty()) return;
  facts["container"] = kind;
  if (!image.empty()) facts["container.image"] = image;
}

}  // namespace mlo
