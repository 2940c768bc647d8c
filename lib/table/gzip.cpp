#include "lib/table/gzip.hpp"

#include <zlib.h>

#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::table {
namespace {

class Inflater {
 public:
  Inflater() {
    constexpr int kGzipOnly = 16 + MAX_WBITS;
    MLO_ASSERT(::inflateInit2(&stream_, kGzipOnly) == Z_OK);
  }
  Inflater(const Inflater&) = delete;
  ~Inflater() { ::inflateEnd(&stream_); }

  /// Whether `bytes` are whole members, one after the other.
  bool accepts(std::string_view bytes) {
    std::vector<unsigned char> out(1U << 18U);
    bool whole = false;
    while (!bytes.empty()) {
      const std::string_view part = bytes.substr(0, 1U << 20U);
      bytes.remove_prefix(part.size());
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(part.data()));  // zlib does not write there
      stream_.avail_in = static_cast<uInt>(part.size());
      while (stream_.avail_in > 0) {
        if (whole && ::inflateReset(&stream_) != Z_OK) return false;
        stream_.next_out = out.data();
        stream_.avail_out = static_cast<uInt>(out.size());
        const int state = ::inflate(&stream_, Z_NO_FLUSH);
        if (state != Z_OK && state != Z_STREAM_END) return false;
        whole = state == Z_STREAM_END;
      }
    }
    // What is left of a member that still has output to give is part of it, not of the next.
    while (!whole) {
      stream_.next_out = out.data();
      stream_.avail_out = static_cast<uInt>(out.size());
      const int state = ::inflate(&stream_, Z_NO_FLUSH);
      if (state == Z_STREAM_END) return true;
      if (state != Z_OK) return false;
    }
    return true;
  }

 private:
  z_stream stream_{};
};

}  // namespace

void require_whole_gzip(const fs::path& path) {
  const MappedFile file(path);
  Inflater inflater;
  if (!file.bytes().empty() && inflater.accepts(file.bytes())) return;
  throw Error(ErrorKind::invalid,
              fmt::format("`{}` is cut or damaged: it is not whole gzip", printable(path.filename().native())));
}

}  // namespace mlo::table
