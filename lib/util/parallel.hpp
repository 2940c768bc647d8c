#pragma once
#include <cstddef>
#include <functional>

namespace mlo {

/// Calls `body(i)` once for every i < count on up to `threads` threads, in chunks of ascending indices, and returns
/// when all are done. An exception stops handing out work; that of the lowest index is rethrown here, which one thread
/// would have met too. With one thread or one item it runs in the caller's thread.
void parallel_for(std::size_t count, unsigned threads, const std::function<void(std::size_t)>& body);

}  // namespace mlo
