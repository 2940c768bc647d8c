#include "tests/contract/places.hpp"

#include "lib/crypto/sha256.hpp"
#include "lib/remote/encryption.hpp"
#include "tests/support/servers.hpp"
#include "tests/support/test.hpp"

namespace mlo::contract {

Open open_url(Outside& out, const fs::path& dir, RemoteConfig config) {
  return [&out, dir, config = std::move(config)] {
    RemoteConfig limited = config;
    limited.bytes_per_second = out.bytes_per_second;
    return open_remote(out.now, limited, dir);
  };
}

namespace {

/// A read-only remote filled through another one that leads to the same place.
class FilledFrom : public Remote {
 public:
  FilledFrom(std::unique_ptr<Remote> writer, std::unique_ptr<Remote> reader)
      : writer_(std::move(writer)), reader_(std::move(reader)) {}
  std::vector<Digest> find_missing(const std::vector<Digest>& ids, Look look) override {
    return reader_->find_missing(ids, look);
  }
  void put_file(const Digest& id, const fs::path& file, const Moved& moved) override {
    writer_->put_file(id, file, moved);
  }
  void put_bytes(const Digest& id, std::string_view bytes) override { writer_->put_bytes(id, bytes); }
  void put_record(const Digest& id, const Record& record) override { writer_->put_record(id, record); }
  bool is_recipe(const Digest& id) override { return reader_->is_recipe(id); }
  std::optional<Record> find_record(const Digest& id) override { return reader_->find_record(id); }
  void flush() override { writer_->flush(); }
  bool get(const Digest& id, const std::optional<FileRange>& range, const FileTarget& target) override {
    return reader_->get(id, range, target);
  }
  RemoteCheck find_lost(const std::vector<Digest>& known, const SizeHere& size_here, Reading reading,
                        Healing healing) override {
    return reader_->find_lost(known, size_here, reading, healing);
  }
  void forget_lost() override { reader_->forget_lost(); }
  bool is_read_only() const override { return reader_->is_read_only(); }
  void init() override { writer_->init(); }
  void check() override { reader_->check(); }
  const std::string& name() const override { return reader_->name(); }

 private:
  std::unique_ptr<Remote> writer_, reader_;
};

/// The same place, encrypted.
Open open_sealed(Outside& out, const fs::path& dir, RemoteConfig config) {
  write_file(dir / "key", encode_remote_key(sha256("key")), Durability::cache);
  config.encryption = RemoteConfig::Encryption{.key_file = (dir / "key").string()};
  return open_url(out, dir, std::move(config));
}

/// Started by the first that asks, ended with the test run; null if it is not installed.
const test::S3Server* s3_server(test::S3Server::Make make) {
  static std::map<test::S3Server::Make, std::unique_ptr<test::S3Server>> servers;
  if (!test::find_server(test::S3Server::program_of(make))) return nullptr;
  auto& server = servers[make];
  if (!server) server = std::make_unique<test::S3Server>(make);
  return server.get();
}

}  // namespace

void miss(std::string_view program) {
  const char* const ci = ::getenv("CI");
  const std::string line =
      fmt::format("no `{}`: its remotes are not tested; `cmake/setup.sh tests` installs it", program);
  if (ci != nullptr && std::string_view(ci) == "true") {
    FAIL_CHECK(line);
  } else {
    WARN(line);
  }
}

std::vector<Stand> places() {
  std::vector<Stand> out;
  for (const auto* form : {"{}/remote", "file://{}/remote2", "relative"}) {
    out.push_back({"dir", form, [form](Outside& o, const fs::path& dir) {
                     return open_url(o, dir, {"origin", fmt::format(fmt::runtime(form), dir.string())});
                   }});
  }
  out.push_back({"dir", "encrypted", [](Outside& o, const fs::path& dir) {
                   return open_sealed(o, dir, {"origin", (dir / "remote").string()});
                 }});
  for (const auto make : {test::S3Server::Make::seaweedfs, test::S3Server::Make::rclone}) {
    const test::S3Server* const server = s3_server(make);
    if (server == nullptr) {
      miss(test::S3Server::program_of(make));
      continue;
    }
    out.push_back({"s3", test::S3Server::program_of(make), [server](Outside& o, const fs::path& dir) {
                     server->allow(o.env);
                     const std::string url = "s3://bucket/some where/" + dir.filename().string();
                     return open_url(o, dir, {.name = "origin", .url = url, .endpoint = server->url()});
                   }});
    out.push_back({"s3", "encrypted", [server](Outside& o, const fs::path& dir) {
                     server->allow(o.env);
                     const std::string url = "s3://bucket/sealed/" + dir.filename().string();
                     return open_sealed(o, dir, {.name = "origin", .url = url, .endpoint = server->url()});
                   }});
  }
  if (test::find_server("sshd")) {
    static const test::SshServer server;
    const auto config = [](std::string_view form, const fs::path& dir) {
      return RemoteConfig{.name = "origin",
                          .url = fmt::format(fmt::runtime(form), (dir / "far").string()),
                          .ssh_command = server.command(),
                          .far_mlo = MLO_TEST_BINARY};
    };
    for (const auto* form : {"ssh://127.0.0.1{}", "127.0.0.1:{}"}) {
      out.push_back({"ssh", form,
                     [config, form](Outside& o, const fs::path& dir) { return open_url(o, dir, config(form, dir)); }});
    }
    out.push_back({"ssh", "encrypted", [config](Outside& o, const fs::path& dir) {
                     return open_sealed(o, dir, config("127.0.0.1:{}", dir));
                   }});
  } else {
    miss("sshd");
  }
  if (test::find_server("nginx")) {
    out.push_back({"http", "nginx", [](Outside& o, const fs::path& dir) -> Open {
                     const auto server = std::make_shared<test::WebServer>(dir);  // lives as long as who opens
                     const Open write = open_url(o, dir, {"origin", (dir / "store").string()});
                     const Open read = open_url(o, dir, {"origin", server->url() + "/store/"});
                     return [server, write, read] { return std::make_unique<FilledFrom>(write(), read()); };
                   }});
  } else {
    miss("nginx");
  }
  return out;
}

ErrorKind kind_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.kind();
  }
  return ErrorKind::internal;
}

}  // namespace mlo::contract
