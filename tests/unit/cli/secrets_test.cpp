// Secrets are planted wherever mlo could meet them; then every byte that it wrote or printed is looked through.
#include "lib/manifest/lock.hpp"
#include "lib/pipeline/action.hpp"
#include "lib/util/text.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_workspace.hpp"

using namespace mlo;
using Catch::Contains;

namespace {

/// Values from outside are called `planted-env..`, those that the pipeline file itself has `planted-file..`.
constexpr const char* kPipeline = R"(stages:
  train:
    cmd:
      - test -n "$API_TOKEN" -a -n "$DB_PASSWORD" && sed s/^/m/ train.csv > model.txt
      - true --token=planted-file-option --password planted-file-word https://ann:planted-file-url@example.org/x
      - "true -H 'Authorization: Bearer planted-file-header' PGPASSWORD=planted-file-variable"
    deps: [train.csv]
    params: [lr, api_key]
    env: {API_TOKEN: , DB_PASSWORD: planted-file-literal, DATABASE_URL: , MODE: , NOT_SET_SECRET: }
    outs: [model.txt]
  score:
    cmd: 'echo "{\"auc\": 0.8}" > m.json'
    deps: [model.txt]
    metrics: [m.json: {cache: false}]
  broken: {cmd: 'exit 3 --token=planted-file-broken', deps: [m.json], outs: [never]}
)";

struct Planted : test::TestWorkspace {
  Planted() {
    host().env["API_TOKEN"] = "planted-env-token";
    host().env["DATABASE_URL"] = "postgres://ann:planted-env-url@db/x";
    host().env["AWS_SECRET_ACCESS_KEY"] = "planted-env-unused";
    host().env["MODE"] = "fast";
    write("train.csv", "age\n1\n")
        .write("requirements.txt", "numpy==1\n")
        .write("f.json", R"([{"name": "age", "type": "integer"}])");
    write("params.yaml", "lr: 0.1\napi_key: planted-param\n").write("mlo.yaml", kPipeline);
    sh("git init -q --bare ../" + path().filename().string() + "-origin");
    git("remote add origin ../" + path().filename().string() + "-origin");
    git("remote add elsewhere https://ann:planted-remote@example.org/r.git");
    said("version-data add train.csv --name flights");
    git("add -A && git commit -qm pipeline");
  }
  ~Planted() { sh("rm -rf ../\"$(basename \"$PWD\")\"-origin ../\"$(basename \"$PWD\")\"-remote"); }
  /// Runs mlo and remembers what it printed.
  int said(const std::string& line) {
    const auto result = mlo(line);
    printed += result.both;
    UNSCOPED_INFO(line << ": " << result.both);
    return result.code;
  }
  /// Files at or below `dir` that have `word`, relative to it.
  std::string files_with(const std::string& word, const std::string& dir) {
    return sh("cd " + dir + " && grep -rlaF -e " + word + " . | sort").out;
  }
  std::string objects_with(const std::string& word) {
    return sh("for id in $(git cat-file --batch-all-objects --batch-check='%(objectname) %(objecttype)' | grep -v tree "
              "| "
              "cut -d' ' -f1); do git cat-file -p $id | grep -qaF -e " +
              word + " && echo $id; done")
        .out;
  }
  std::string printed;
};

}  // namespace

