#include "lib/net/curl_api.hpp"

#include <dlfcn.h>

#include "lib/util/error.hpp"

namespace mlo::net {
namespace {

template <class Function>
void bind(void* library, const char* name, Function& function) {
  void* const symbol = ::dlsym(library, name);
  if (symbol == nullptr) {
    throw Error(ErrorKind::config, fmt::format("`libcurl.so.4` is not one that mlo can use: it has no `{}`", name))
        .hint("install libcurl 7.85 or later");
  }
  std::memcpy(&function, &symbol, sizeof symbol);
}

}  // namespace

std::unique_ptr<const CurlApi> load_curl() {
  void* library = nullptr;
  for (const char* name : {"libcurl.so.4", "libcurl-gnutls.so.4"}) {
    // Never unloaded: its threads and those of its TLS library may outlive any one client.
    if ((library = ::dlopen(name, RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE)) != nullptr) break;
  }
  if (library == nullptr) {
    throw Error(ErrorKind::config, "cannot open `libcurl.so.4`, which remotes over the network need")
        .hint("install it: `apt install libcurl4`, or your system's package of libcurl");
  }
  auto api = std::make_unique<CurlApi>();
#define MLO_CURL_BIND(name) bind(library, "curl_" #name, api->name);
  MLO_CURL_FUNCTIONS(MLO_CURL_BIND)
#undef MLO_CURL_BIND
  if (api->global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) throw Error(ErrorKind::io, "cannot start libcurl");
  return api;
}

}  // namespace mlo::net
