#include "lib/remote/http.hpp"

#include "lib/net/http.hpp"
#include "lib/net/url.hpp"
#include "lib/remote/pack_reader.hpp"
#include "lib/store/object_store.hpp"
#include "lib/util/error.hpp"
#include "lib/util/parallel.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

net::HttpOptions options_for(const World& world, const RemoteConfig& config) {
  net::HttpOptions options;
  options.ca_file = config.ca_file.empty() ? find_env(world.env, "CURL_CA_BUNDLE").value_or("") : config.ca_file;
  if (const auto home = find_env(world.env, "HOME")) options.netrc = fs::path(*home) / ".netrc";
  if (config.connections != 0) options.connections = static_cast<unsigned>(config.connections);
  options.bytes_per_second = config.bytes_per_second;
  return options;
}

class HttpRemote : public Remote {
 public:
  HttpRemote(const World& world, const RemoteConfig& config, const net::Url& url, const fs::path& base)
      : name_(config.name),
        base_(url.str()),
        options_(options_for(world, config)),
        client_(world, options_),
        packs_(
            world, config.name, base,
            [this](const std::string& file, const std::optional<net::HttpRange>& range, const net::HttpTarget& to) {
              return ask({.url = base_ + "/" + file, .range = range, .target = to, .follow = true}).has_value();
            },
            options_.connections) {
    while (base_.ends_with('/')) base_.pop_back();
  }

  std::vector<Digest> find_missing(const std::vector<Digest>& ids) override {
    return in_the_name_of(name_, [&] {
      require_format();
      load_packs();
      std::vector<char> has(ids.size(), 0);
      parallel_for(ids.size(), options_.connections, [&](std::size_t i) {
        has[i] = packs_.has(ids[i]) || ask({.method = "HEAD", .url = url_of(ids[i]), .follow = true}) ? 1 : 0;
      });
      std::vector<Digest> missing;
      for (std::size_t i = 0; i < ids.size(); ++i) {
        if (has[i] == 0) missing.push_back(ids[i]);
      }
      packs_.expect(ids);
      return missing;
    });
  }

  bool get(const Digest& id, int fd, const fs::path& target) override {
    return in_the_name_of(name_, [&] {
      {
        const std::lock_guard lock(mutex_);
        if (!packs_.is_loaded()) {
          require_format();
          load_packs();
        }
      }
      if (packs_.has(id)) return packs_.get(id, fd, target);
      return ask({.url = url_of(id), .target = net::HttpTarget{.fd = fd, .path = target}, .follow = true}).has_value();
    });
  }

  /// A place that somebody else fills.
  void init() override {
    in_the_name_of(name_, [&] { require_format(); });
  }
  void check() override { init(); }
  void put_file(const Digest& /*id*/, const fs::path& /*file*/) override { fail_read_only(); }
  void put_bytes(const Digest& /*id*/, std::string_view /*bytes*/) override { fail_read_only(); }
  void flush() override {}
  const std::string& name() const override { return name_; }
  unsigned connections() const override { return options_.connections; }

 private:
  [[noreturn]] void fail_read_only() const {
    throw Error(ErrorKind::remote, fmt::format("remote `{}`: what a web server shows can only be read", name_))
        .hint("push to the place itself, by another remote");
  }

  std::string url_of(const Digest& id) const { return base_ + "/objects/" + ObjectStore::relative_path(id); }

  /// Nothing if there is no such file.
  std::optional<std::string> ask(const net::HttpRequest& request) {
    net::HttpResponse response = client_.send(request);
    if (response.status == 404 || response.status == 410) return std::nullopt;
    if (response.status == 200 || response.status == 206) return std::move(response.body);
    Error error(ErrorKind::remote, fmt::format("`{}` answered {}", request.url, response.status));
    if (response.status == 401 || response.status == 403)
      error.hint("put the host's name and password into `~/.netrc`");
    throw error;
  }

  /// What a push there merges disappears: then the list is a new one.
  void load_packs() {
    for (const bool again : {true, false}) {
      try {
        std::vector<Digest> names;
        const auto list = ask({.url = base_ + "/indexes", .follow = true});
        for (const std::string_view line : split_lines(list ? *list : std::string_view())) {
          if (const auto name = index_name(line)) names.push_back(*name);
        }
        return packs_.load(names);
      } catch (const Error& error) {
        if (!again || error.kind() != ErrorKind::remote) throw;
      }
    }
  }

  void require_format() {
    check_remote_format(name_, base_, ask({.url = base_ + "/format", .follow = true}),
                        "it must show the files of a directory remote, `format` and `objects`");
  }

  std::string name_, base_;
  net::HttpOptions options_;
  net::HttpClient client_;
  std::mutex mutex_;  ///< of loading packs
  PackReader packs_;
};

bool accepts(std::string_view url) { return url.starts_with("http://") || url.starts_with("https://"); }

std::unique_ptr<Remote> open(const World& world, const RemoteConfig& config, const fs::path& base) {
  const auto url = net::parse_url(config.url);
  if (!url) {
    throw Error(ErrorKind::config,
                fmt::format("remote `{}`: `{}` is not a URL that mlo takes", config.name, printable(config.url)))
        .hint("write it as `https://HOST/PATH`; a name and password belong into `~/.netrc`");
  }
  return std::make_unique<HttpRemote>(world, config, *url, base);
}

}  // namespace

RemoteKind http_remote() { return {"http", accepts, open}; }

}  // namespace mlo
