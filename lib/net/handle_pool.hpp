#pragma once
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "lib/net/curl_api.hpp"
#include "lib/net/http.hpp"
#include "lib/util/error.hpp"
#include "lib/util/throttle.hpp"

namespace mlo::net {

/// The handles, each with its connections; at most `connections` are out at once.
class HandlePool {
 public:
  HandlePool(const World& w, HttpOptions o)
      : world(w),
        options(std::move(o)),
        api(load_curl()),
        in(world, options.bytes_per_second),
        out(world, options.bytes_per_second) {}
  ~HandlePool() {
    for (CURL* handle : idle_) api->easy_cleanup(handle);
  }

  class Lease {
   public:
    explicit Lease(HandlePool& pool) : pool_(pool), handle_(pool.take()) {}
    Lease(const Lease&) = delete;
    ~Lease() { pool_.give(handle_); }
    CURL* get() const { return handle_; }

   private:
    HandlePool& pool_;
    CURL* handle_;
  };

  const World& world;
  const HttpOptions options;
  const std::unique_ptr<const CurlApi> api;
  Throttle in, out;  ///< of all handles together

 private:
  CURL* take() {
    std::unique_lock lock(mutex_);
    if (!freed_.wait(lock, world.stop, [&] { return out_ < options.connections; })) check_stop(world);
    CURL* handle = nullptr;
    if (idle_.empty()) {
      handle = api->easy_init();
    } else {
      handle = idle_.back();
      idle_.pop_back();
    }
    if (handle == nullptr) throw Error(ErrorKind::io, "cannot start a transfer: libcurl has no memory");
    ++out_;
    return handle;
  }
  void give(CURL* handle) {
    {
      const std::lock_guard lock(mutex_);
      idle_.push_back(handle);
      --out_;
    }
    freed_.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable_any freed_;
  std::vector<CURL*> idle_;
  unsigned out_ = 0;
};

}  // namespace mlo::net
