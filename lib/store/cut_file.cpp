#include "lib/store/cut_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "lib/crypto/sha256.hpp"
#include "lib/util/error.hpp"
#include "lib/util/parallel.hpp"

namespace mlo {
namespace {

/// What is read and cut while the bytes before it are hashed and stored.
constexpr std::size_t kBlock = 16U << 20U;

struct Window {
  std::string bytes = std::string(kPartSizes.most + kBlock, '\0');
  std::string_view fresh;               ///< what was read
  std::vector<std::string_view> parts;  ///< of what was left before and this
  std::string_view rest;                ///< too short to be cut before more is known
  bool last = false;
};

void fill(Window& window, std::string_view before, int fd, const fs::path& file) {
  char* const begin = window.bytes.data() + kPartSizes.most;
  std::size_t used = 0;
  while (used < kBlock) {
    const ssize_t n = ::read(fd, begin + used, kBlock - used);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("read", file.string());
    if (n == 0) break;
    used += static_cast<std::size_t>(n);
  }
  window.last = used < kBlock;
  window.fresh = {begin, used};
  std::copy(before.begin(), before.end(), begin - before.size());
  window.rest = {begin - before.size(), before.size() + used};
  window.parts.clear();
  while (window.last ? !window.rest.empty() : window.rest.size() >= kPartSizes.most) {
    window.parts.push_back(window.rest.substr(0, cut(window.rest, kPartSizes)));
    window.rest.remove_prefix(window.parts.back().size());
  }
}

}  // namespace

CutFile cut_file(int fd, const fs::path& file, unsigned threads,
                 const std::function<void(const Digest&, std::string_view)>& store) {
  ::posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  CutFile out;
  Sha256 whole;
  Window now, next;
  fill(now, {}, fd, file);
  for (;;) {
    const std::size_t first = out.parts.size();
    out.parts.resize(first + now.parts.size());
    parallel_for(now.parts.size() + 2, threads, [&](std::size_t i) {
      if (i == 0) {
        whole.update(now.fresh);
      } else if (i == 1) {
        if (!now.last) fill(next, now.rest, fd, file);
      } else {
        const std::string_view bytes = now.parts[i - 2];
        Part& part = out.parts[first + i - 2];
        part = {sha256(bytes), static_cast<std::uint32_t>(bytes.size())};
        store(part.id, bytes);
      }
    });
    out.size += now.fresh.size();
    if (now.last) break;
    std::swap(now, next);
  }
  out.id = whole.finish();
  return out;
}

}  // namespace mlo
