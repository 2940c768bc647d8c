#pragma once
#include "lib/remote/remote.hpp"

namespace mlo {

/// A directory: a mounted disk, a network file system, a folder that something else carries on. Names are those of its
/// files. For those who see it through a web server, which cannot list, the file `indexes` names what is below
/// `index/`.
RemoteKind dir_remote();

/// The place itself; nothing is looked at yet.
std::unique_ptr<Place> open_dir_place(const World& world, const fs::path& dir);

}  // namespace mlo
