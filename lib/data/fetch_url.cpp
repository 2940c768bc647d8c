#include "lib/data/fetch_url.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "lib/crypto/sha256.hpp"
#include "lib/data/fetch_s3.hpp"
#include "lib/net/http.hpp"
#include "lib/net/url.hpp"
#include "lib/util/error.hpp"
#include "lib/util/secrets.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

/// What a server says of a file.
struct Head {
  std::uint64_t size = 0;
  bool ranges = false;  ///< parts of it can be asked for
  DataOrigin origin;
};

void require_sendable(const std::string& url) {
  if (is_data_url(url)) return;
  const std::size_t host = url.find("://") + 3;
  const bool secret = url.substr(0, url.find('/', host)).find('@') != std::string::npos;
  Error error(ErrorKind::usage, fmt::format("`{}` is not a URL that mlo takes", printable(url)));
  if (secret)
    throw Error(ErrorKind::usage, "the URL holds a user or a password, which would be committed")
        .hint("put the host's name and password into `~/.netrc`");
  throw error.hint("write it as `https://HOST/PATH`, blanks as %20");
}

net::HttpOptions options_for(const World& world) {
  net::HttpOptions options;
  options.ca_file = find_env(world.env, "CURL_CA_BUNDLE").value_or("");
  if (const auto home = find_env(world.env, "HOME")) options.netrc = fs::path(*home) / ".netrc";
  return options;
}

[[noreturn]] void fail_status(const std::string& url, int status) {
  Error error(ErrorKind::remote, fmt::format("cannot get `{}`: the server answered {}", printable(url), status));
  if (status == 401 || status == 403) error.hint("put the host's name and password into `~/.netrc`");
  throw error;
}

void require_public(const std::string& url) {
  const std::string shown = text_without_secrets(url, TextKind::plain);
  if (shown == url) return;
  throw Error(ErrorKind::usage, fmt::format("`{}` holds a secret, which would be committed", printable(shown)))
      .hint(
          "get the file yourself, and type `mlo version-data add FILE`; or put the host's name and password into "
          "`~/.netrc`");
}

Head read_head(const std::string& url, const net::HttpResponse& response) {
  Head head;
  head.origin.url = url;
  head.origin.etag = printable(response.header("etag").value_or(""));
  head.origin.last_modified = printable(response.header("last-modified").value_or(""));
  head.size = parse_u64(response.header("content-length").value_or("")).value_or(0);
  head.ranges = response.header("accept-ranges") == "bytes";
  return head;
}

/// Asks "has it changed since?" where an answer can be told from "I do not know".
net::Headers condition(const DataOrigin* known) {
  if (known == nullptr) return {};
  if (!known->etag.empty()) return {{"If-None-Match", known->etag}};
  if (!known->last_modified.empty()) return {{"If-Modified-Since", known->last_modified}};
  return {};
}

/// Stores the loaded file, which goes if its bytes are not the expected ones.
Fetched store_fetched(const Workspace& workspace, const fs::path& file, const DataOrigin& origin,
                      const std::optional<Digest>& expected) {
  ObjectStore::Batch batch(workspace.store());
  const ObjectStore::Batch::Added added = batch.put_file(file);
  if (expected && added.id != *expected) {
    mlo::remove_file(file);
    throw Error(ErrorKind::remote,
                fmt::format("`{}` is not what was expected: its SHA-256 is {}", printable(origin.url), added.id.hex()))
        .hint("nothing was imported; is the digest that of this version?");
  }
  batch.commit();
  return Fetched{{TreeEntryKind::file, added.size, added.id, ""}, origin};
}

/// The file that grows while something comes, and stays for the next attempt if this one is cut: one for each URL and
/// what its server said of it.
class PartialFile {
 public:
  PartialFile(const Workspace& workspace, const std::string& url)
      : dir_(workspace.local() / "tmp"), prefix_(fmt::format("import-{}-", sha256(url).hex().substr(0, 16))) {
    make_dirs(dir_);
  }
  /// The files of other versions go.
  void open(const std::string& version, bool keep) {
    for (const DirEntry& entry : list_dir(dir_)) {
      if (entry.name.starts_with(prefix_) && entry.name != prefix_ + version) mlo::remove_file(dir_ / entry.name);
    }
    file_ = dir_ / (prefix_ + version);
    fd_ = UniqueFd(::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | (keep ? 0 : O_TRUNC), 0600));
    if (!fd_) throw_errno("create", file_.string());
  }
  void open(const std::string& etag, std::uint64_t size) {
    open(sha256(fmt::format("{}\n{}", etag, size)).hex().substr(0, 16), /*keep=*/true);
  }
  bool is_open() const { return static_cast<bool>(fd_); }
  std::uint64_t size() const { return stat_fd(fd_.get(), file_).size; }
  void empty() {
    if (::ftruncate(fd_.get(), 0) != 0) throw_errno("truncate", file_.string());
  }
  net::HttpTarget target(ProgressTask& task, std::uint64_t position) const {
    return {.fd = fd_.get(), .position = position, .path = file_, .moved = [&task](std::uint64_t bytes) {
              task.advance(bytes);
            }};
  }
  const fs::path& path() const { return file_; }
  void remove() const { mlo::remove_file(file_); }

 private:
  fs::path dir_, file_;
  std::string prefix_;
  UniqueFd fd_;
};

