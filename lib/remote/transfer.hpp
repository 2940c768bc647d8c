#pragma once
#include <memory>
#include <string>
#include <vector>

#include "lib/crypto/digest_set.hpp"
#include "lib/remote/remote.hpp"
#include "lib/store/object_store.hpp"

namespace mlo {

/// Whose an object is, for errors. One text for all that are.
class Owner {
 public:
  Owner() = default;
  Owner(std::string text) : text_(std::make_shared<const std::string>(std::move(text))) {}
  Owner(const char* text) : Owner(std::string(text)) {}
  std::string_view text() const { return text_ ? std::string_view(*text_) : std::string_view(); }

 private:
  std::shared_ptr<const std::string> text_;
};

/// An object to move.
struct ObjectRef {
  Digest id;
  std::uint64_t size = 0;
  Owner owner;
};

struct TransferReport {
  std::uint64_t objects = 0, bytes = 0;
  std::vector<ObjectRef> absent;  ///< on neither side
  TransferReport& operator+=(const TransferReport& other);
  /// Whether the other side had to be asked.
  bool was_asked() const { return objects != 0 || !absent.empty(); }
};

enum class Mode { real, dry_run };

/// How objects go: many at once, or one after the other, so that none is seen before those that came before it.
enum class Order { any, as_given };

/// What a remote lacks.
struct UploadPlan {
  std::vector<ObjectRef> objects;  ///< with their sizes; the parts of what lies in parts come before it
  DigestSet recipes;               ///< those of them that lie in parts
  std::size_t count = 0;           ///< without parts
  std::vector<ObjectRef> absent;   ///< what neither side has
  Order order = Order::any;
};
/// Plans one command: however often it is asked, it looks once what there is.
class UploadPlanner {
 public:
  /// Borrows both.
  UploadPlanner(const ObjectStore& store, Remote& remote) : store_(store), remote_(remote) {}
  UploadPlan plan(std::vector<ObjectRef> objects, Order order);

 private:
  const ObjectStore& store_;
  Remote& remote_;
  Look look_ = Look::now;
};

/// Sends the objects of a plan; flushes as it goes, so that an interrupted push goes on where it was.
/// Everything sent is durable there when this returns.
TransferReport upload(const World& world, ObjectStore& store, Remote& remote, UploadPlan plan, Mode mode);
/// The same for what the remote lacks of these objects, in any order. What neither side has is reported, not an error.
TransferReport upload(const World& world, ObjectStore& store, Remote& remote, std::vector<ObjectRef> objects,
                      Mode mode);

/// Fetches the objects that the store lacks (or has with another size, if that is known), verified, in parallel,
/// committing as it goes. Error{remote} naming the object if the remote gives wrong bytes: they never reach the store.
TransferReport download(const World& world, ObjectStore& store, Remote& remote, std::vector<ObjectRef> objects,
                        Mode mode, Look look = Look::now);

}  // namespace mlo
