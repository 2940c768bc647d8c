#include "lib/workspace/stat_rows.hpp"

#include <cstring>

namespace mlo {
namespace {

constexpr std::size_t kText = std::size_t{1} << 18U;

}  // namespace

std::size_t StatRows::slot_of(std::string_view path) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = std::hash<std::string_view>()(path) & mask;; at = (at + 1) & mask) {
    if (slots_[at] == 0 || rows_[slots_[at] - 1].path() == path) return at;
  }
}

const StatRow* StatRows::find(std::string_view path) const {
  if (slots_.empty()) return nullptr;
  const std::uint32_t number = slots_[slot_of(path)];
  return number == 0 ? nullptr : &rows_[number - 1];
}

StatRow& StatRows::insert(std::string_view path) {
  if (slots_.size() < 2 * (rows_.size() + 1)) {
    slots_.assign(std::max<std::size_t>(1024, slots_.size() * 2), 0);
    for (std::size_t i = 0; i < rows_.size(); ++i) slots_[slot_of(rows_[i].path())] = static_cast<std::uint32_t>(i + 1);
  }
  std::uint32_t& number = slots_[slot_of(path)];
  if (number == 0) {
    const std::string_view kept = keep(path);
    StatRow row;
    row.path_begin = kept.data();
    row.path_size = static_cast<std::uint32_t>(kept.size());
    rows_.push_back(row);
    number = static_cast<std::uint32_t>(rows_.size());
  }
  return rows_[number - 1];
}

std::string_view StatRows::keep(std::string_view path) {
  if (text_left_ < path.size() || texts_.empty()) {
    text_left_ = std::max(kText, path.size());
    texts_.push_back(std::make_unique_for_overwrite<char[]>(text_left_));
    text_at_ = texts_.back().get();
  }
  std::memcpy(text_at_, path.data(), path.size());
  const std::string_view kept(text_at_, path.size());
  text_at_ += path.size();
  text_left_ -= path.size();
  return kept;
}

}  // namespace mlo
