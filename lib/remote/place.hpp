#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/crypto/digest.hpp"
#include "lib/net/http.hpp"

namespace mlo {

/// What a name begins with, by what it names (schemas/README.md, "Remotes").
inline constexpr std::string_view kObjectsAt = "objects/", kPacksAt = "packs/", kIndexesAt = "index/";

/// What is cut while a larger object that lies by itself is on its way is gone on with.
inline constexpr std::uint64_t kInPieces = std::uint64_t{16} << 20U;

/// A part of a file, and where bytes that are read go.
using FileRange = net::HttpRange;
using FileTarget = net::HttpTarget;

/// A place that keeps files by name: what differs between kinds of remotes, and nothing else. Names are relative paths
/// with `/`. A file is there whole or not at all, whatever happens, and its bytes never change, but for `replace`.
/// Throws Error{remote}, or Error{io} for a disk; callers put the remote's name before it. Safe from any thread.
class Place {
 public:
  virtual ~Place() = default;
  struct File {
    std::string name;
    std::uint64_t size = 0;
  };
  struct Glance {
    std::vector<File> files;            ///< all below `index/`, `format` unless it was read, and perhaps others
    std::optional<std::string> format;  ///< what that file says, if it was read
    bool all = false;                   ///< there are no others
  };
  /// What the place tells first, by as few requests as it can.
  virtual Glance glance() = 0;
  /// Every name that begins with `prefix`, which ends with `/`. Error{remote} where that cannot be told.
  virtual std::vector<File> list(const std::string& prefix) = 0;
  /// Whether there is anything. Error{remote} if there cannot be, such as on a disk that is not mounted.
  virtual bool is_empty() = 0;
  /// For each of these names below `objects/` whether it is there.
  virtual std::vector<char> have(const std::vector<std::string>& names) = 0;
  /// A small file's bytes; nothing if there is no such file. So with `get`.
  virtual std::optional<std::string> find(const std::string& name) = 0;
  /// Writes the file, or a part of it, to the target. Its `moved` is told of each byte once, and perhaps from another
  /// thread.
  virtual bool get(const std::string& name, const std::optional<FileRange>& range, const FileTarget& target) = 0;
  /// Gives the empty file `fd` the file's bytes without moving any; false if that cannot be done.
  virtual bool share(const std::string& /*name*/, int /*fd*/) { return false; }

  /// Keeps these bytes unless there is such a file. It can be seen from now on, and is durable after `settle`.
  virtual void put(const std::string& name, std::string_view bytes) = 0;
  /// The same for a file of this machine. Error{corrupt} if its bytes are not what `digest` says; then none are kept.
  /// `moved` is told of bytes as they go, of about as many as the file has.
  virtual void put_file(const std::string& name, const std::string& file, const Digest& digest,
                        const Moved& moved = {}) = 0;
  /// A reader sees the old bytes or the new ones; these are durable when this returns.
  virtual void replace(const std::string& name, std::string_view bytes) = 0;
  /// Harmless if there is no such file.
  virtual void remove(const std::string& name) = 0;
  /// What was put before is durable when this returns.
  virtual void settle() = 0;

  /// Under which name what is called `id` lies here.
  virtual Digest name_of(const Digest& id) const { return id; }
  /// How large the file is here that has so many bytes.
  virtual std::uint64_t size_of(std::uint64_t bytes) const { return bytes; }
  /// Where it is, and what to do if nothing is there, both for people.
  virtual std::string where() const = 0;
  virtual std::string hint_if_absent() const = 0;
  virtual bool is_read_only() const { return false; }
  /// How many calls at once are worth it, or wanted.
  virtual unsigned connections() const { return 1; }
  /// A request costs about as much as so many bytes.
  virtual std::uint64_t request_cost() const { return 0; }
};

inline constexpr std::uint64_t kHttpRequestCost = std::uint64_t{256} << 10U;

/// Writes bytes that come `at` so far into what was asked for. Tells nobody.
void write_to(const FileTarget& target, std::uint64_t at, std::string_view bytes);

}  // namespace mlo
