#pragma once
#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "lib/crypto/sha256.hpp"
#include "lib/remote/sigv4.hpp"
#include "tests/support/test_world.hpp"

// Real servers on loopback, from `.deps/servers/bin` or the system; `cmake/setup.sh tests` installs them.
namespace mlo::test {

/// A port that nobody has now.
inline std::string free_port() {
  const UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const plain = reinterpret_cast<sockaddr*>(&address);
  if (::bind(fd.get(), plain, size) != 0 || ::getsockname(fd.get(), plain, &size) != 0) throw_errno("bind", "a port");
  return std::to_string(ntohs(address.sin_port));
}

/// The program of a server; nothing if it is not installed.
inline std::optional<fs::path> find_server(const std::string& name) {
  const fs::path own = fs::current_path() / ".deps/servers/bin" / name;
  if (fs::exists(own)) return own;
  return find_program(name, {{"PATH", "/usr/local/sbin:/usr/sbin:/usr/local/bin:/usr/bin"}});
}

/// A server with one bucket `bucket`, which `environment` gives the keys to.
class S3Server {
 public:
  enum class Make { seaweedfs, rclone };

  explicit S3Server(Make make) {
    const std::string port = free_port();
    url_ = "http://127.0.0.1:" + port;
    const std::string program = find_server(program_of(make))->string();
    fs::create_directories(world_.dir / "data");
    std::vector<std::string> argv = {program,
                                     "serve",
                                     "s3",
                                     "--auth-key",
                                     std::string(kId) + "," + std::string(kSecret),
                                     "--addr",
                                     "127.0.0.1:" + port,
                                     (world_.dir / "data").string()};
    if (make == Make::seaweedfs) {
      world_.dir.write("s3.json", fmt::format(R"({{"identities":[{{"name":"t","credentials":[{{"accessKey":"{}",)"
                                              R"("secretKey":"{}"}}],"actions":["Admin","Read","Write","List"]}}]}})",
                                              kId, kSecret));
      argv = {program,
              "-logtostderr=true",
              "server",
              "-s3",
              "-dir=data",
              "-ip=127.0.0.1",
              "-ip.bind=127.0.0.1",
              "-s3.port=" + port,
              "-s3.config=s3.json",
              "-s3.iam=false",
              "-s3.port.iceberg=0",
              "-s3.port.lance=0",
              "-master.volumeSizeLimitMB=256",
              "-volume.max=20"};
      for (const char* part : {"master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port",
                               "filer.port.grpc", "s3.port.grpc"})
        argv.push_back(fmt::format("-{}={}", part, free_port()));
    }
    world_.dir.write("log", "");
    const UniqueFd log(::open((world_.dir / "log").c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
    process_.emplace(ChildProcess::start({.argv = argv,
                                          .cwd = world_.dir.path(),
                                          .env = world_.env,
                                          .stdout_fd = log.get(),
                                          .stderr_fd = log.get(),
                                          .own_group = true,
                                          .dies_with_us = true}));
    make_bucket();
  }

  static std::string program_of(Make make) { return make == Make::seaweedfs ? "weed" : "rclone"; }
  const std::string& url() const { return url_; }
  /// What a user of it would set.
  void allow(Environment& env) const {
    env["AWS_ACCESS_KEY_ID"] = kId;
    env["AWS_SECRET_ACCESS_KEY"] = kSecret;
  }

 private:
  static constexpr std::string_view kId = "AKIALOOPBACK", kSecret = "a/secret+of=40";

  /// Waits until the server is up.
  void make_bucket() {
    net::HttpOptions options;
    options.attempts = 1;
    net::HttpClient client(world_.world, options);
    for (int i = 0; i < 600; ++i, std::this_thread::sleep_for(std::chrono::milliseconds(100))) {
      if (process_->try_wait()) break;
      AwsRequest request{
          .method = "PUT", .host = url_.substr(7), .path = "/bucket", .payload_sha256 = sha256("").hex()};
      const UtcTime now = UtcTime::from_seconds(::time(nullptr));
      try {
        const int status =
            client
                .send({.method = "PUT",
                       .url = url_ + "/bucket",
                       .sign =
                           [&] {
                             return sign_aws(request, {std::string(kId), std::string(kSecret), ""}, "us-east-1", now);
                           }})
                .status;
        if (status == 200) return;
      } catch (const Error&) {
        continue;  // not yet
      }
    }
    throw Error(ErrorKind::error, "the S3 server does not start: " + read_file(world_.dir / "log"));
  }

  TestWorld world_;
  std::string url_;
  std::optional<ChildProcess> process_;
};

/// nginx over a directory.
class WebServer {
 public:
  enum class Tls { no, yes };  ///< with a certificate that it has made itself

  explicit WebServer(const fs::path& shown, Tls tls = Tls::no) {
    const std::string port = free_port();
    url_ = (tls == Tls::yes ? "https://127.0.0.1:" : "http://127.0.0.1:") + port;
    std::string ssl;
    if (tls == Tls::yes) {
      run_process(
          {.argv = {"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=mlo test",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "tls.key", "-out", "tls.crt"},
           .cwd = dir_.path(),
           .env = {{"PATH", "/usr/bin:/bin"}}});
      ssl = fmt::format(" ssl; ssl_certificate {0}/tls.crt; ssl_certificate_key {0}/tls.key", dir_.path().string());
    }
    dir_.write("nginx.conf",
               fmt::format("daemon off; pid {0}/pid; error_log {0}/log; events {{}}\n"
                           "http {{ access_log {0}/requests; client_body_temp_path {0}/b; proxy_temp_path {0}/p;\n"
                           "fastcgi_temp_path {0}/f; uwsgi_temp_path {0}/u; scgi_temp_path {0}/s;\n"
                           "server {{ listen 127.0.0.1:{1}{3}; root {2}; }} }}\n",
                           dir_.path().string(), port, shown.string(), ssl));
    // Its workers need not be root's, who owns the directory.
    process_.emplace(
        ChildProcess::start({.argv = {find_server("nginx")->string(), "-c", (dir_ / "nginx.conf").string(), "-g",
                                      ::geteuid() == 0 ? "user root;" : "", "-e", (dir_ / "log").string()},
                             .cwd = dir_.path(),
                             .env = {{"PATH", "/usr/bin:/bin"}},
                             .own_group = true,
                             .dies_with_us = true}));
    TestWorld world;
    net::HttpOptions options;
    options.attempts = 1;
    if (tls == Tls::yes) options.ca_file = certificate();
    net::HttpClient client(world.world, options);
    for (int left = 300;; --left, std::this_thread::sleep_for(std::chrono::milliseconds(20))) {
      try {
        client.send({.url = url_ + "/"});
        return;
      } catch (const Error&) {
        if (left == 0) throw;  // else not yet
      }
    }
  }
  const std::string& url() const { return url_; }
  fs::path certificate() const { return dir_ / "tls.crt"; }
  std::string requests() const { return read_file(dir_ / "requests"); }

 private:
  TempDir dir_;
  std::string url_;
  std::optional<ChildProcess> process_;
};

/// sshd on loopback with a host key and a user's key of its own; `environment` gives the ssh that reaches it.
class SshServer {
 public:
  SshServer() {
    const std::string port = free_port(), d = dir_.path().string();
    for (const char* key : {"host", "user"}) run({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", d + "/" + key});
    dir_.write("allowed", read_file(dir_ / "user.pub"));
    dir_.write("known", "[127.0.0.1]:" + port + " " + read_file(dir_ / "host.pub"));
    dir_.write("client", fmt::format("Host *\nIdentityFile {0}/user\nIdentitiesOnly yes\nUserKnownHostsFile {0}/known\n"
                                     "StrictHostKeyChecking yes\nBatchMode yes\nPort {1}\nLogLevel ERROR\n",
                                     d, port));
    dir_.write("sshd",
               fmt::format("ListenAddress 127.0.0.1\nPort {1}\nHostKey {0}/host\nAuthorizedKeysFile {0}/allowed\n"
                           "PidFile none\nUsePAM no\nStrictModes no\nPermitRootLogin yes\n"
                           "PasswordAuthentication no\nMaxStartups 100\n",
                           d, port));
    if (::geteuid() == 0) ::mkdir("/run/sshd", 0755);
    dir_.write("log", "");
    const UniqueFd log(::open((dir_ / "log").c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
    process_.emplace(ChildProcess::start({.argv = {find_server("sshd")->string(), "-D", "-e", "-f", d + "/sshd"},
                                          .cwd = dir_.path(),
                                          .env = {{"PATH", "/usr/bin:/bin"}},
                                          .stdout_fd = log.get(),
                                          .stderr_fd = log.get(),
                                          .own_group = true,
                                          .dies_with_us = true}));
    for (int i = 0; i < 300 && read_file(dir_ / "log").find("listening") == std::string::npos; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  std::string command() const { return "ssh -F " + (dir_ / "client").string(); }
  /// As if the server's key were another one.
  std::string command_of_stranger() const { return command() + " -o UserKnownHostsFile=/dev/null"; }
  /// As if the user's key were another one.
  std::string command_without_key() const { return command() + " -o PubkeyAuthentication=no"; }
  /// Cuts all connections.
  void cut() { run({"sh", "-c", fmt::format("kill $(ps -o pid= --ppid {})", process_->pid())}); }

 private:
  void run(const std::vector<std::string>& argv) {
    const ProcessOutput result = run_process({.argv = argv, .cwd = dir_.path(), .env = {{"PATH", "/usr/bin:/bin"}}});
    if (result.exit.code != 0) throw Error(ErrorKind::error, argv[0] + ": " + result.err);
  }

  TempDir dir_;
  std::optional<ChildProcess> process_;
};

}  // namespace mlo::test
