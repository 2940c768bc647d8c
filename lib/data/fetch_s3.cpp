#include "lib/data/fetch_s3.hpp"

#include "lib/crypto/sha256.hpp"
#include "lib/data/ignore.hpp"
#include "lib/store/staging.hpp"
#include "lib/store/tree_builder.hpp"
#include "lib/util/error.hpp"
#include "lib/util/parallel.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::string_view kS3 = "s3://";

/// The objects below a prefix, but for the empty ones by which some programs mark a directory.
std::vector<S3Client::Object> list_below(S3Client& client, const std::string& prefix) {
  std::vector<S3Client::Object> objects;
  std::string next;
  do {
    S3Client::Page page = client.list(prefix, next);
    for (S3Client::Object& object : page.objects) {
      if (!object.key.starts_with(prefix) || (object.key.ends_with('/') && object.size == 0)) continue;
      objects.push_back(std::move(object));
    }
    next = page.next;
  } while (!next.empty());
  // Not every server lists them so.
  std::sort(objects.begin(), objects.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
  return objects;
}

/// Empty if one of them has none.
std::string etag_of(const std::vector<S3Client::Object>& objects) {
  Sha256 hash;
  for (const S3Client::Object& object : objects) {
    if (object.etag.empty()) return "";
    hash.update(fmt::format("{}\n{}\n{}\n", object.key, object.etag, object.size));
  }
  return fmt::format("\"{}\"", hash.finish().hex());
}

/// What fetch_s3_directory brings.
struct Directory {
  const World& world;
  const std::string& url;
  S3Source source;
  std::vector<S3Client::Object> objects;
  ObjectStore::Batch batch;
  StagingDir staging;

  TreeEntry bring() {
    std::vector<TreeEntry> files(objects.size());
    std::uint64_t bytes = 0;
    for (const S3Client::Object& object : objects) bytes += object.size;
    const auto task = world.progress.start("downloading " + url, ProgressUnit::bytes, bytes);
    parallel_for(objects.size(), source.connections,
                 [&](std::size_t i) { files[i] = fetch(objects[i], [&](std::uint64_t n) { task->advance(n); }); });
    TreeBuilder top;
    for (std::size_t i = 0; i < objects.size(); ++i) top.add(path_of(objects[i]), files[i]);
    const TreeEntry tree = top.store(batch);
    batch.commit();
    return tree;
  }

  void require_paths() const {
    TreeBuilder tried;
    for (const S3Client::Object& object : objects) {
      const std::string_view path = path_of(object);
      const auto names = split(path, '/');
      if (!is_tree_path(path)) refuse(object, "its key is not the path of a file");
      if (std::any_of(names.begin(), names.end(), [](auto name) { return IgnoreScope().ignores(name, false); }))
        refuse(object, "mlo never takes such a name for data");
      if (!tried.add(path, {})) refuse(object, "another object is listed there, below it or above");
    }
  }

 private:
  std::string_view path_of(const S3Client::Object& object) const {
    return std::string_view(object.key).substr(source.key.size());
  }
  [[noreturn]] void refuse(const S3Client::Object& object, std::string_view why) const {
    throw Error(ErrorKind::invalid, fmt::format("cannot import `{}`: {}", printable(object.key), why))
        .hint("import a part of it, by a longer prefix");
  }

  TreeEntry fetch(const S3Client::Object& object, const Moved& moved) {
    check_stop(world);
    const StagingDir::File file = staging.create(0600);
    const fs::path path = staging.path() / file.name;
    const bool got =
        source.client->get(object.key, {.fd = file.fd.get(), .path = path, .moved = moved}, {}, object.etag);
    if (!got || stat_fd(file.fd.get(), path).size != object.size) fail_changed(url);
    const ObjectStore::Batch::Added added = batch.put_file(path);
    staging.remove(file.name);
    return {TreeEntryKind::file, added.size, added.id, ""};
  }
};

}  // namespace

bool is_s3_url(std::string_view url) { return url.starts_with(kS3); }

void fail_changed(const std::string& url) {
  throw Error(ErrorKind::remote, fmt::format("`{}` changed while it was read", printable(url))).hint("try again");
}

S3Source open_s3_source(const Workspace& workspace, const std::string& url) {
  const std::size_t slash = std::min(url.find('/', kS3.size()), url.size());
  const std::string bucket = url.substr(kS3.size(), slash - kS3.size());
  const std::string key = url.substr(std::min(slash + 1, url.size()));
  if (bucket.empty() || key.empty())
    throw Error(ErrorKind::usage, fmt::format("`{}` names no object", printable(url)))
        .hint("write it as `s3://BUCKET/KEY`, or a directory as `s3://BUCKET/PREFIX/`");
  RemoteConfig config{.name = bucket, .url = url};
  for (const RemoteConfig& remote : workspace.config().remotes) {
    if (remote.url == fmt::format("{}{}", kS3, bucket) || remote.url.starts_with(fmt::format("{}{}/", kS3, bucket)))
      config = remote;
  }
  return {std::make_unique<S3Client>(workspace.world(), config, bucket), key, s3_connections(config)};
}

std::optional<Fetched> fetch_s3_directory(const Workspace& workspace, const std::string& url, const DataOrigin* known) {
  S3Source source = open_s3_source(workspace, url);
  std::vector<S3Client::Object> objects = list_below(*source.client, source.key);
  if (objects.empty()) throw Error(ErrorKind::remote, fmt::format("there is nothing below `{}`", printable(url)));
  const DataOrigin origin{.url = url, .etag = etag_of(objects)};
  if (known != nullptr && !origin.etag.empty() && origin.etag == known->etag) return std::nullopt;
  make_dirs(workspace.local() / "tmp");
  Directory directory{workspace.world(),
                      url,
                      std::move(source),
                      std::move(objects),
                      ObjectStore::Batch(workspace.store()),
                      StagingDir(workspace.local() / "tmp")};
  directory.require_paths();
  return Fetched{directory.bring(), origin};
}

}  // namespace mlo
