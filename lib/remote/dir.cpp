#include "lib/remote/dir.hpp"

#include "lib/remote/dir_place.hpp"

namespace mlo {
namespace {

constexpr std::string_view kFileScheme = "file://";

bool accepts(std::string_view url) { return url.starts_with(kFileScheme) || url.find("://") == std::string_view::npos; }

std::unique_ptr<Place> open(const World& world, const RemoteConfig& config, const fs::path& base) {
  std::string_view path = config.url;
  if (path.starts_with(kFileScheme)) path.remove_prefix(kFileScheme.size());
  return std::make_unique<DirPlace>(world, absolute_in(base, fs::path(path)), config.bytes_per_second,
                                    config.connections_or(DirPlace::kConnections));
}

}  // namespace

RemoteKind dir_remote() { return {"dir", accepts, open}; }

}  // namespace mlo
