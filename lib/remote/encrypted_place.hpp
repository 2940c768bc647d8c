#pragma once
#include <memory>
#include <mutex>

#include "lib/remote/encryption.hpp"
#include "lib/remote/place.hpp"

namespace mlo {

/// A place of which the other side learns nothing but how many files there are, how large, and when: every file's bytes
/// are sealed, every name is made of a keyed hash. Only `format` and the list of names are not. `format` holds the data
/// key, wrapped by the user's key; to those above it looks as that of a plain place. A plain place is Error{remote},
/// and so is a wrong key: nothing is ever written where the key does not fit.
class EncryptedPlace : public Place {
 public:
  /// The key is asked for when something is read or written first. Large files are sealed in a file without a name in
  /// `scratch` before they are sent.
  EncryptedPlace(const World& world, RemoteConfig config, fs::path base, std::unique_ptr<Place> inner);

  Glance glance() override;
  std::vector<File> list(const std::string& prefix) override { return inner_->list(prefix); }
  bool is_empty() override { return inner_->is_empty(); }
  std::vector<char> have(const std::vector<std::string>& names) override { return inner_->have(names); }
  std::optional<std::string> find(const std::string& name) override;
  bool get(const std::string& name, const std::optional<FileRange>& range, const FileTarget& target) override;
  void put(const std::string& name, std::string_view bytes) override;
  void put_file(const std::string& name, const std::string& file, const Digest& digest, const Moved& moved) override;
  void replace(const std::string& name, std::string_view bytes) override;
  void remove(const std::string& name) override { inner_->remove(name); }
  void settle() override { inner_->settle(); }
  Digest name_of(const Digest& id) const override;
  std::uint64_t size_of(std::uint64_t bytes) const override;
  std::string where() const override { return inner_->where(); }
  std::string hint_if_absent() const override { return inner_->hint_if_absent(); }
  bool is_read_only() const override { return inner_->is_read_only(); }
  unsigned connections() const override { return inner_->connections(); }
  std::uint64_t request_cost() const override { return inner_->request_cost(); }

  /// Wraps the data key by another key, in one file that is the old one or the new one. False if that key opens it
  /// already: then nothing is changed.
  bool rotate(const RemoteKey& new_key);

 private:
  /// What `format` says opens with the key.
  void unlock(const std::string& format);
  const Sealer& sealer() const;
  void make();

  const World& world_;
  const RemoteConfig config_;
  const fs::path base_;
  const std::unique_ptr<Place> inner_;
  std::mutex mutex_;
  std::unique_ptr<const Sealer> sealer_;
};

}  // namespace mlo
