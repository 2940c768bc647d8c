#include "lib/remote/serve.hpp"

#include <unistd.h>

#include <cerrno>
#include <map>

#include "lib/remote/dir_place.hpp"
#include "lib/remote/wire.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

using wire::Kind;

/// More files at once nobody needs to send.
constexpr std::size_t kMaxIncoming = 256;

class Server {
 public:
  Server(const World& world, const fs::path& dir, int out) : world_(world), place_(world, dir), out_(out) {}
  Server(const Server&) = delete;
  /// Whoever sent them is gone, and may come back.
  ~Server() {
    for (auto& [id, incoming] : incoming_) incoming.keep();
  }

  void handle(const wire::Frame& frame) {
    try {
      answer(frame);
    } catch (const Error& error) {
      incoming_.erase(frame.id);
      send(frame.id, Kind::failed, wire::encode_error(error));
    }
  }

 private:
  void answer(const wire::Frame& frame) {
    switch (frame.kind) {
      case Kind::glance: {
        const Place::Glance glance = place_.glance();
        send_all(frame.id, wire::encode_named(glance.format.value_or(""), wire::encode_files(glance.files)));
        return yes(frame.id, glance.format.has_value());
      }
      case Kind::list:
        if (frame.payload != kObjectsAt && frame.payload != kPacksAt && frame.payload != kIndexesAt) refuse();
        send_all(frame.id, wire::encode_files(place_.list(frame.payload)));
        return yes(frame.id, true);
      case Kind::is_empty:
        return yes(frame.id, place_.is_empty());
      case Kind::have: {
        const std::vector<std::string> names = wire::decode_names(frame.payload);
        for (const std::string& name : names) checked(name);
        const std::vector<char> have = place_.have(names);
        send_all(frame.id, std::string_view(have.data(), have.size()));
        return yes(frame.id, true);
      }
      case Kind::find: {
        const auto bytes = place_.find(checked(frame.payload));
        if (bytes) send_all(frame.id, *bytes);
        return yes(frame.id, bytes.has_value());
      }
      case Kind::get:
        return get(frame.id, wire::decode_get(frame.payload));
      case Kind::put: {
        const wire::Put put = wire::decode_put(frame.payload);
        if (incoming_.size() >= kMaxIncoming) throw Error(ErrorKind::remote, "too many files at once");
        const auto [it, is_new] = incoming_.try_emplace(frame.id, place_, checked(put.name), put.digest, put.size);
        if (!is_new) refuse();
        if (put.size != 0) send(frame.id, Kind::data, wire::encode_count(it->second.there()));
        return;
      }
      case Kind::data:
        if (const auto it = incoming_.find(frame.id); it != incoming_.end()) it->second.add(frame.payload);
        return;
      case Kind::end:
        if (const auto it = incoming_.find(frame.id); it != incoming_.end()) {
          it->second.publish();
          incoming_.erase(it);
          yes(frame.id, true);
        }
        return;
      case Kind::replace: {
        const auto [name, bytes] = wire::decode_named(frame.payload);
        place_.replace(checked(name), bytes);
        return yes(frame.id, true);
      }
      case Kind::remove:
        place_.remove(checked(frame.payload));
        return yes(frame.id, true);
      case Kind::settle:
        for (const std::string& name : wire::decode_names(frame.payload)) adopt(checked(name));
        place_.settle();
        return yes(frame.id, true);
      case Kind::failed:
        break;
    }
    refuse();
  }

  [[noreturn]] static void refuse() { throw Error(ErrorKind::remote, "a request that mlo does not know"); }

  static const std::string& checked(const std::string& name) {
    if (!wire::is_name(name))
      throw Error(ErrorKind::remote, fmt::format("`{}` is no file of a remote", printable(name)));
    return name;
  }

  /// What another server took in, whose connection was lost. Packs and objects are never removed.
  void adopt(const std::string& name) {
    const bool stays = name.starts_with(kPacksAt) || name.starts_with(kObjectsAt);
    if (stays && place_.have({name}).front() == 0)
      throw Error(ErrorKind::remote, fmt::format("`{}` was put and is gone again", name)).hint("try again");
    place_.note(name);
  }

  void get(std::uint32_t id, const wire::Get& get) {
    const bool there = place_.read(checked(get.name), get.range, [&](std::uint64_t, std::string_view bytes) {
      check_stop(world_);
      send_all(id, bytes);
    });
    yes(id, there);
  }

  void send(std::uint32_t id, Kind kind, std::string_view payload) {
    write_all(out_, wire::encode(id, kind, payload), "stdout");
  }
  void send_all(std::uint32_t id, std::string_view bytes) {
    for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), wire::kMaxPayload)))
      send(id, Kind::data, bytes.substr(0, wire::kMaxPayload));
  }
  void yes(std::uint32_t id, bool truth) { send(id, Kind::end, truth ? "1" : "0"); }

  const World& world_;
  DirPlace place_;
  const int out_;
  std::map<std::uint32_t, DirPlace::Incoming> incoming_;
};

}  // namespace

void serve_place(const World& world, const fs::path& dir, int in, int out) {
  Server server(world, dir, out);
  write_all(out, wire::kHello, "stdout");
  wire::FrameReader frames;
  for (std::string buffer(256U << 10U, '\0');;) {
    const ssize_t n = ::read(in, buffer.data(), buffer.size());
    check_stop(world);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("read", "stdin");
    if (n == 0) return;
    frames.add(std::string_view(buffer).substr(0, static_cast<std::size_t>(n)));
    while (const auto frame = frames.take()) server.handle(*frame);
  }
}

}  // namespace mlo
