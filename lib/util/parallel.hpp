#pragma once
#include <cstddef>
#include <functional>

namespace mlo {

/// Calls `body(i)` once for every i < count on up to `threads` threads, in chunks of ascending indices, and returns
/// when all are done. An exception stops handing out work; that of the lowest index is rethrown here, which one thread
/// would have met too. With one thread or one item it runs in the caller's thread.
void parallel_for(std::size_t count, unsigned threads, const std::function<void(std::size_t)>& body);

/// Threads for work that opens many small files, on a machine of `threads`: a disk answers many at once, and one that
/// waits leaves its core to others.
unsigned reading_threads(unsigned threads);

}  // namespace mlo
