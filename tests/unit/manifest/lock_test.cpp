#include "lib/manifest/lock.hpp"

#include "lib/crypto/sha256.hpp"
#include "lib/util/error.hpp"
#include "tests/support/test.hpp"

using namespace mlo;
using Catch::Matchers::Contains;

namespace {

PipelineLock example() {
  StageLock train;
  train.commands = {"python train.py --lr 0.1", "echo 'it''s: done'"};
  train.wdir = "src";
  train.deps = {{"data", sha256("tree"), true, 120, 3}, {"src/train.py", sha256("code"), false, 17, 0}};
  train.params["params.yaml"]["train.lr"] = 0.1;
  train.params["params.yaml"]["train.layers"] = Value(Value::Array{Value(1), Value("two"), Value()});
  train.params["other.json"][""] = Value::object().set("a", true);
  train.env = {{"OMP_NUM_THREADS", "1"}};
  train.outputs = {{{"metrics.json", sha256("m"), false, 2, 0}, false, false, false},
                   {{"model.pkl", sha256("model"), false, 99, 0}, true, true, true}};
  train.action = sha256("key");
  StageLock plain;
  plain.commands = {"true"};
  plain.action = sha256("other");
  PipelineLock lock;
  lock.stages["train@us-0.5"] = train;
  lock.stages["a"] = plain;
  return lock;
}

}  // namespace

TEST_CASE("a lock reads back as it was written, byte for byte the same again", "[manifest]") {
  const PipelineLock lock = example();
  const std::string text = emit_lock(lock);
  CHECK(parse_lock(text, "mlo.lock") == lock);
  CHECK(emit_lock(parse_lock(text, "mlo.lock")) == text);
  CHECK_THAT(text, Catch::Matchers::StartsWith("mlo: lock/1\nstages:\n  a:\n    cmd: "));
}

TEST_CASE("the lock of a large pipeline reads back", "[manifest]") {
  StageLock stage;
  stage.commands = {"cp in out"};
  stage.deps = {{"in", sha256("in"), false, 2, 0}};
  stage.outputs = {{{"out", sha256("in"), false, 2, 0}, false, true, false}};
  PipelineLock lock;
  for (int i = 0; i < 100'000; ++i) lock.stages.emplace(fmt::format("s{}", i), stage);
  CHECK((parse_lock(emit_lock(lock), "mlo.lock") == lock));
}

TEST_CASE("a lock that is not one is refused with its place", "[manifest]") {
  const auto message = [](const std::string& text) {
    try {
      parse_lock(text, "mlo.lock");
    } catch (const Error& error) {
      return error.message();
    }
    return std::string("accepted");
  };
  const std::string head = "mlo: lock/1\nstages:\n  a:\n    cmd: x\n";
  const std::string action = "    action: " + sha256("k").str() + "\n";
  CHECK(message(head + action) == "accepted");
  CHECK_THAT(message("mlo: lock/2\nstages: {}\n"), Contains("mlo.lock:1:") && Contains("newer than this mlo"));
  CHECK_THAT(message("mlo: dataset/1\n"), Contains("expected `lock/1`"));
  CHECK_THAT(message(head), Contains("action"));
  CHECK_THAT(message(head + "    action: sha256:12\n"), Contains("mlo.lock:5:") && Contains("not a digest"));
  CHECK_THAT(message(head + "    actoin: x\n" + action), Contains("actoin"));
  const std::string id = sha256("x").str();
  CHECK_THAT(
      message(head + "    outs:\n      - path: ../../etc/passwd\n        id: " + id + "\n        bytes: 1\n" + action),
      Contains("mlo.lock:6:") && Contains("not a path below"));
  CHECK_THAT(message(head + "    deps:\n      - path: a\n        id: " + id + "\n        bytes: -1\n" + action),
             Contains("negative"));
}