TEST_CASE("no command writes or prints a secret", "[secrets]") {
  Planted ws;
  REQUIRE(ws.said("run --name first train score") == 0);
  CHECK(ws.said("run --name failed") != 0);
  ws.git("add -A && git commit -qm lock");
  CHECK(ws.said("run --name second -- true --token planted-env-typed --api-key=planted-env-typed2 "
                "https://ann:planted-env-typed3@example.org/ planted-env-unused") == 0);
  CHECK(ws.said("track tag first api_token=planted-env-tag") == 0);
  CHECK(ws.said("register delay --run first --model model.txt --features f.json --holdout flights") == 0);
  CHECK(ws.said("promote delay@0.0.1 --to prod") == 0);
  CHECK(ws.said("run verify first") == 0);
  CHECK(ws.said("remote add there " +
                (ws.path().parent_path() / (ws.path().filename().string() + "-remote")).string()) == 0);
  CHECK(ws.said("push --remote there") == 0);
  ws.host().env["API_TOKEN"] = "planted-env-rotated";
  for (const char* line :
       {"track show first --json", "track show failed --json", "track list --json", "track compare first second --json",
        "register show delay@0.0.1 --json", "register card delay@0.0.1", "run status --json", "run why train --json",
        "run why broken", "run graph --json", "status --json", "lineage model.txt --json", "run logs first --json",
        "version-data import https://h.example/x?token=planted-env-import",
        "version-data import x --repo https://ghp_0123456789abcdefghij@example.org/planted-env-repo"}) {
    ws.said(line);
  }
  CHECK_THAT(ws.printed, !Contains("planted-file") && !Contains("planted-env") && !Contains("planted-remote"));
  CHECK(ws.files_with("planted-env", ws.path().string()).empty());
  CHECK(ws.files_with("planted-file", ws.path().string()) == "./mlo.yaml\n");
  CHECK(ws.files_with("planted-remote", ws.path().string()) == "./.git/config\n");
  CHECK(ws.files_with("planted-param", ws.path().string()) == "./mlo.lock\n./params.yaml\n");
  CHECK(ws.files_with("planted", ws.path().string() + "-remote") == "");
  CHECK(ws.objects_with("planted-env") == "");
  CHECK(ws.objects_with("planted-file") == ws.git("rev-parse HEAD:mlo.yaml"));
  CHECK(split_lines(ws.objects_with("planted-param")).size() == 2);  // params.yaml and mlo.lock, in which changes show
}

TEST_CASE("a secret that changed is seen on this machine and makes nothing run again", "[secrets]") {
  Planted ws;
  REQUIRE(ws.said("run --name first train") == 0);
  ws.host().env["API_TOKEN"] = "planted-env-rotated";
  CHECK(ws.mlo("run train").out.find("everything is up to date") != std::string::npos);
  REQUIRE(ws.said("run --name again --force train") == 0);
  const std::string recorded = ws.git("log -p refs/mlo/runs");
  std::vector<std::string> hashes;
  for (const std::string_view line : split_lines(recorded)) {
    if (line.starts_with("+  secret.API_TOKEN: ")) hashes.emplace_back(line.substr(line.find("hmac")));
  }
  REQUIRE(hashes.size() == 2);
  CHECK(hashes[0] != hashes[1]);
  CHECK(hashes[0].substr(0, 21) == hashes[1].substr(0, 21));  // by one key
  CHECK(ws.sh("stat -c %a .git/mlo/secret.key").out == "600\n");
  ws.host().env["MODE"] = "slow";
  CHECK_THAT(ws.mlo("run why train").out, Contains("environment `MODE` changed: fast -> slow"));
  ws.write("mlo.yaml", replace_all(kPipeline, "planted-file-option", "planted-file-other"));
  ws.host().env["MODE"] = "fast";
  CHECK_THAT(ws.mlo("run why train").out, Contains("command changed where it has a secret"));
}

TEST_CASE("what an older mlo wrote of a secret is read, and goes with the next lock", "[secrets]") {
  Planted ws;
  REQUIRE(ws.said("run --name first train score") == 0);
  PipelineLock lock = parse_lock(ws.read("mlo.lock"), "mlo.lock");
  StageLock& train = lock.stages.at("train");
  train.env["API_TOKEN"] = "planted-env-token";
  train.env["DB_PASSWORD"] = "planted-file-literal";
  train.env["DATABASE_URL"] = "postgres://ann:planted-env-url@db/x";
  train.env.erase("NOT_SET_SECRET");
  train.action = action_key(train, train.commands);
  ws.write("mlo.lock", emit_lock(lock));
  CHECK_THAT(ws.mlo("run why train").both, !Contains("planted"));
  ws.write("mlo.yaml", replace_all(kPipeline, ", NOT_SET_SECRET: ", ""));
  CHECK_THAT(ws.mlo("run why train").both, !Contains("planted"));
  ws.write("params.yaml", "lr: 0.2\napi_key: planted-param\n");
  REQUIRE(ws.said("run train score") == 0);
  CHECK_THAT(ws.read("mlo.lock"), !Contains("planted-env") && !Contains("planted-file"));
}
