#pragma once
#include <functional>
#include <mutex>
#include <set>

#include "lib/crypto/sha256.hpp"
#include "lib/remote/place.hpp"
#include "lib/store/staging.hpp"
#include "lib/util/kept_temp.hpp"
#include "lib/util/throttle.hpp"
#include "lib/util/world.hpp"

namespace mlo {

/// A directory; names are those of its files. For those who see it through a web server, which cannot list, its file
/// `indexes` names what is below `index/`.
class DirPlace : public Place {
 public:
  /// Contacts nothing. `bytes_per_second` bounds what is read and what is written; 0: nothing does.
  DirPlace(const World& world, fs::path dir, std::uint64_t bytes_per_second = 0, unsigned connections = kConnections)
      : world_(world),
        dir_(std::move(dir)),
        connections_(connections),
        in_(world_, bytes_per_second),
        out_(world_, bytes_per_second) {}

  Glance glance() override;
  std::vector<File> list(const std::string& prefix) override;
  bool is_empty() override;
  std::vector<char> have(const std::vector<std::string>& names) override;
  std::optional<std::string> find(const std::string& name) override;
  bool get(const std::string& name, const std::optional<FileRange>& range, const FileTarget& target) override;
  bool share(const std::string& name, int fd) override;
  void put(const std::string& name, std::string_view bytes) override;
  void put_file(const std::string& name, const std::string& file, const Digest& digest, const Moved& moved) override;
  void replace(const std::string& name, std::string_view bytes) override;
  void remove(const std::string& name) override;
  void settle() override;
  std::string where() const override { return dir_.string(); }
  std::string hint_if_absent() const override { return "mount it"; }
  unsigned connections() const override { return connections_; }
  /// While the disk is busy with some, others are read and verified.
  static constexpr unsigned kConnections = 4;

  /// Where half an object waits to be gone on with by this user of this machine; `number` counts attempts that hold on.
  static std::string half_name(const Digest& digest, unsigned number = 0);
  /// `settle` takes care of that file, too.
  void note(const std::string& name);
  /// Hands over a file, or a part of it, piece by piece; false if there is no such file.
  bool read(const std::string& name, const std::optional<FileRange>& range,
            const std::function<void(std::uint64_t at, std::string_view bytes)>& take);

  /// A file on its way here. Gone unless it was published, or kept.
  class Incoming {
   public:
    /// With a digest: of all its bytes. A large object, of `size` bytes, begins with what there is of it from attempts
    /// that were stopped, if nobody else is at it. Borrows the place.
    Incoming(DirPlace& place, std::string name, std::optional<Digest> digest, std::uint64_t size = 0);
    Incoming(const Incoming&) = delete;
    ~Incoming();
    /// What it begins with: what is added follows that.
    std::uint64_t there() const { return there_; }
    void add(std::string_view bytes);
    /// The whole content, of another file.
    void copy(int from, const std::string& source, const Moved& moved);
    /// Makes it visible under its name. Error{corrupt} if the bytes are not what the digest says.
    void publish();
    /// What came stays for the next attempt, where there may be one.
    void keep() { kept_ = half_.has_value(); }

   private:
    int fd() const { return half_ ? half_->fd() : file_.fd.get(); }
    fs::path path() const { return half_ ? half_->path() : staging_.path() / file_.name; }
    void begin_behind(std::uint64_t there);
    Digest bytes_on_disk();
    DirPlace& place_;
    StagingDir& staging_;
    const std::string name_;
    const std::optional<Digest> digest_;
    std::optional<KeptTemp> half_;
    StagingDir::File file_;  ///< else
    std::uint64_t there_ = 0;
    WriteBehind writer_{Cached::drop};  ///< of what was added
    Sha256 hash_;                       ///< the same, unless something was there
    std::optional<Digest> copied_;      ///< of what was copied
    bool kept_ = false;
  };

 private:
  /// What the names of half objects begin with: all, and ours of one.
  static constexpr std::string_view kHalf = ".mlo-tmp-put-";
  static std::string half_prefix(const Digest& digest);
  StagingDir& staging(std::string_view name);
  bool is_there(const std::string& name, std::uint64_t size) const;
  std::vector<std::string> index_names() const;
  void list_indexes();

  World world_;
  const fs::path dir_;
  const unsigned connections_;
  Throttle in_, out_;
  std::mutex mutex_;  ///< of all below
  std::optional<StagingDir> staging_;
  std::set<fs::path> touched_;  ///< directories whose names are not on disk yet
  bool relist_ = false;
};

}  // namespace mlo
