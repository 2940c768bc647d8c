#include "lib/remote/ssh.hpp"

#include <unistd.h>

#include <cerrno>
#include <map>
#include <mutex>

#include "lib/crypto/sha256.hpp"
#include "lib/git/repository.hpp"
#include "lib/remote/ssh_line.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

using wire::Kind;

constexpr std::string_view kScheme = "ssh://";
constexpr std::size_t kNamesAtOnce = 4096;
constexpr unsigned kConnections = 8;

class SshPlace : public Place {
 public:
  SshPlace(const World& world, const RemoteConfig& config, const SshUrl& url, std::vector<std::string> argv)
      : url_(config.url),
        connections_(config.connections_or(kConnections)),
        in_(world, config.bytes_per_second),
        out_(world, config.bytes_per_second),
        far_(world, std::move(argv), url.host, in_, out_) {}

  Glance glance() override {
    const auto answer = ask(Kind::glance, {});
    auto [format, files] = wire::decode_named(answer.bytes);
    Glance out{.files = wire::decode_files(files), .format = {}};
    if (answer.yes) out.format = std::move(format);
    return out;
  }
  std::vector<File> list(const std::string& prefix) override {
    return wire::decode_files(ask(Kind::list, prefix).bytes);
  }
  bool is_empty() override { return ask(Kind::is_empty, {}).yes; }

  std::vector<char> have(const std::vector<std::string>& names) override {
    std::string all;
    for (std::size_t at = 0; at < names.size(); at += kNamesAtOnce)
      all += ask(Kind::have, wire::encode_names(some_of(names, at))).bytes;
    if (all.size() != names.size()) throw Error(ErrorKind::remote, "the other end answers something else");
    return {all.begin(), all.end()};
  }

  std::optional<std::string> find(const std::string& name) override {
    auto answer = ask(Kind::find, name);
    return answer.yes ? std::optional(std::move(answer.bytes)) : std::nullopt;
  }
  bool get(const std::string& name, const std::optional<FileRange>& range, const FileTarget& target) override {
    MovedOnce moved(target.moved);
    return far_.run([&](SshConnection& far, unsigned) {
      std::uint64_t got = 0;
      FileTarget to = target;
      to.moved = [&](std::uint64_t bytes) { moved.reach(got += bytes); };
      return far.ask(Kind::get, wire::encode_get({name, range}), &to, range ? range->size : UINT64_MAX).yes;
    });
  }

  void put(const std::string& name, std::string_view bytes) override {
    send({name, sha256(bytes), 0}, [&](std::uint64_t offset) {
      return bytes.substr(std::min<std::uint64_t>(offset, bytes.size()), wire::kMaxPayload);
    });
  }
  void put_file(const std::string& name, const std::string& file, const Digest& digest, const Moved& moved) override {
    const UniqueFd fd = open_read(file);
    std::string buffer(wire::kMaxPayload, '\0');
    MovedOnce once(moved);
    const std::uint64_t size = stat_fd(fd.get(), file).size;
    const wire::Put put{name, digest, size > kInPieces && name.starts_with(kObjectsAt) ? size : 0};
    send(put, [&](std::uint64_t offset) {
      once.reach(offset);
      ssize_t n = 0;
      do n = ::pread(fd.get(), buffer.data(), buffer.size(), static_cast<off_t>(offset));
      while (n < 0 && errno == EINTR);
      if (n < 0) throw_errno("read", file);
      return std::string_view(buffer).substr(0, static_cast<std::size_t>(n));
    });
  }
  void replace(const std::string& name, std::string_view bytes) override {
    ask(Kind::replace, wire::encode_named(name, bytes));
  }
  void remove(const std::string& name) override { ask(Kind::remove, name); }
  void settle() override {
    std::map<std::string, unsigned> put;
    {
      const std::lock_guard lock(mutex_);
      put = std::exchange(put_, {});
    }
    far_.run([&](SshConnection& far, unsigned number) {
      // Who took them in is gone, and the one who is there now does not know of them.
      std::vector<std::string> names;
      for (const auto& [name, by] : put) {
        if (by != number) names.push_back(name);
      }
      for (std::size_t at = 0; at < names.size(); at += kNamesAtOnce)
        far.ask(Kind::settle, wire::encode_names(some_of(names, at)));
      far.ask(Kind::settle, {});
    });
  }

  std::string where() const override { return url_; }
  std::string hint_if_absent() const override { return "correct the path"; }
  unsigned connections() const override { return connections_; }
  std::uint64_t request_cost() const override { return kHttpRequestCost; }

