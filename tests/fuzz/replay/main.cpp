#include <cstdint>
#include <cstdio>
#include <string>

#include "lib/util/fs.hpp"

// Without libFuzzer: feeds each target its corpus, every beginning of each input, and each input with one byte changed.
#define FUZZ_TARGET(name) extern "C" int fuzz_##name(const std::uint8_t* data, std::size_t size);
#include "fuzz_targets.def"
#undef FUZZ_TARGET

namespace {

using Target = int (*)(const std::uint8_t*, std::size_t);

void feed(Target target, const std::string& bytes) {
  target(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

void replay(const std::string& name, Target target, const mlo::fs::path& corpus) {
  feed(target, "");
  if (!mlo::find_stat(corpus / name)) return;
  for (const mlo::DirEntry& entry : mlo::list_dir(corpus / name)) {
    const std::string seed = mlo::read_file(corpus / name / entry.name);
    feed(target, seed);
    const std::size_t step = seed.size() / 400 + 1;
    for (std::size_t i = 0; i < seed.size(); i += step) {
      feed(target, seed.substr(0, i));
      for (const char with : {'\0', '\xFF', '-', '9'}) {
        std::string changed = seed;
        changed[i] = with;
        feed(target, changed);
      }
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
#define FUZZ_TARGET(name) \
  std::puts(#name);       \
  replay(#name, fuzz_##name, argv[1]);
#include "fuzz_targets.def"
}
