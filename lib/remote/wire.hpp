#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/remote/place.hpp"
#include "lib/util/error.hpp"

// What two mlo say to each other over ssh (schemas/README.md, "Over ssh"): frames of bounded length, each of a request.
namespace mlo::wire {

/// What the far end says first: a line.
inline constexpr std::string_view kHello = "mlo remote serve 2\n";
inline constexpr std::size_t kMaxPayload = std::size_t{1} << 20U;

/// Requests, one frame each, but for `put`, which `data` frames and one `end` follow.
enum class Kind : std::uint8_t {
  glance = 'g',
  list = 'l',      ///< prefix
  is_empty = 'e',  //
  have = 'h',      ///< names
  find = 'f',      ///< name
  get = 'r',       ///< name, one byte whether a range follows, offset, size
  put = 'p',       ///< name, SHA-256 of the bytes, their number if `data` is to say first how many are there, else 0
  replace = 'w',   ///< name, bytes
  remove = 'x',    ///< name
  settle = 's',    ///< names that were put over another connection, which was lost
  /// Answers: any number of `data`, then `end`, whose payload says yes or no where that is asked, or `failed`.
  data = 'd',
  end = '.',
  failed = '!',  ///< kind, message, hint
};

struct Frame {
  std::uint32_t id = 0;  ///< of the request
  Kind kind = Kind::end;
  std::string payload;
};

std::string encode(std::uint32_t id, Kind kind, std::string_view payload);

/// Cuts a stream of foreign bytes into frames.
class FrameReader {
 public:
  void add(std::string_view bytes) { bytes_ += bytes; }
  /// Nothing until there is a whole one. Error{remote} for what is no frame.
  std::optional<Frame> take();

 private:
  std::string bytes_;
  std::size_t at_ = 0;
};

/// Payloads. Reading one that is not what it should be is Error{remote}.
std::string encode_names(const std::vector<std::string>& names);
std::vector<std::string> decode_names(std::string_view payload);
std::string encode_files(const std::vector<Place::File>& files);
std::vector<Place::File> decode_files(std::string_view payload);
std::string encode_error(const Error& error);
Error decode_error(std::string_view payload);
struct Get {
  std::string name;
  std::optional<FileRange> range;
};
std::string encode_get(const Get& get);
Get decode_get(std::string_view payload);
struct Put {
  std::string name;
  Digest digest;
  std::uint64_t size = 0;  ///< if the far end is to say first how many of so many bytes it has
};
std::string encode_put(const Put& put);
Put decode_put(std::string_view payload);
/// A number of bytes.
std::string encode_count(std::uint64_t count);
std::uint64_t decode_count(std::string_view payload);
/// A name and what follows it.
std::string encode_named(std::string_view name, std::string_view bytes);
std::pair<std::string, std::string_view> decode_named(std::string_view payload);

/// Whether a remote has files of that name: nothing else is touched for a stranger.
bool is_name(std::string_view name);

}  // namespace mlo::wire
