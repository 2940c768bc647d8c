#include "lib/remote/aws_profile.hpp"

#include "tests/fuzz/fuzz.hpp"

// `~/.aws/config` as anybody may have edited it.
MLO_FUZZ_TARGET(bytes) {
  for (const char* section : {"default", "profile dev", ""}) {
    for (const auto& profile : {mlo::read_aws_section(bytes, section), mlo::read_aws_nested(bytes, section, "sts")}) {
      for (const auto& [key, value] : profile) {
        mlo::fuzz::require(key.find('\n') == std::string::npos && value.find('\n') == std::string::npos);
        mlo::fuzz::require(key.size() + value.size() <= bytes.size());
      }
    }
  }
}
