#include "lib/migrate/dvc_files.hpp"
#include "lib/migrate/lfs_pointer.hpp"
#include "lib/util/fs.hpp"
#include "tests/fuzz/fuzz.hpp"

// What another tool committed, or left in its cache: no path leads out, every name of an object is one.
MLO_FUZZ_TARGET(bytes) {
  using namespace mlo;
  dvc::Config config;
  dvc::read_dvc_config(bytes, config);
  static_cast<void>(parse_lfs_pointer(bytes));
  if (bytes.starts_with('[')) {
    for (const dvc::DirEntry& entry : dvc::parse_dvc_directory(bytes, "x.dir"))
      fuzz::require(is_safe_relative(entry.path) && entry.md5.size() == 32);
  }
  for (const dvc::Out& out : dvc::parse_dvc_file(bytes, "a/b.dvc").outs)
    fuzz::require(is_safe_relative(out.path) && out.md5.size() == 32);
}
