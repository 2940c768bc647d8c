// The fields of every --json output are a promise to scripts: tests/golden/json_fields.txt lists them. A new field is a
// new line there; MLO_UPDATE=1 writes the file.
#include <set>

#include "cli/command_table.hpp"
#include "cli/spec.hpp"
#include "lib/codec/json.hpp"
#include "lib/util/text.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_workspace.hpp"

using namespace mlo;

namespace {

/// A session in which every command with --json is called, often enough to show all its fields. A line that does not
/// begin with `mlo` goes to the shell.
constexpr const char* kSession[] = {
    "mlo version",
    "mlo init",
    "mlo hooks install",
    "mlo hooks status",
    "mkdir -p data/raw && printf 'a,b\\n1,2\\n' > data/raw/one.csv && printf x > data/raw/two.bin",
    "mlo version-data add data/raw --name raw --source 'made here'",
    "git commit -qm data",
    "mlo version-data ls",
    "mlo version-data ls raw",
    "mlo version-data history raw",
    "mlo version-data get raw:one.csv -o one.csv",
    "mlo version-data import raw:one.csv --repo . -o one.csv",
    "mlo version-data update",
    "mlo version-data remove one.csv --force --yes",
    "mkdir -p .dvc/cache/files/md5/9d && printf x > .dvc/cache/files/md5/9d/d4e461268c8034f5c8564e155c67a6"
    " && echo /cache > .dvc/.gitignore && printf 'outs:\\n- {md5: 9dd4e461268c8034f5c8564e155c67a6, hash: md5, path: "
    "x.bin}\\n- {path: s3://b/x}\\n' > x.bin.dvc && git add -A && git commit -qm dvc",
    "mlo version-data import --from dvc --dry-run",
    "mlo version-data import --from dvc --history",
    "mlo version-data remove x.bin --force --yes",
    "git rm -rq .dvc/.gitignore x.bin.dvc && git commit -qm 'no dvc' && rm -rf .dvc && git branch -qD dvc/main",
    "printf 'a,b\\n1,2\\n3,4\\n' > data/raw/one.csv && rm data/raw/two.bin && printf y > data/raw/three.bin",
    "mlo version-data status",
    "mlo version-data diff raw",
    "mlo status",
    "mlo hooks run post-checkout",
    "mlo hooks run pre-push",
    "echo x > data/raw/forced.txt && git add -f data/raw/forced.txt",
    "mlo hooks run pre-commit",
    "git rm -q --cached data/raw/forced.txt",
    "printf 'lr: 0.1\n' > params.yaml && printf 'stages:\n  train:\n    cmd: cat data/raw/one.csv > model.txt"
    " && mlo track log metric auc=0.8 --step 1 && mlo track log param kind=gbt && mlo track log tag who=ada"
    "\n    deps: [data/raw]\n    outs: [model.txt]\n    params: [lr]\n' > mlo.yaml && git add -A",
    "mlo run status",
    "mlo run why",
    "mlo run graph",
    "mlo run --dry-run",
    "mlo run --name first",
    "mlo run status",
    "mlo run -P lr=0.2 --name second",
    "mlo run logs",
    "mlo run deps",
    "mlo track list",
    "true && mlo version-data add data/raw && git commit -qam raw",
    "mlo run verify first --twice",
    "mlo track show first",
    "mlo track compare first second",
    "mlo track search 'params.kind = \"gbt\" '",
    "mlo track note first 'a note'",
    "mlo track tag first best=yes",
    "mlo track show first",
    "mlo track delete second --yes",
    "mlo track restore second",
    "printf '[{\"name\":\"a\",\"type\":\"integer\"}]' > f.json && echo 'numpy==1.26.4' > used.txt",
    "mlo register delay --run first --model model.txt --allow-dirty --holdout raw --features f.json"
    " --dependencies used.txt",
    "mlo register list",
    "mlo register show delay",
    "mlo register verify delay",
    "mlo promote delay@0.0.1 --to staging",
    "mlo promote delay@0.0.1 --to prod",
    "true && mlo register delay --run first --model model.txt --allow-dirty --holdout raw --features f.json"
    " --dependencies used.txt",
    "mlo promote delay@0.0.2 --to prod",
    "mlo promote rollback delay --stage prod --reason late",
    "git tag 'delay#prod#9'",
    "mlo promote history delay",
    "mlo register list",
    "mlo status",
    "mlo get delay@prod -o got",
    "git tag -d 'delay#prod#9'",
    "mkdir -p .mlo/gates && printf 'mlo: gate/1\\nstage: prod\\nfrom: [staging]\\ngates:\\n"
    "  - {id: a, check: commit-on, branch: main, severity: soft}\\n' > .mlo/gates/prod.yaml && git add .mlo && git "
    "commit -qm gates",
    "mlo promote check delay@0.0.1 --to prod",
    "mlo promote check --since delay@v0.0.1 --to prod",
    "mlo lineage raw",
    "mlo lineage first",
    "true && mlo run --name third -- mlo track log metric auc=0.9 --step 1",  // by the shell: what is after -- is not
                                                                              // ours
    "mlo track plot auc",
    "mlo track show third --packages",
    "mkdir .git/shared && git init -q --bare .git/origin.git && git remote add origin .git/origin.git",
    "mlo remote add shared .git/shared",
    "mlo remote list",
    "mlo remote check shared",
    "mlo remote new-key .git/one.key",
    "mkdir .git/sealed && mlo remote add sealed .git/sealed --key-file .git/one.key && mlo remote check sealed --init",
    "mlo remote new-key .git/two.key",
    "mlo remote rotate-key sealed .git/two.key",
    "mlo remote remove sealed",
    "mlo push --dry-run",
    "mlo push",
    "true && mlo version-data checkout raw --force",
    "mlo pull",
    "rm .git/shared/packs/*.pack",
    "mlo version-data fsck --remote shared",
    "mlo version-data check-ignore raw/x.csv",
    "mlo remote modify shared --connections 2",
    "mlo remote remove shared",
    "mlo version-data checkout raw --force",
    "mlo version-data gc",
    "mlo version-data du --history",
    "mlo version-data unprotect .",
    "mkdir .git/cache && mlo version-data cache .git/cache",
    "mlo version-data cache --own",
    "f=$(ls .git/mlo/objects/b9/485148*) && chmod u+w $f && printf z > $f",
    "mlo version-data fsck",
    "mlo version-data remove raw --force --yes",
    "mlo hooks uninstall",
    "printf 'x,y\\n1.5,a\\n2.5,a\\n3.5,b\\n4.5,b\\n' > before.csv && printf 'x,y,z\\n1.5,a,1\\n2.5,b,1\\n' > after.csv",
    "printf 'mlo: suite/1\\nname: s\\nexpectations:\\n  - {type: expect_column_values_to_be_unique, column: \"y\"}\\n' "
    "> "
    "s.yaml",
    "mlo version-data validate before.csv --suite s.yaml",
    "mlo version-data add after.csv --suite s.yaml --validate",
    "mlo drift tests",
    "mlo drift check before.csv after.csv",
    "mlo drift check after.csv before.csv",
    "mlo drift report",
    "mlo drift baseline delay before.csv",
    "mlo drift baseline delay --remove",
    "mkdir -p .mlo/features && printf 'mlo: entity/1\nname: e\nkeys: [{name: k, type: string}]\n' > "
    ".mlo/features/e.yaml",
    "printf 'mlo: view/1\nname: v\nentities: [e]\nsource: {path: v.csv, timestamp_field: t}\nfeatures: [{name: x, "
    "dtype: "
    "real}]\n' > .mlo/features/v.yaml",
    "printf 'k,t,x\na,2001-01-01,1.5\n' > v.csv && printf 'k,event_timestamp\na,2001-01-02\n' > spine.csv",
    "mlo materialize train spine.csv v:x -o train.csv",
    "mlo materialize plan",
    "mlo materialize",
    "mlo materialize status",
    "mlo materialize get v:x --key k=a",
};

/// Objects whose keys are the user's or the machine's.
constexpr std::string_view kOpen[] = {"allowed", "dependencies", "environment", "materials",
                                      "metrics", "params",       "tags"};

/// "runs[].id" for every scalar, "runs[]" for an empty array, "params.*" for what has keys of its own.
void collect(const Value& value, const std::string& path, std::set<std::string>& fields) {
  if (value.is(Value::Type::object)) {
    const bool open =
        std::find(std::begin(kOpen), std::end(kOpen), path.substr(path.rfind('.') + 1)) != std::end(kOpen);
    for (const auto& [key, member] : value.members()) {
      collect(member, path.empty() ? key : path + "." + (open ? "*" : key), fields);
    }
  } else if (value.is(Value::Type::array)) {
    for (const Value& item : value.items()) collect(item, path + "[]", fields);
    if (value.items().empty()) fields.insert(path + "[]");
  } else {
    fields.insert(path);
  }
}

/// The command a line calls: the longest path of the table that it begins with.
std::string command_of(std::string_view line) {
  std::string best;
  for (const cli::TableEntry& entry : cli::command_table()) {
    const std::string path(entry.path);
    if ((std::string(line) + " ").starts_with("mlo " + path + " ") && path.size() > best.size()) best = path;
  }
  return best;
}

}  // namespace

TEST_CASE("the fields of --json are those that were promised", "[json]") {
  test::TestWorkspace ws(test::TestWorkspace::Begin::bare_git);
  std::map<std::string, std::set<std::string>> seen;
  for (const std::string line : kSession) {
    CAPTURE(line);
    if (!line.starts_with("mlo ")) {
      REQUIRE(ws.sh(line).code == 0);
      continue;
    }
    const auto result = ws.mlo(line.substr(4) + " --json");
    CAPTURE(result.err);
    REQUIRE((result.code == 0 || result.code == 3));
    collect(parse_json(result.out, "stdout"), "", seen[command_of(line)]);
  }
  std::string text;
  for (const cli::TableEntry& entry : cli::command_table()) {
    const std::string path(entry.path);
    if (!entry.make().info.json) continue;
    CAPTURE(path);
    CHECK(seen.contains(path));  // a command with --json needs a line in kSession
    for (const auto& field : seen[path]) text += fmt::format("{}: {}\n", path, field);
  }
  const fs::path golden = fs::path(MLO_TEST_SOURCE) / "golden/json_fields.txt";
  if (std::getenv("MLO_UPDATE") != nullptr) write_file(golden, text, Durability::cache);
  CHECK(find_file(golden).value_or("") == text);
}
