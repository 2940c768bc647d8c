#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "lib/manifest/dataset.hpp"
#include "lib/store/tree.hpp"
#include "lib/workspace/workspace.hpp"

namespace mlo {

/// True for http:// or https://, also with a query.
bool is_data_url(std::string_view text);

struct Fetched {
  TreeEntry entry;
  DataOrigin origin;
};

/// Brings what a URL shows (http, https; s3://BUCKET/KEY; or, as a directory, s3://BUCKET/PREFIX/) into the store;
/// nothing if the server says that it is still what `known` was. What
/// was loaded over http of the same version before a kill is not loaded again. Error{remote} if it cannot be had, or is
/// not what `expected` says: then the store does not have it; Error{not_found} if there is no such thing; Error{usage}
/// for a URL that holds a password.
std::optional<Fetched> fetch_url(const Workspace& workspace, const std::string& url, const DataOrigin* known,
                                 const std::optional<Digest>& expected);

}  // namespace mlo
