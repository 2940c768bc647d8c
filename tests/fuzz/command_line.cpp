#include "lib/capture/command_line.hpp"

#include <set>

#include "tests/fuzz/fuzz.hpp"

// Whatever the line is, it is read to its end: programs and images are words of it, each once.
MLO_FUZZ_TARGET(bytes) {
  using namespace mlo;
  const StartedPrograms started = started_programs(bytes);
  std::size_t length = 0;
  for (const auto* const list : {&started.programs, &started.images}) {
    fuzz::require(std::set<std::string>(list->begin(), list->end()).size() == list->size());
    for (const std::string& word : *list) length += word.size();
  }
  fuzz::require(length <= bytes.size());
  for (const std::string& program : started.programs)
    fuzz::require(!program.empty() && program.find_first_of("$`*?") == std::string::npos);
  for (const std::string& image : started.images) fuzz::require(image.find_first_of("$`") == std::string::npos);
}
