#include "lib/features/keys.hpp"

#include <cstring>
#include <functional>

#include "lib/util/error.hpp"

namespace mlo::features {
namespace {

std::uint64_t hash_of(std::string_view key) { return std::hash<std::string_view>{}(key); }
std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32U); }

}  // namespace

bool encode_key(const std::vector<const table::Column*>& keys, std::size_t row, std::string& out) {
  out.clear();
  for (const table::Column* const column : keys) {
    if (column->nulls[row]) return false;
    char head[8];
    if (column->type == table::ColumnType::string) {
      const std::string& text = column->strings()[row];
      const auto size = static_cast<std::uint32_t>(text.size());
      std::memcpy(head, &size, 4);
      out.append(head, 4).append(text);
    } else {
      std::memcpy(head, &column->integers()[row], 8);
      out.append(head, 8);
    }
  }
  return true;
}

std::string_view KeyIndex::key(std::uint32_t id) const {
  const std::uint64_t from = id == 0 ? 0 : ends_[id - 1];
  return std::string_view(bytes_).substr(from, ends_[id] - from);
}

/// Where the key is, or would be.
std::size_t KeyIndex::slot_of(std::string_view key) const {
  const std::uint64_t hash = hash_of(key);
  std::size_t at = hash & (slots_.size() - 1);
  while (slots_[at].id != kNone && (slots_[at].tag != tag_of(hash) || this->key(slots_[at].id) != key))
    at = (at + 1) & (slots_.size() - 1);
  return at;
}

std::uint32_t KeyIndex::find(std::string_view key) const { return slots_.empty() ? kNone : slots_[slot_of(key)].id; }

std::uint32_t KeyIndex::insert(std::string_view key) {
  if (ends_.size() * 2 >= slots_.size()) grow();
  const std::size_t at = slot_of(key);
  if (slots_[at].id != kNone) return slots_[at].id;
  if (ends_.size() >= kNone) throw Error(ErrorKind::invalid, "more than 4,294,967,294 different keys");
  slots_[at] = {static_cast<std::uint32_t>(ends_.size()), tag_of(hash_of(key))};
  bytes_ += key;
  ends_.push_back(bytes_.size());
  return slots_[at].id;
}

void KeyIndex::grow() {
  slots_.assign(std::max<std::size_t>(16, slots_.size() * 2), {});
  for (std::uint32_t id = 0; id < ends_.size(); ++id) {
    const std::uint64_t hash = hash_of(key(id));
    std::size_t at = hash & (slots_.size() - 1);
    while (slots_[at].id != kNone) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = {id, tag_of(hash)};
  }
}

}  // namespace mlo::features
