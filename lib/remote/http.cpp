#include "lib/remote/http.hpp"

#include "lib/net/http.hpp"
#include "lib/net/url.hpp"
#include "lib/remote/pack_reader.hpp"
#include "lib/util/error.hpp"
#include "lib/util/parallel.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

net::HttpOptions options_for(const World& world, const RemoteConfig& config) {
  net::HttpOptions options;
  options.ca_file = config.ca_file.empty() ? find_env(world.env, "CURL_CA_BUNDLE").value_or("") : config.ca_file;
  if (const auto home = find_env(world.env, "HOME")) options.netrc = fs::path(*home) / ".netrc";
  options.connections = config.connections_or(options.connections);
  options.bytes_per_second = config.bytes_per_second;
  return options;
}

class HttpPlace : public Place {
 public:
  HttpPlace(const World& world, const RemoteConfig& config, const net::Url& url)
      : base_(url.str()), options_(options_for(world, config)), client_(world, options_) {
    while (base_.ends_with('/')) base_.pop_back();
  }

  Glance glance() override {
    Glance out;
    out.format = find(std::string(kFormatFile));
    if (!out.format) return out;
    const auto indexes = find("indexes");
    for (const std::string_view line : split_lines(indexes ? *indexes : std::string_view())) {
      // Older remotes list them without their directory.
      for (std::string name : {std::string(line), std::string(kPacksAt) + std::string(line)}) {
        if (is_index_name(name)) out.files.push_back({std::move(name), 0});
      }
    }
    return out;
  }

  std::vector<char> have(const std::vector<std::string>& names) override {
    std::vector<char> out(names.size(), 0);
    parallel_for(names.size(), options_.connections, [&](std::size_t i) {
      out[i] = ask({.method = "HEAD", .url = url_of(names[i]), .follow = true}) ? 1 : 0;
    });
    return out;
  }

  std::optional<std::string> find(const std::string& name) override {
    return ask({.url = url_of(name), .follow = true});
  }

  bool get(const std::string& name, const std::optional<FileRange>& range, const FileTarget& target) override {
    return ask({.url = url_of(name), .range = range, .target = target, .follow = true}).has_value();
  }

  std::vector<File> list(const std::string& /*prefix*/) override { fail_read_only(); }
  bool is_empty() override { fail_read_only(); }
  void put(const std::string& /*name*/, std::string_view /*bytes*/) override { fail_read_only(); }
  void put_file(const std::string& /*name*/, const std::string& /*file*/, const Digest& /*digest*/,
                const Moved& /*moved*/) override {
    fail_read_only();
  }
  void replace(const std::string& /*name*/, std::string_view /*bytes*/) override { fail_read_only(); }
  void remove(const std::string& /*name*/) override { fail_read_only(); }
  void settle() override {}

  std::string where() const override { return base_; }
  std::string hint_if_absent() const override {
    return "it must show the files of a directory remote, `format` and `objects`";
  }
  bool is_read_only() const override { return true; }
  unsigned connections() const override { return options_.connections; }
  std::uint64_t request_cost() const override { return kHttpRequestCost; }

 private:
  [[noreturn]] static void fail_read_only() {
    throw Error(ErrorKind::remote, "what a web server shows can only be read")
        .hint("push to the place itself, by another remote");
  }

  std::string url_of(const std::string& name) const { return base_ + "/" + name; }

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

  std::string base_;
  net::HttpOptions options_;
  net::HttpClient client_;
};

bool accepts(std::string_view url) { return url.starts_with("http://") || url.starts_with("https://"); }

std::unique_ptr<Place> open(const World& world, const RemoteConfig& config, const fs::path& /*base*/) {
  const auto url = net::parse_url(config.url);
  if (!url) {
    throw Error(ErrorKind::config,
                fmt::format("remote `{}`: `{}` is not a URL that mlo takes", config.name, printable(config.url)))
        .hint("write it as `https://HOST/PATH`; a name and password belong into `~/.netrc`");
  }
  return std::make_unique<HttpPlace>(world, config, *url);
}

}  // namespace

RemoteKind http_remote() { return {"http", accepts, open}; }

}  // namespace mlo
