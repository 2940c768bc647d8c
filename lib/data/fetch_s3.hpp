#pragma once
#include "lib/data/fetch_url.hpp"
#include "lib/remote/s3_client.hpp"

namespace mlo {

bool is_s3_url(std::string_view url);

/// What is there now is not what was asked for first.
[[noreturn]] void fail_changed(const std::string& url);

/// Where `s3://BUCKET/KEY` leads.
struct S3Source {
  std::unique_ptr<S3Client> client;
  std::string key;
  unsigned connections = 0;
};
/// By the configuration of a remote in that bucket if there is one, else by AWS's own chain. Contacts nobody.
/// Error{usage} if the URL names no key.
S3Source open_s3_source(const Workspace& workspace, const std::string& url);

/// Brings all objects below `s3://BUCKET/PREFIX/` into the store as a directory. Its ETag stands for the names and
/// ETags of all; nothing if it is that of `known`: then only the list was asked for. Error{invalid} for keys that
/// cannot be paths of files, Error{remote} if there are none, or one changed meanwhile.
std::optional<Fetched> fetch_s3_directory(const Workspace& workspace, const std::string& url, const DataOrigin* known);

}  // namespace mlo
