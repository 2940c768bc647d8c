#include "lib/remote/xml.hpp"

#include "tests/fuzz/fuzz.hpp"

// What S3 answers.
MLO_FUZZ_TARGET(bytes) {
  for (const char* tag : {"Contents", "Key", "Size", "Code", "Upload", "IsTruncated"}) {
    for (const std::string_view element : mlo::xml_elements(bytes, tag)) {
      mlo::fuzz::require(element.data() >= bytes.data() &&
                         element.data() + element.size() <= bytes.data() + bytes.size());
      mlo::fuzz::require(mlo::xml_text(element, "Key").size() <= element.size());
    }
  }
}
