#pragma once
#include <atomic>
#include <mutex>
#include <set>
#include <unordered_set>

#include "lib/crypto/digest_set.hpp"
#include "lib/remote/pack_reader.hpp"
#include "lib/remote/place.hpp"
#include "lib/remote/remote.hpp"
#include "lib/store/recipe.hpp"

namespace mlo {

/// Objects at a place: small ones in packs, large ones as files of their own; indexes tell of both. Each flush makes
/// one index that takes in those that are not much larger, and removes them once it can be seen: others may do the same
/// meanwhile, and whatever they leave, each object is named at least once.
class PackedRemote : public Remote {
 public:
  /// Indexes are kept in `base`/.mlo/local/remotes/NAME, if there is a workspace at `base`.
  PackedRemote(const World& world, const RemoteConfig& config, const fs::path& base, std::unique_ptr<Place> place);

  using Remote::find_missing;
  std::vector<Digest> find_missing(const std::vector<Digest>& ids, Look look) override;
  void put_file(const Digest& id, const fs::path& file, const Moved& moved) override;
  void put_bytes(const Digest& id, std::string_view bytes) override;
  void put_record(const Digest& id, const Record& record) override;
  bool is_recipe(const Digest& id) override { return packs_.find_form(id) == Form::recipe; }
  std::optional<Record> find_record(const Digest& id) override;
  void flush() override;
  bool get(const Digest& id, const std::optional<FileRange>& range, const FileTarget& target) override;
  bool share(const Digest& id, int fd) override {
    return guarded([&] { return place_->share(object_name(id), fd); });
  }
  RemoteCheck find_lost(const std::vector<Digest>& known, const SizeHere& size_here, Reading reading,
                        Healing healing) override;
  void forget_lost() override;
  bool is_read_only() const override { return place_->is_read_only(); }
  void init() override;
  void check() override;
  const std::string& name() const override { return name_; }
  unsigned connections() const override { return place_->connections(); }

 private:
  template <class Action>
  auto guarded(const Action& action) -> decltype(action()) {
    return in_the_name_of(name_, action);
  }
  std::string object_name(const Digest& id) const;
  void require_format(const std::optional<std::string>& format) const;
  void require_writable() const;
  /// Checks the format and takes the indexes that there are now.
  void look();
  /// Whether it costs little to ask for an object by itself.
  bool asks_freely() const { return told_all_ || place_->request_cost() == 0; }
  /// For callers who did not ask what is missing.
  void look_once();
  void send(PackRecords& pack);
  std::unique_ptr<PackRecords> fresh_pack();
  using Sink = std::function<void(std::string_view)>;
  /// Gives `sink` the content of an object that lies in a pack, unverified; false if it or a part is not there.
  bool read(const Digest& id, const Sink& sink);
  /// The same for a part. It may lie in parts itself, to a depth that no loop outlives.
  bool read_part(const Part& part, unsigned depth, const Sink& sink);
  bool read_recipe(const Digest& id, const Record& record, unsigned depth, const Sink& sink);
  void publish_index();
  /// What lies by itself since the last flush goes into the next index.
  void note_alone(std::vector<PackedObject> alone);
  /// It lies by itself.
  void note_found(const Digest& id);
  /// Asks the place for each, and takes out those that lie there by themselves.
  void drop_present(std::vector<Digest>& ids);
  /// Which of a pack's objects cannot be read from it, whose file has that size.
  std::vector<PackedObject> find_bad(const Digest& pack, const std::vector<PackedObject>& objects, std::uint64_t size,
                                     Reading reading);
  /// What looking for lost objects finds.
  struct Losses;
  void find_lost_in_packs(const SizeHere& size_here, Reading reading, Losses& losses);
  void find_lost_files(const std::vector<Digest>& known, const SizeHere& size_here, Reading reading, Losses& losses);
  bool is_good_file(const Digest& id, const Place::File& file, std::optional<std::uint64_t> size, Reading reading);

  const std::string name_;
  const World world_;
  const std::unique_ptr<Place> place_;
  PackReader packs_;
  std::atomic<bool> looked_ = false;
  std::mutex looking_;
  bool told_all_ = false;                  ///< there are no objects by themselves but those of `files_`
  std::unordered_set<std::string> files_;  ///< objects by themselves that the last look told, or were put since
  std::vector<Digest> found_;              ///< objects by themselves, in no index, that may cost a question
  std::mutex mutex_;                       ///< of all below
  std::unique_ptr<PackRecords> waiting_ = std::make_unique<PackRecords>();  ///< objects for the next pack
  std::vector<std::string> spare_;                                          ///< memory of packs that were sent
  DigestSet known_;                                                         ///< put since the last flush
  std::vector<Digest> sent_;                                                ///< packs since the last flush
  std::vector<PackedObject> indexed_;                                       ///< what they hold
  std::vector<PackedObject> alone_;                                         ///< put by itself since then
};

}  // namespace mlo
