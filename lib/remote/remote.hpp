#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/crypto/digest.hpp"
#include "lib/remote/place.hpp"
#include "lib/store/pack.hpp"
#include "lib/util/error.hpp"
#include "lib/util/fs.hpp"
#include "lib/util/world.hpp"
#include "lib/workspace/config.hpp"

namespace mlo {

/// The size of an object that this machine has.
using SizeHere = std::function<std::optional<std::uint64_t>(const Digest&)>;

/// What a look at all that a remote holds came to.
struct RemoteCheck {
  std::uint64_t objects = 0, bytes = 0;  ///< of what its indexes tell of and those of `known` that it has
  std::vector<Digest> lost;              ///< ascending
};
enum class Reading { sizes, all };
enum class Healing { wanted, unwanted };

/// How a remote finds out what it has.
enum class Look {
  now,        ///< as its indexes say now
  as_before,  ///< as at the last look, and what was flushed since, if there was one: costs nothing more
  closely     ///< not even an index is believed of what lies by itself
};

/// A place that holds objects for others: complete or absent, by their ids, never changed. Every kind passes
/// tests/contract/remote_contract.cpp. Failures of the other side are Error{remote} naming the remote. All but
/// `find_missing`, `flush`, `find_lost` and `forget_lost` are safe from any thread.
class Remote {
 public:
  virtual ~Remote() = default;
  /// Those of `ids` that it lacks, in their order.
  virtual std::vector<Digest> find_missing(const std::vector<Digest>& ids, Look look) = 0;
  std::vector<Digest> find_missing(const std::vector<Digest>& ids) { return find_missing(ids, Look::now); }
  /// Sends a file's bytes. They may appear to others only after `flush`, and never half. Error{corrupt} if the file's
  /// bytes are not what `id` says; then nothing appears. `moved` is told of bytes as they go.
  virtual void put_file(const Digest& id, const fs::path& file, const Moved& moved = {}) = 0;
  /// The same for bytes that are known to be what `id` says, and not more than kMaxPacked.
  virtual void put_bytes(const Digest& id, std::string_view bytes) = 0;
  /// The same for an object as it lies in a pack, whole; what a recipe names is there already or was put.
  virtual void put_record(const Digest& id, const Record& record) = 0;
  /// Whether what lies there is a recipe; false as well if there is nothing. Only for what `find_missing` was asked
  /// for.
  virtual bool is_recipe(const Digest& id) = 0;
  /// An object as it lies in a pack there, unverified; nothing if it lies by itself, or is not there.
  virtual std::optional<Record> find_record(const Digest& id) = 0;
  /// All that was put is durable and visible when this returns. What was not flushed may be gone.
  virtual void flush() = 0;
  /// Writes the object's bytes to a file, an empty one if `range` does not name a part of them; false if it has none.
  /// Not verified: the caller does. A part only of an object larger than kMaxPacked that lies in no pack there;
  /// Error{unsupported} if the other side gives only whole files.
  virtual bool get(const Digest& id, const std::optional<FileRange>& range, const FileTarget& target) = 0;
  /// Gives the empty file `fd` the bytes of an object that lies in no pack, without moving any; false if that cannot be
  /// done.
  virtual bool share(const Digest& /*id*/, int /*fd*/) { return false; }
  /// Finds what it says to hold and does not: objects in packs that are gone or cut, those by themselves that an index
  /// tells of and that are gone, these and those of `known` with another size than `size_here` or the index says, and,
  /// if all is read, those whose bytes are wrong. This object
  /// counts them as missing from now on. If healing is wanted files that would be in the way of their next put are
  /// gone, and it is Error{remote} if the remote can only be read; else nothing changes there.
  virtual RemoteCheck find_lost(const std::vector<Digest>& known, const SizeHere& size_here, Reading reading,
                                Healing healing) = 0;
  /// Nobody believes any more that they are there, but for what was put meanwhile.
  virtual void forget_lost() = 0;
  virtual bool is_read_only() const { return false; }
  /// Makes the place ready for objects; idempotent. Until then everything else fails: a disk that is not mounted is
  /// never mistaken for an empty remote.
  virtual void init() = 0;
  /// Throws unless objects can be read and written; leaves no trace.
  virtual void check() = 0;
  virtual const std::string& name() const = 0;
  /// How many calls at once are worth it.
  virtual unsigned connections() const { return 1; }
};

/// One kind of remote: what its URLs look like, and how the place is opened that they lead to.
struct RemoteKind {
  std::string_view name;
  bool (*accepts)(std::string_view url);
  std::unique_ptr<Place> (*open)(const World& world, const RemoteConfig& config, const fs::path& base);
};

/// Every kind there is; all.cpp has one line each.
const std::vector<RemoteKind>& remote_kinds();
/// The one that takes such URLs; null if none does.
const RemoteKind* find_remote_kind(std::string_view url);

/// Opens a configured remote; nothing is contacted yet. A relative directory counts from `base`, the repository root.
/// Borrows `world`. Error{config} for a URL that no kind accepts.
std::unique_ptr<Remote> open_remote(const World& world, const RemoteConfig& config, const fs::path& base);
/// Wraps the data key of an encrypted remote by the key in the file `new_key`; false if that opens it already. Whatever
/// happens, the old key opens it or the new one.
bool rotate_remote_key(const World& world, const RemoteConfig& config, const fs::path& base, const fs::path& new_key);
/// What the file `format` of a remote says.
inline constexpr std::string_view kFormatFile = "format";
inline constexpr std::string_view kRemoteFormat = "mlo remote 1\n";
/// Error{remote} unless `format` is that file's content; `place` is where it was looked for, `hint` what to do if there
/// is none.
void check_remote_format(std::string_view name, std::string_view place, const std::optional<std::string>& format,
                         std::string_view hint);

/// What is put under an id must be what it says.
[[noreturn]] void fail_given_bytes(const Digest& id);

/// Runs `action`; failures of the other side in the remote's name, damaged bytes and the user's wish as they are.
template <class Action>
auto in_the_name_of(const std::string& remote, const Action& action) -> decltype(action()) {
  try {
    return action();
  } catch (const Error& error) {
    const std::string prefix = "remote `" + remote + "`: ";
    if (error.kind() == ErrorKind::corrupt || error.kind() == ErrorKind::interrupted ||
        error.kind() == ErrorKind::config || error.message().starts_with(prefix))
      throw;
    const bool unsupported = error.kind() == ErrorKind::unsupported;
    throw Error(unsupported ? error.kind() : ErrorKind::remote, prefix + error.message()).hint(error.hint());
  }
}

/// The remote of that name, or the default one if `name` is empty (the configured one, else `origin`, else the only
/// one). Error{not_found} naming those there are.
const RemoteConfig& choose_remote(const Config& config, std::string_view name);

}  // namespace mlo
