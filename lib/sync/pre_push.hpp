#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/sync/objects.hpp"

namespace mlo {

/// One ref that `git push` is about to send.
struct PushedRef {
  std::string name;                     ///< there
  git::ObjectId local;                  ///< what it is going to be
  std::optional<git::ObjectId> remote;  ///< what it is; nothing: it is new
};
/// What git tells its pre-push hook on stdin; refs that are deleted are left out. Error{usage} for anything else.
std::vector<PushedRef> parse_pushed_refs(std::string_view lines);

/// What manifests of datasets, models and drift baselines name that these refs bring to `git_remote`, every version on
/// the way included. Nothing is asked over the network.
std::vector<Root> pushed_roots(const Workspace& workspace, const std::string& git_remote,
                               const std::vector<PushedRef>& refs);

/// Sends what the remote lacks of them, all or nothing: Error{not_found} naming what is on neither side.
TransferReport push_roots(Workspace& workspace, Remote& remote, const std::vector<Root>& roots);

}  // namespace mlo
