#include "lib/net/curl_api.hpp"

#include "lib/util/error.hpp"
#include "lib/util/shared_library.hpp"

namespace mlo::net {

std::unique_ptr<const CurlApi> load_curl() {
  const SharedLibrary library({"libcurl.so.4", "libcurl-gnutls.so.4"});
  if (!library.is_open()) {
    throw Error(ErrorKind::config, "cannot open `libcurl.so.4`, which remotes over the network need")
        .hint("install it: `apt install libcurl4`, or your system's package of libcurl");
  }
  auto api = std::make_unique<CurlApi>();
#define MLO_CURL_BIND(name) library.bind("curl_" #name, "install libcurl 7.85 or later", api->name);
  MLO_CURL_FUNCTIONS(MLO_CURL_BIND)
#undef MLO_CURL_BIND
  if (api->global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) throw Error(ErrorKind::io, "cannot start libcurl");
  return api;
}

}  // namespace mlo::net
