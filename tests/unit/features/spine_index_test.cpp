#include <map>
#include <thread>

#include "lib/features/point_in_time.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;
using namespace mlo::features;
using namespace mlo::test;
using table::Column;
using table::ColumnType;

namespace {

/// What keys and times look like, for what is found by a shortcut in some cases.
struct Shape {
  const char* name;
  std::uint64_t keys;
  std::int64_t key_step;
  std::uint64_t times;
  std::int64_t time_step;
  std::int64_t outlier;  ///< one spine row's time
};

Column integers(ColumnType type, std::vector<std::int64_t> values) {
  Column column = table::start_column("x", type);
  column.nulls.assign(values.size(), 0);
  column.values = std::move(values);
  return column;
}

struct Rows {
  std::vector<std::int64_t> keys, times;
};

Rows random_rows(SeededRng& rng, const Shape& shape, std::size_t count) {
  Rows rows;
  for (std::size_t i = 0; i < count; ++i) {
    rows.keys.push_back((static_cast<std::int64_t>(rng.next() % shape.keys) - 2) * shape.key_step);
    rows.times.push_back(1'000'000'000'000'000 + static_cast<std::int64_t>(rng.next() % shape.times) * shape.time_step);
  }
  return rows;
}

}  // namespace

TEST_CASE("the latest row is found however keys and times lie", "[features]") {
  const Shape shape = GENERATE(Shape{"dense keys", 50, 1, 100, 1'000'000, 0},
                               Shape{"sparse keys", 50, 1'000'000'007, 100, 1'000'000, 0},
                               Shape{"one key of many moments", 1, 1, 3'000, 60'000'000, 0},
                               Shape{"moments too close for their codes", 3, 1, 900, 1, -60'000'000'000'000'000},
                               Shape{"centuries", 5, 1, 1'000, 30'000'000'000'000, 0});
  CAPTURE(shape.name);
  SeededRng rng(7);
  Rows spine = random_rows(rng, shape, 2'000);
  if (shape.outlier != 0) spine.times[17] = shape.outlier;
  const Rows rows = random_rows(rng, shape, 4'000);

  SpineIndex index;
  constexpr std::size_t kPiece = 300;
  const auto piece = [](const std::vector<std::int64_t>& all, std::size_t first) {
    return std::vector(all.begin() + static_cast<std::ptrdiff_t>(first),
                       all.begin() + static_cast<std::ptrdiff_t>(std::min(first + kPiece, all.size())));
  };
  for (std::size_t first = (spine.keys.size() - 1) / kPiece * kPiece;; first -= kPiece) {  // the last piece first
    const Column keys = integers(ColumnType::integer, piece(spine.keys, first));
    index.add(KeyBatch({&keys}), integers(ColumnType::timestamp, piece(spine.times, first)), first);
    if (first == 0) break;
  }
  index.finish(2);
  PointInTimeJoin join(index, {table::start_column("row", ColumnType::integer)}, std::chrono::microseconds(0),
                       Knowledge::at_the_time);
  const auto add_every_third = [&](std::size_t start) {
    for (std::size_t first = start * kPiece; first < rows.keys.size(); first += 3 * kPiece) {
      const Column keys = integers(ColumnType::integer, piece(rows.keys, first));
      const Column events = integers(ColumnType::timestamp, piece(rows.times, first));
      std::vector<std::int64_t> numbers;
      for (std::size_t i = 0; i < events.nulls.size(); ++i) numbers.push_back(static_cast<std::int64_t>(first + i));
      const Column feature = integers(ColumnType::integer, numbers);
      join.add({.keys = {&keys}, .event = &events, .created = nullptr, .features = {&feature}, .place = first});
    }
  };
  {
    std::jthread one([&] { add_every_third(0); }), two([&] { add_every_third(1); });
    add_every_third(2);
  }
  join.finish();

  std::map<std::int64_t, std::map<std::int64_t, std::int64_t>> latest;  // key -> event -> the last row
  for (std::size_t row = 0; row < rows.keys.size(); ++row)
    latest[rows.keys[row]][rows.times[row]] = static_cast<std::int64_t>(row);
  for (std::size_t row = 0; row < spine.keys.size(); ++row) {
    const auto& own = latest[spine.keys[row]];
    const auto after = own.upper_bound(spine.times[row]);
    const std::int64_t at = static_cast<std::int64_t>(row);
    Column answer = table::start_column("row", ColumnType::integer);
    join.append_answers(0, std::span(&at, 1), answer);
    REQUIRE((answer.nulls[0] != 0) == (after == own.begin()));
    if (after != own.begin()) REQUIRE(answer.integers()[0] == std::prev(after)->second);
  }
}
