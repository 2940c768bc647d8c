#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "lib/util/bytes.hpp"

namespace mlo {

/// 32 hex digits: what S3 calls a part by, no proof of anything. Nothing where MD5 is forbidden (FIPS).
std::optional<std::string> md5_hex(Bytes bytes);

/// The same of bytes that come in pieces. Error{config} where MD5 is forbidden. One thread at a time.
class Md5 {
 public:
  Md5();
  Md5(const Md5&) = delete;
  ~Md5();
  void update(std::string_view bytes);
  /// 32 hex digits; afterwards the object is of no use.
  std::string finish();

 private:
  void* state_;
};

}  // namespace mlo
