#pragma once
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

#include <memory>

// The part of libcurl that lib/net calls, found when first needed: linking it would load two dozen libraries at every
// start.
namespace mlo::net {

#define MLO_CURL_FUNCTIONS(X) \
  X(global_init)              \
  X(easy_init)                \
  X(easy_cleanup)             \
  X(easy_reset)               \
  X(easy_setopt)              \
  X(easy_perform)             \
  X(easy_getinfo)             \
  X(easy_strerror)            \
  X(slist_append)             \
  X(slist_free_all)

struct CurlApi {
#define MLO_CURL_MEMBER(name) decltype(&curl_##name) name = nullptr;
  MLO_CURL_FUNCTIONS(MLO_CURL_MEMBER)
#undef MLO_CURL_MEMBER
};

/// Opens the system's libcurl; it stays loaded. Error{config} that says how to get it if there is none.
std::unique_ptr<const CurlApi> load_curl();

}  // namespace mlo::net
