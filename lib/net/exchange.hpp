#pragma once
#include <exception>
#include <string>

#include "lib/net/handle_pool.hpp"

namespace mlo::net {

/// One attempt. What libcurl calls must not throw: failures of ours are kept in `failure`.
class Exchange {
 public:
  /// What several attempts at one request have in common.
  struct Attempts {
    explicit Attempts(const HttpRequest& request)
        : sent(request.body.moved), got(request.target ? request.target->moved : request.body.moved) {}
    std::uint64_t received = 0;  ///< bytes of the target that are there
    MovedOnce sent, got;
  };
  Exchange(HandlePool& pool, const HttpRequest& request, Attempts& attempts)
      : pool_(pool), api_(*pool.api), request_(request), attempts_(attempts), lease_(pool) {}
  ~Exchange() {
    api_.easy_reset(lease_.get());
    api_.slist_free_all(lines_);
  }

  CURLcode run();
  std::string_view message(CURLcode code) const { return *error_ != '\0' ? error_ : api_.easy_strerror(code); }

  HttpResponse response;

 private:
  template <class Option, class Argument>
  void set(Option option, Argument argument) {
    MLO_ASSERT(api_.easy_setopt(lease_.get(), option, argument) == CURLE_OK);
  }

  void set_up();
  std::chrono::seconds patience() const;
  void set_method();
  void set_headers();

  template <class Action>
  bool quietly(const Action& action) noexcept {
    try {
      action();
      return true;
    } catch (...) {
      failure_ = std::current_exception();
      return false;
    }
  }

  void take(std::string_view bytes);
  /// The first bytes of a download: do they go on where the last attempt ended?
  void begin(long status);
  static std::size_t on_body(char* data, std::size_t, std::size_t size, void* self) {
    auto& me = *static_cast<Exchange*>(self);
    return me.quietly([&] { me.take({data, size}); }) ? size : size + 1;
  }
  static std::size_t on_header(char* data, std::size_t, std::size_t size, void* self);
  /// The next bytes of what is sent.
  std::size_t give(char* to, std::size_t room);
  static std::size_t on_read(char* to, std::size_t, std::size_t room, void* self);
  static int on_seek(void* self, curl_off_t offset, int origin) {
    if (origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
    static_cast<Exchange*>(self)->sent_ = static_cast<std::uint64_t>(offset);
    return CURL_SEEKFUNC_OK;
  }
  static int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<Exchange*>(self)->pool_.world.stop.stop_requested() ? 1 : 0;
  }

  HandlePool& pool_;
  const CurlApi& api_;
  const HttpRequest& request_;
  Attempts& attempts_;
  HandlePool::Lease lease_;
  curl_slist* lines_ = nullptr;
  char error_[CURL_ERROR_SIZE] = {};
  std::exception_ptr failure_;
  std::uint64_t sent_ = 0;
  std::size_t header_bytes_ = 0;
  bool began_ = false;
};

}  // namespace mlo::net
