#pragma once
#include "cli/context.hpp"
#include "lib/remote/remote.hpp"

namespace mlo::cli {

/// A place as the configuration names it. A relative directory is kept relative, but to the repository: others run mlo
/// elsewhere in it.
inline std::string to_stored_url(Context& ctx, const std::string& url) {
  const RemoteKind* const kind = find_remote_kind(url);
  if (kind == nullptr || kind->name != "dir" || url.find("://") != std::string::npos || fs::path(url).is_absolute())
    return url;
  return absolute_in(ctx.world().cwd, url).lexically_relative(ctx.workspace().root()).string();
}

/// A file of the machine as the configuration names it: absolute, or in the user's home.
inline std::string to_stored_file(Context& ctx, const std::string& file) {
  return file.starts_with("~/") ? file : absolute_in(ctx.world().cwd, file).string();
}

}  // namespace mlo::cli