 private:
  static std::vector<std::string> some_of(const std::vector<std::string>& names, std::size_t at) {
    const auto begin = names.begin() + static_cast<std::ptrdiff_t>(at);
    const auto end = names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), at + kNamesAtOnce));
    return {begin, end};
  }
  SshConnection::Answer ask(Kind kind, std::string_view payload) {
    return far_.run([&](SshConnection& far, unsigned) { return far.ask(kind, payload); });
  }
  void send(const wire::Put& put, const SshConnection::Source& read) {
    std::uint64_t began = 0;  ///< behind how many bytes that were there
    const auto once = [&] {
      return far_.run([&](SshConnection& far, unsigned number) {
        began = 0;
        far.put(put, [&, is_first = true](std::uint64_t offset) mutable {
          if (std::exchange(is_first, false)) began = offset;
          return read(offset);
        });
        return number;
      });
    };
    unsigned by = 0;
    try {
      by = once();
    } catch (const Error& error) {
      // What was there may be damaged; it is gone now.
      if (error.kind() != ErrorKind::corrupt || began == 0) throw;
      by = once();
    }
    const std::lock_guard lock(mutex_);
    put_[put.name] = by;
  }

  const std::string url_;
  const unsigned connections_;
  Throttle in_, out_;
  SshLine far_;
  std::mutex mutex_;
  std::map<std::string, unsigned> put_;  ///< since the last `settle`, and over which connection
};

/// A host or a port that ssh takes for nothing else.
bool is_plain(std::string_view text) {
  return !text.empty() && text.front() != '-' && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._-@:%+").find(c) != std::string_view::npos;
  });
}

/// As git would: the remote's own, GIT_SSH_COMMAND, core.sshCommand, GIT_SSH, ssh.
std::vector<std::string> ssh_program(const World& world, const RemoteConfig& config, const fs::path& base) {
  std::string command = config.ssh_command;
  if (command.empty()) command = find_env(world.env, "GIT_SSH_COMMAND").value_or("");
  if (command.empty() && find_stat(base / ".git")) {
    if (const auto repository = git::Repository::discover(base, world.env))
      command = repository->config("core.sshCommand").value_or("");
  }
  if (!command.empty()) return {"sh", "-c", command + " \"$@\"", command};
  if (const auto program = find_env(world.env, "GIT_SSH"); program && !program->empty()) return {*program};
  // A network that went away is noticed after a minute.
  return {"ssh", "-o", "ServerAliveInterval=20"};
}

std::vector<std::string> command_line(const World& world, const RemoteConfig& config, const SshUrl& url,
                                      const fs::path& base) {
  std::vector<std::string> argv = ssh_program(world, config, base);
  if (!url.port.empty()) argv.insert(argv.end(), {"-p", url.port});
  const std::string mlo = config.far_mlo.empty() ? "mlo" : config.far_mlo;
  const std::string path = url.path.starts_with('-') ? "./" + url.path : url.path;
  argv.insert(argv.end(), {url.host, fmt::format("exec {} remote serve {}", shell_quote(mlo), shell_quote(path))});
  return argv;
}

bool accepts(std::string_view url) {
  if (url.starts_with(kScheme)) return true;
  const std::size_t colon = url.find(':');
  return url.find("://") == std::string_view::npos && colon != std::string_view::npos && url.find('/') > colon;
}

std::unique_ptr<Place> open(const World& world, const RemoteConfig& config, const fs::path& base) {
  const auto url = parse_ssh_url(config.url);
  if (!url) {
    throw Error(ErrorKind::config, fmt::format("`{}` is not a place behind ssh", printable(config.url)))
        .hint("write it as `ssh://USER@HOST:PORT/PATH` or `USER@HOST:PATH`");
  }
  return std::make_unique<SshPlace>(world, config, *url, command_line(world, config, *url, base));
}

}  // namespace

std::optional<SshUrl> parse_ssh_url(std::string_view text) {
  SshUrl url;
  if (text.starts_with(kScheme)) {
    text.remove_prefix(kScheme.size());
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    std::string_view host = text.substr(0, slash);
    url.path = text.substr(slash);
    const std::size_t bracket = host.find(']');
    const std::size_t colon = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
    if (colon != std::string_view::npos) {
      url.port = host.substr(colon + 1);
      host = host.substr(0, colon);
      const auto port = parse_u64(url.port);
      if (!port || *port == 0 || *port > 65535) return std::nullopt;
    }
    url.host = host;
    if (url.path.starts_with("/~/")) url.path.erase(0, 3);
  } else {
    const std::size_t bracket = text.find(']');
    const std::size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
    if (colon == std::string_view::npos) return std::nullopt;
    url.host = text.substr(0, colon);
    url.path = text.substr(colon + 1);
    if (url.path.starts_with("~/")) url.path.erase(0, 2);
  }
  // [::1]: the brackets are the URL's.
  const std::size_t open = url.host.find('[');
  if (open != std::string::npos && url.host.ends_with(']'))
    url.host = url.host.substr(0, open) + url.host.substr(open + 1, url.host.size() - open - 2);
  const bool bad = !is_plain(url.host) || url.host.find("@-") != std::string::npos || url.host.ends_with('@') ||
                   url.path.empty() || url.path == "/" || printable(url.path) != url.path;
  return bad ? std::nullopt : std::optional(url);
}

RemoteKind ssh_remote() { return {"ssh", accepts, open}; }

}  // namespace mlo
