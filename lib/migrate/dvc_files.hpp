#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/manifest/dataset.hpp"
#include "lib/workspace/config.hpp"

// What DVC 2.x and 3.x write: `.dvc` files, `.dir` objects, `.dvc/config`.
namespace mlo::dvc {

/// One file or directory that a `.dvc` file tracks.
struct Out {
  std::string file;  ///< the `.dvc` file, relative to the repository root
  std::string path;  ///< of the data, likewise
  std::string md5;   ///< 32 hex digits, without `.dir`
  bool directory = false;
  bool text_md5 = false;  ///< of 2.x: CRLF counts as LF in what looks like text
  bool executable = false;
  std::optional<std::string> description = {};
  std::optional<std::string> source = {};  ///< of `dvc import`
  std::optional<DataOrigin> origin = {};   ///< of `dvc import-url` from http
};

struct ParsedFile {
  std::vector<Out> outs;
  std::vector<std::string> skipped;  ///< outs without content of DVC's, each with the reason
};

/// Keys that this does not need are ignored. Error{invalid} with file:line:column for what is no `.dvc` file, and for
/// paths outside the repository.
ParsedFile parse_dvc_file(std::string_view text, const std::string& file);

struct DirEntry {
  std::string path;  ///< safe, relative to the directory
  std::string md5;
};
/// What a `.dir` object says. Error{corrupt} naming it for anything else.
std::vector<DirEntry> parse_dvc_directory(std::string_view json, const std::string& name);

/// Where DVC keeps bytes, as `.dvc/config` and `.dvc/config.local` say.
struct Config {
  std::string cache = "cache";        ///< relative to `.dvc`, or absolute
  std::vector<RemoteConfig> remotes;  ///< the default one first; relative directories count from `.dvc`
};
/// Lays what an INI file says over `config`; what it does not need is ignored.
void read_dvc_config(std::string_view text, Config& config);

/// Where an object lies below a cache or remote: `files/md5/ab/..` of 3.x, `ab/..` of 2.x.
std::string relative_path(const std::string& md5, bool directory, bool version_2);

}  // namespace mlo::dvc
