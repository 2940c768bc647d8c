#include <unistd.h>

#include "lib/util/fs.hpp"
#include "lib/workspace/stat_table.hpp"
#include "tests/fuzz/fuzz.hpp"

// A damaged cache may forget, never crash: the file is mapped and read in place. Its checks are no secret, so the
// fuzzer gets them right where its bytes say so.
MLO_FUZZ_TARGET(bytes) {
  using namespace mlo;
  static const fs::path file = fs::temp_directory_path() / ("mlo-fuzz-stat-" + std::to_string(::getpid()));
  std::string table(bytes);
  if (!bytes.empty() && bytes[0] == 'e') {
    // A valid table with one byte changed: place and value from the input.
    StatRows rows;
    for (const char* path : {"a", "data/raw/b.csv", ""}) rows.insert(path);
    std::vector<StatEntry> entries;
    for (const StatRow& row : rows.rows()) entries.emplace_back(row, 0);
    write_stat_table(file, std::move(entries));
    table = read_file(file);
    for (std::size_t i = 1; i + 1 < bytes.size(); i += 2) {
      table[static_cast<unsigned char>(bytes[i]) * 7U % table.size()] = bytes[i + 1];
    }
  }
  write_file(file, table, Durability::cache);
  {
    const StatTable read(file);
    for (std::size_t i = 0; i < read.size(); ++i) {
      if (const StatRecord* record = read.record(i)) fuzz::require(read.path_of(*record).size() == record->path_size);
    }
    for (const char* path : {"a", "data/raw/b.csv", "", "missing"}) {
      if (const auto found = read.find(path)) fuzz::require(found->index < read.size());
    }
  }
  remove_file(file);
}
