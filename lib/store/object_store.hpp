#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lib/crypto/digest.hpp"
#include "lib/store/tree.hpp"
#include "lib/util/fs.hpp"
#include "lib/util/world.hpp"
#include "lib/util/write_behind.hpp"

namespace mlo {

/// How far files may share bytes with the store; each falls back on the one before. reflink: unseen, whatever is
/// changed later. hardlink: as a second name of the object's own file, read-only (mode 0444), where the file system has
/// no reflinks; only where a function says so, and only for objects larger than kMaxPacked that lie whole.
enum class LinkType { copy, reflink, hardlink };

class PackSet;
struct Part;
struct Record;
struct Recipe;

/// How a store lays down what it is given. Ids do not depend on it, and what was laid down by other rules is read
/// alike.
struct StoreRules {
  bool compress = false;    ///< what lies in packs and gets smaller by it
  bool page_trees = false;  ///< large trees lie in parts
  unsigned threads = 1;     ///< for one large object
  /// Files of so many bytes and more whose name, in lower case, matches one of these globs lie in parts, so that
  /// another version stores what changed.
  std::uint64_t cut_from = UINT64_MAX;
  std::vector<std::string> cut_names = {};
};

/// Content-addressed objects, named by the SHA-256 of their bytes: each a file `<root>/ab/<62 hex>`, mode 0444, but for
/// the small ones of a batch of more than a few, which lie in packs in `<root>/../packs`, and those that lie in parts,
/// which are small ones. An object is complete or absent, whatever happens. Safe from any thread and any number of
/// processes.
class ObjectStore {
 public:
  /// `root` need not exist yet; it is made by the first write.
  explicit ObjectStore(fs::path root, StoreRules rules = {});
  ~ObjectStore();
  const fs::path& root() const { return root_; }

  bool has(const Digest& id) const;
  /// The same, asked by who is about to name the object without storing it: a gc that runs meanwhile leaves it alone
  /// until this process has ended, and for its grace period.
  bool claim(const Digest& id) const;
  /// Whether no other process has stored or claimed anything and still runs.
  bool is_alone() const;
  /// The object's bytes, verified: Error{not_found} if absent; Error{corrupt} if they are not what the name says: then
  /// its bytes are put aside in `<root>/../quarantine`, so that good ones can take their place. So does every reader
  /// here.
  std::string get(const Digest& id) const;
  std::optional<std::uint64_t> find_size(const Digest& id) const;
  /// Bytes of the disk that hold it and nothing else: of its file, or its record in a pack, which for an object in
  /// parts is the list of them.
  std::optional<std::uint64_t> find_stored_size(const Digest& id) const;
  /// The file that holds the object alone, for reading only; nothing if there is none.
  std::optional<fs::path> find_file_of(const Digest& id) const;
  /// The same; an object that lies in a pack gets a file beside the store, which goes with this ObjectStore (or, if
  /// this process is killed, with the next one that writes). Error{not_found} if it is absent.
  fs::path file_of(const Digest& id);
  /// An object as it lies in a pack, verified, of a recipe only what it says itself; nothing if it lies in no pack.
  std::optional<Record> find_record(const Digest& id) const;
  /// The objects that must be there so that this one can be read, itself not counted: none but for one that lies in
  /// parts. Lists of parts count as such; of one that is not there nobody knows
  /// what it names. Error{corrupt} if nothing can be told.
  std::vector<Digest> parts_of(const Digest& id) const;
  /// Whether it lies in parts, and all of them are here.
  bool has_parts(const Digest& id) const;
  /// Writes the content to the empty file `fd`, unverified: the caller does; false if there is no such object.
  bool copy_to(const Digest& id, int fd, const fs::path& target) const;
  /// `ab/<62 hex>`, below the root.
  static std::string relative_path(const Digest& id);

  /// Stores bytes and returns their id; storing them again is free. On disk when this returns.
  Digest put(std::string_view bytes);
  /// Whether its bytes begin as those of a tree; false if it is absent.
  bool begins_as_tree(const Digest& id) const;
  /// Error{corrupt} naming the tree if its bytes are not one.
  Tree get_tree(const Digest& id) const;
  Digest put_tree(const Tree& tree) { return put(encode_tree(tree)); }

  /// Many objects with one sync: put and put_file write under temporary names from any thread; `commit` makes all of
  /// them durable, then visible. Without commit nothing appears.
  class Batch {
   public:
    explicit Batch(ObjectStore& store);
    ~Batch();
    /// Reads the file once: hashes while copying (reflink where possible). Error{conflict} if it changed meanwhile.
    /// Error{corrupt} if it is a hard link through which somebody changed an object: that is put aside, so that the
    /// next call stores the file.
    struct Added {
      Digest id;
      std::uint64_t size;
      FileStat stat;
    };
    Added put_file(const fs::path& file);
    Digest put(std::string_view bytes);
    /// For bytes that come from elsewhere: `fill` writes them to the descriptor. `size`: how many there should be, 0 if
    /// unknown. Error{corrupt} if they are not what `id` says.
    std::uint64_t put_from(const Digest& id, std::uint64_t size, const std::function<void(int fd)>& fill);
    /// The same for an object as it lies in a pack. The parts of a recipe must be in the store already: the whole is
    /// read. Error{io} if it is their bytes that are wrong: they are put aside.
    void put_record(const Digest& id, const Record& record);
    /// Moves a file here, from a place on the store's file system, whose bytes are what `id` says, as the caller knows.
    void take_file(const Digest& id, const fs::path& file);
    /// Afterwards the batch is empty and can be used again.
    void commit();

