#pragma once
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/store/pack.hpp"
#include "tests/support/test.hpp"

namespace mlo::test {

/// Flips a bit in the record of an object, in whichever of the packs of a directory it lies: whoever has it open sees
/// that.
inline void flip_bit(const fs::path& packs, const Digest& id) {
  for (const DirEntry& entry : list_dir(packs)) {
    const fs::path file = packs / entry.name;
    if (!entry.name.ends_with(".pack")) continue;
    std::optional<std::size_t> at;
    scan_pack(file, [&](const PackedObject& object, const Record&) {
      if (object.id == id) at = object.offset + object.stored / 2;
    });
    if (!at) continue;
    REQUIRE(::chmod(file.c_str(), 0644) == 0);
    const UniqueFd fd(::open(file.c_str(), O_RDWR | O_CLOEXEC));
    char byte = 0;
    REQUIRE(::pread(fd.get(), &byte, 1, static_cast<off_t>(*at)) == 1);
    byte = static_cast<char>(byte ^ 4);
    REQUIRE(::pwrite(fd.get(), &byte, 1, static_cast<off_t>(*at)) == 1);
    return;
  }
  FAIL("no such record");
}

}  // namespace mlo::test
