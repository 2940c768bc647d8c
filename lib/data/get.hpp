#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "lib/data/bring.hpp"

namespace mlo {

/// `NAME[@VERSION][:PATH]`: a dataset at a version (a git revision, or sha256:PREFIX), and what of it. No revision has
/// a colon, so a path may hold anything.
struct DataSpec {
  std::string name;
  std::optional<std::string> version = {};
  std::string path = {};  ///< "" is all of it
  std::string str() const;
};
/// Error{usage} for what is none.
DataSpec parse_data_spec(std::string_view typed);

struct GetDataRequest {
  DataSpec spec;
  std::optional<std::string> repo;    ///< URL, or path of a repository; default: the one around world.cwd
  std::optional<std::string> output;  ///< as typed; default: the last name of what is got
  Existing existing = Existing::refuse;
};

struct GotData {
  DatasetManifest manifest;
  TreeEntry entry;  ///< what of it was got
  fs::path place;   ///< the file or directory that it is now
  WrittenContent written;
};

/// Brings a dataset, or one path inside it, to a place of this machine: only the trees and files needed are fetched,
/// every byte is hashed on its way, and the place appears at once, whole, or not at all. A file goes into an output
/// that is a directory or ends with `/`. Without a version it is the work tree's, with --repo elsewhere its HEAD's.
/// Error{conflict} if the place is taken, and as require_replaceable before content is fetched; Error{remote} if git or
/// content cannot be fetched.
GotData get_data(const World& world, const GetDataRequest& request);

}  // namespace mlo