   private:
    struct State;
    std::unique_ptr<State> state_;
  };

  /// Writes the object's bytes to the new file `target` (whose directory exists) with mode 0644 or 0755, by link type.
  /// The caller syncs. Verifies what it writes; Error{corrupt} leaves no file.
  void check_out(const Digest& id, const fs::path& target, bool executable, LinkType link) const;
  /// The same for the new file `name` in an open directory; `shown` words errors. Returns it open, perhaps as a hard
  /// link: then its mode is 0444. After an error it is the caller's to remove.
  UniqueFd check_out_at(const Digest& id, int directory, const std::string& name, const fs::path& shown,
                        bool executable, LinkType link) const;
  /// Makes `name` in an open directory a second name of the object's own file, verified, and returns it open. No
  /// descriptor if there is no such file, or it is not as mlo made it, or the file system has no hard links from there,
  /// or has reflinks.
  UniqueFd link_at(const Digest& id, int directory, const std::string& name) const;
  /// The same into an empty file open for reading and writing, whose mode is the caller's; after an error the file is
  /// the caller's to remove.
  void write_to(const Digest& id, int target_fd, const fs::path& target, LinkType link) const;
  /// Rehashes an object; false if its bytes are wrong (it stays where it is). Error{not_found} if absent.
  bool verify(const Digest& id) const;

  /// Reads everything and puts aside what is damaged, as a reader would; indexes of packs are made anew where they are
  /// not what was written.
  struct Check {
    std::uint64_t objects = 0, bytes = 0;  ///< read
    std::vector<Digest> damaged;           ///< ascending; no longer in the store
    std::uint64_t indexes = 0;             ///< damaged ones
  };
  Check check(const World& world);

 private:
  friend class Collector;
  friend std::uint64_t restore_trash(ObjectStore& store, const std::function<bool(const Digest&)>& wanted);
  struct Writing;
  /// What is read of an object that lies in a pack; false if a file is to be read, or there is nothing.
  bool read_packed(const Digest& id, Record& record) const;
  /// The content of a record that is no recipe, verified, borrowed from this thread.
  std::string_view verified(const Digest& id, Record& record) const;
  using Sink = std::function<void(std::string_view)>;
  /// Gives `sink` the content of a recipe, in order; false if it turned out to be not what the id says.
  bool read_recipe(const Digest& id, const Record& record, Cached cached, const Sink& sink) const;
  /// Each sink gets all, in order; different ones beside each other.
  bool read_parts(const std::vector<Part>& parts, Cached cached, const std::vector<Sink>& sinks) const;
  std::optional<std::string_view> find_part(const Part& part, std::string& buffer, unsigned depth) const;
  std::optional<std::vector<Part>> expand(Recipe recipe, unsigned depth, std::vector<Digest>* lists = nullptr) const;
  bool verify_file(const Digest& id) const;
  /// PackSet::claim for an object and all its parts.
  bool claim_packed(const Digest& id) const;
  /// If the file is another object's too, whose bytes are therefore not what its name says.
  void refuse_changed_link(const Digest& id, int fd, const fs::path& file) const;
  fs::path quarantine() const;
  void set_file_aside(const Digest& id) const;
  void set_packed_aside(const std::set<Digest>& ids) const;
  [[noreturn]] void fail_corrupt(const Digest& id) const;
  /// Puts aside the object, if it is here, and those of its parts that are damaged; the number of these and of the
  /// lost.
  std::size_t set_parts_aside(const Digest& id, const Record& record) const;
  [[noreturn]] void fail_in_parts(const Digest& id) const;
  fs::path path_of(const Digest& id) const { return root_ / relative_path(id); }
  fs::path root_;
  StoreRules rules_;
  std::unique_ptr<PackSet> packs_;
  std::unique_ptr<Writing> writing_;  ///< what all batches share
};

/// Calls `visit(path, entry)` for every entry below a tree, depth first, paths with `/`.
void walk_tree(const ObjectStore& store, const Digest& root,
               const std::function<void(const std::string&, const TreeEntry&)>& visit);

/// The entry at `path` (with `/`) below a tree; nothing if there is none or the store lacks a tree on the way.
std::optional<TreeEntry> find_in_tree(const ObjectStore& store, const Digest& root, std::string_view path);

}  // namespace mlo