std::optional<Fetched> fetch_s3(const Workspace& workspace, const std::string& url, const DataOrigin* known,
                                const std::optional<Digest>& expected) {
  const S3Source source = open_s3_source(workspace, url);
  S3Client& client = *source.client;
  const std::string& key = source.key;
  World& world = workspace.world();
  const auto head = client.find_head(key);
  if (!head) throw Error(ErrorKind::remote, fmt::format("there is no `{}`", printable(url)));
  const DataOrigin origin{.url = url, .etag = printable(head->etag), .last_modified = printable(head->last_modified)};
  if (known != nullptr && !origin.etag.empty() && origin.etag == known->etag) return std::nullopt;
  PartialFile file(workspace, url);
  if (head->etag.empty())
    file.open("whole", /*keep=*/false);
  else
    file.open(head->etag, head->size);
  if (file.size() > head->size) file.empty();
  const std::uint64_t have = file.size();
  const auto task = world.progress.start("downloading " + url, ProgressUnit::bytes, head->size);
  task->advance(have);
  const bool got = have == head->size ||
                   client.get(key, file.target(*task, have), net::HttpRange{have, head->size - have}, head->etag);
  // A server may know no condition.
  const auto after = client.find_head(key);
  if (!got || !after || after->etag != head->etag || file.size() != head->size) {
    file.remove();
    fail_changed(url);
  }
  Fetched fetched = store_fetched(workspace, file.path(), origin, expected);
  file.remove();
  return fetched;
}

/// One attempt at a URL: the file that grows in the directory for what is on its way.
class Download {
 public:
  Download(const Workspace& workspace, const std::string& url)
      : world_(workspace.world()), url_(url), client_(world_, options_for(world_)), file_(workspace, url) {}

  /// Nothing if it is what `known` was.
  std::optional<Head> run(const DataOrigin* known) {
    net::HttpResponse response =
        client_.send({.method = "HEAD", .url = url_, .headers = condition(known), .follow = true});
    if (response.status == 304) return std::nullopt;
    if (response.status == 404 || response.status == 410) fail_status(url_, response.status);
    if (response.status != 200) return load_whole(condition(known));  // a server that knows GET alone
    const Head head = read_head(url_, response);
    if (known != nullptr && !head.origin.etag.empty() && head.origin.etag == known->etag) return std::nullopt;
    const bool exact = head.ranges && head.size != 0 && head.origin.etag.starts_with('"');
    if (!exact) return load_whole(condition(known));
    file_.open(head.origin.etag, head.size);
    const std::uint64_t have = file_.size();
    if (have == head.size) return head;
    if (have != 0 && have < head.size && load_rest(head, have)) return head;
    return load_whole({{"If-Match", head.origin.etag}});
  }

  const PartialFile& file() const { return file_; }

 private:
  bool load_rest(const Head& head, std::uint64_t have) {
    const auto task = world_.progress.start("downloading " + url_, ProgressUnit::bytes, head.size);
    task->advance(have);
    try {
      const net::HttpResponse response = client_.send({.url = url_,
                                                       .headers = {{"If-Match", head.origin.etag}},
                                                       .range = net::HttpRange{have, head.size - have},
                                                       .target = file_.target(*task, have),
                                                       .follow = true});
      return response.status == 206 && file_.size() == head.size;
    } catch (const Error& error) {
      if (!net::is_remote_failure(error.kind())) throw;
      return false;
    }
  }

  std::optional<Head> load_whole(const net::Headers& headers) {
    if (!file_.is_open()) file_.open("whole", /*keep=*/false);
    file_.empty();
    const auto task = world_.progress.start("downloading " + url_, ProgressUnit::bytes, 0);
    const net::HttpResponse response =
        client_.send({.url = url_, .headers = headers, .target = file_.target(*task, 0), .follow = true});
    if (response.status == 304) return std::nullopt;
    if (response.status == 412) {
      file_.open("whole", /*keep=*/false);  // it has just become another one
      return load_whole({});
    }
    if (response.status != 200 && response.status != 206) {
      file_.remove();
      fail_status(url_, response.status);
    }
    return read_head(url_, response);
  }

  World& world_;
  const std::string& url_;
  net::HttpClient client_;
  PartialFile file_;
};

}  // namespace

bool is_data_url(std::string_view text) {
  const std::size_t query = std::min(text.find('?'), text.size());
  const std::string_view rest = text.substr(query);
  const bool plain = std::all_of(rest.begin(), rest.end(), [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && c != 0x7F && c != '#' && c != '\\';
  });
  return plain && net::parse_url(text.substr(0, query)).has_value();
}

std::optional<Fetched> fetch_url(const Workspace& workspace, const std::string& url, const DataOrigin* known,
                                 const std::optional<Digest>& expected) {
  const bool s3 = is_s3_url(url);
  if (!s3) require_sendable(url);
  if (known == nullptr) require_public(url);
  const LockFile lock = LockFile::acquire(workspace.local() / "locks" / "imports", "mlo version-data import",
                                          std::chrono::seconds(60), workspace.world());
  if (s3 && url.ends_with('/')) {
    if (expected) throw Error(ErrorKind::usage, "a directory has no SHA-256 of its bytes");
    return fetch_s3_directory(workspace, url, known);
  }
  if (s3) return fetch_s3(workspace, url, known, expected);
  Download download(workspace, url);
  const auto head = download.run(known);
  if (!head) return std::nullopt;
  Fetched fetched = store_fetched(workspace, download.file().path(), head->origin, expected);
  download.file().remove();
  return fetched;
}

}  // namespace mlo
