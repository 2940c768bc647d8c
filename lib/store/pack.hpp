#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/crypto/sha256.hpp"
#include "lib/util/fs.hpp"

// Packs: files of many small objects, readable without an index (schemas/README.md).
namespace mlo {

/// Objects up to this size go into packs.
inline constexpr std::uint64_t kMaxPacked = 1U << 20U;

inline constexpr std::string_view kPackHead = "mlo pack 1\n";
inline constexpr std::size_t kRecordHead = 40;

/// How the bytes of a record give an object's content: they are it; they are a zstd frame of it; they say which
/// objects, one after the other, are it (lib/store/recipe.hpp).
enum class Form : std::uint32_t { plain = 0, zstd = 1, recipe = 2 };

/// In place of a pack's number: the object lies by itself, with that size, if this is not 0.
inline constexpr std::uint32_t kAlone = UINT32_MAX;

/// Where an object's record lies, as in an index.
struct PackedObject {
  Digest id;
  std::uint64_t size = 0;    ///< of the content
  std::uint32_t offset = 0;  ///< of the record's bytes
  std::uint32_t stored = 0;  ///< their number
  std::uint32_t pack = 0;    ///< which of an index's packs it is in, or kAlone
  Form form = Form::plain;
};

/// A record's bytes as they lie somewhere, perhaps damaged.
struct Record {
  Form form = Form::plain;
  std::uint64_t size = 0;  ///< of the content, as the record or an index says
  std::string bytes;
};
/// The content, its frame or its recipe; nothing if the record says another size.
std::optional<std::string_view> body_of(const Record& record);
/// The content of a record that is no recipe, unverified, in the record or in `buffer`; nothing if it is damaged.
std::optional<std::string_view> content_of(const Record& record, std::string& buffer);
/// Whether it is what was written under that id. A recipe says so by itself: its parts are not looked at.
bool is_whole(const Digest& id, const Record& record);

/// The one writer of packs: puts records one after the other into memory. For one thread at a time.
class PackRecords {
 public:
  /// `memory`: what it may use for the bytes; its content does not matter.
  explicit PackRecords(std::string memory = {}) : bytes_(std::move(memory)) { bytes_ = kPackHead; }
  /// At most kMaxPacked bytes, whose digest is `id`.
  void add(const Digest& id, std::string_view bytes) { add(id, Form::plain, bytes.size(), bytes); }
  /// `body`: the content of that size, its frame or its recipe.
  void add(const Digest& id, Form form, std::uint64_t size, std::string_view body);
  const std::vector<PackedObject>& objects() const { return objects_; }
  /// All that the pack holds, what was dropped included.
  std::uint64_t size() const { return dropped_ + bytes_.size(); }
  /// What was added since the last drop.
  const std::string& bytes() const { return bytes_; }
  /// Of a pack of which nothing was dropped.
  Record record_of(const PackedObject& object) const {
    return {object.form, object.size, bytes_.substr(object.offset, object.stored)};
  }
  /// The bytes were written elsewhere: memory is free for more.
  void drop_bytes();
  /// The pack's name; nothing can be added afterwards.
  Digest finish() { return ids_.finish(); }
  std::vector<PackedObject> take_objects() { return std::move(objects_); }
  std::string take_memory() { return std::move(bytes_); }

 private:
  std::string bytes_;
  std::uint64_t dropped_ = 0;
  std::vector<PackedObject> objects_;
  Sha256 ids_;
};

/// Calls `visit` for every record of a pack, whether or not it is whole. Ends at the first byte that is no record;
/// false if that is not the end of the file.
bool scan_pack(const fs::path& file, const std::function<void(const PackedObject&, const Record&)>& visit);

/// A pack's name is the SHA-256 of its records' ids, in their order: it says what the pack should hold.
fs::path pack_file(const fs::path& dir, const Digest& name);

}  // namespace mlo
