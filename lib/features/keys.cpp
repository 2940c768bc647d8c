#include "lib/features/keys.hpp"

#include <bit>
#include <cstring>
#include <functional>

#include "lib/util/error.hpp"

namespace mlo::features {
namespace {

using table::Column;
using table::ColumnType;

bool is_whole_key(std::string_view key) { return key.size() == sizeof(std::uint64_t); }

std::uint64_t print_of(std::string_view key) {
  std::uint64_t print = 0;
  if (!is_whole_key(key)) return std::hash<std::string_view>{}(key);
  std::memcpy(&print, key.data(), sizeof print);
  return print;
}

}  // namespace

bool encode_key(const std::vector<const Column*>& keys, std::size_t row, std::string& out) {
  out.clear();
  for (const Column* const column : keys) {
    if (column->nulls[row] != 0) return false;
    char head[8];
    if (column->type == ColumnType::string) {
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

KeyBatch::KeyBatch(const std::vector<const Column*>& keys) {
  const std::size_t rows = keys.front()->nulls.size();
  if (keys.size() == 1 && keys.front()->type != ColumnType::string) {
    // What is signed may be read as unsigned.
    prints_ = {reinterpret_cast<const std::uint64_t*>(keys.front()->integers().data()), rows};
    if (has_nulls(*keys.front())) nulls_ = keys.front()->nulls;
    return;
  }
  own_prints_.resize(rows);
  prints_ = own_prints_;
  nulls_.resize(rows);
  ends_.resize(rows);
  std::string key;
  for (std::size_t row = 0; row < rows; ++row) {
    if (encode_key(keys, row, key)) {
      own_prints_[row] = print_of(key);
      bytes_ += key;
    } else {
      nulls_[row] = 1;
    }
    ends_[row] = bytes_.size();
  }
}

std::string_view KeyBatch::key(std::size_t row) const {
  if (!known(row)) return {};
  if (ends_.empty()) return {reinterpret_cast<const char*>(&prints_[row]), sizeof(std::uint64_t)};
  return std::string_view(bytes_).substr(begin(row), end(row) - begin(row));
}

std::string_view KeyIndex::key(std::uint32_t id) const {
  const std::uint64_t from = id == 0 ? 0 : ends_[id - 1];
  return std::string_view(bytes_).substr(from, ends_[id] - from);
}

/// The slots are a power of two; neighbouring integers must not be neighbours there.
std::size_t KeyIndex::home_of(std::uint64_t print) const {
  return (print * 0x9E3779B97F4A7C15U) >> (64 - std::countr_zero(slots_.size()));
}

/// Where the key is, or would be; `key` gives its bytes if they matter.
template <class Key>
std::size_t KeyIndex::slot_of(std::uint64_t print, bool whole, const Key& key) const {
  std::size_t at = home_of(print);
  while (slots_[at].id != kNone &&
         (slots_[at].print != print || slots_[at].whole != whole || (!whole && this->key(slots_[at].id) != key())))
    at = (at + 1) & (slots_.size() - 1);
  return at;
}

template <class Key>
std::uint32_t KeyIndex::insert(std::uint64_t print, bool whole, const Key& key) {
  if (ends_.size() * 2 >= slots_.size()) grow();
  const std::size_t at = slot_of(print, whole, key);
  if (slots_[at].id != kNone) return slots_[at].id;
  if (ends_.size() >= kNone) throw Error(ErrorKind::invalid, "more than 4,294,967,294 different keys");
  slots_[at] = {print, static_cast<std::uint32_t>(ends_.size()), whole};
  bytes_ += key();
  ends_.push_back(bytes_.size());
  return slots_[at].id;
}

std::uint32_t KeyIndex::find(std::string_view key) const {
  return slots_.empty() ? kNone : slots_[slot_of(print_of(key), is_whole_key(key), [&] { return key; })].id;
}

void KeyIndex::find(const KeyBatch& batch, std::size_t first, std::size_t count, std::uint32_t* ids) const {
  std::fill_n(ids, count, kNone);
  if (slots_.empty()) return;
  for (std::size_t i = 0; i < count; ++i) __builtin_prefetch(&slots_[home_of(batch.print(first + i))]);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t row = first + i;
    if (!batch.known(row)) continue;
    ids[i] = slots_[slot_of(batch.print(row), batch.is_whole(row), [&] { return batch.key(row); })].id;
  }
}

std::uint32_t KeyIndex::insert(std::string_view key) {
  return insert(print_of(key), is_whole_key(key), [&] { return key; });
}

std::vector<std::uint32_t> KeyIndex::insert(const KeyBatch& batch) {
  std::vector<std::uint32_t> ids(batch.size(), kNone);
  for (std::size_t row = 0; row < batch.size(); ++row) {
    if (batch.known(row)) ids[row] = insert(batch.print(row), batch.is_whole(row), [&] { return batch.key(row); });
  }
  return ids;
}

void KeyIndex::insert_plain(std::span<std::uint64_t> keys) {
  for (std::uint64_t& key : keys)
    key =
        insert(key, /*whole=*/true, [&] { return std::string_view(reinterpret_cast<const char*>(&key), sizeof key); });
}

void KeyIndex::grow() {
  HugeVector<Slot> before(std::max<std::size_t>(16, slots_.size() * 2));
  before.swap(slots_);
  for (const Slot& slot : before) {
    if (slot.id == kNone) continue;
    std::size_t at = home_of(slot.print);
    while (slots_[at].id != kNone) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = slot;
  }
}

}  // namespace mlo::features
