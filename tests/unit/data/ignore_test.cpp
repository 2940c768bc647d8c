#include "lib/data/ignore.hpp"

#include "lib/data/scan.hpp"

#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

namespace {

bool ignored(std::string_view rules, std::string_view path, bool is_directory = false) {
  return IgnoreRules::parse(rules).match(path, is_directory).value_or(false);
}

}  // namespace

TEST_CASE("a pattern without slash matches the name at any depth", "[data]") {
  CHECK(ignored("*.tmp", "a.tmp"));
  CHECK(ignored("*.tmp", "x/y/a.tmp"));
  CHECK_FALSE(ignored("*.tmp", "a.tmp.gz"));
  CHECK(ignored("cache", "x/cache", true));
}

TEST_CASE("a slash anchors a pattern to the file's directory", "[data]") {
  CHECK(ignored("/a.csv", "a.csv"));
  CHECK_FALSE(ignored("/a.csv", "x/a.csv"));
  CHECK(ignored("x/a.csv", "x/a.csv"));
  CHECK_FALSE(ignored("x/a.csv", "y/x/a.csv"));
  CHECK_FALSE(ignored("x/*.csv", "x/y/a.csv"));
}

TEST_CASE("a final slash means directories only", "[data]") {
  CHECK(ignored("build/", "build", true));
  CHECK_FALSE(ignored("build/", "build", false));
}

TEST_CASE("the last matching line wins, and `!` re-includes", "[data]") {
  CHECK_FALSE(ignored("*.csv\n!keep.csv", "keep.csv"));
  CHECK(ignored("!keep.csv\n*.csv", "keep.csv"));
  CHECK(ignored("*.csv\n!keep.csv\nkeep.*", "keep.csv"));
}

TEST_CASE("comments, quoting and trailing spaces are read as git reads them", "[data]") {
  CHECK_FALSE(ignored("# a\n", "# a"));
  CHECK(ignored("\\#a", "#a"));
  CHECK(ignored("\\!a", "!a"));
  CHECK(ignored("a  ", "a"));
  CHECK(ignored("a\\ ", "a "));
  CHECK(ignored("a\\*", "a*"));
  CHECK_FALSE(ignored("a\\*", "ab"));
  CHECK(IgnoreRules::parse("\n\n   \n#\n/\n").empty());
}

TEST_CASE("brackets match one byte of a set", "[data]") {
  CHECK(ignored("[a-c]x", "bx"));
  CHECK_FALSE(ignored("[!a-c]x", "bx"));
  CHECK(ignored("[^a-c]x", "dx"));
  CHECK(ignored("[]]", "]"));
  CHECK(ignored("[a\\]]", "]"));
  CHECK_FALSE(ignored("[a", "a"));
  CHECK_FALSE(ignored("a[/]b", "a/b"));
}

TEST_CASE("two stars stand for any number of directories", "[data]") {
  CHECK(ignored("**/a", "a"));
  CHECK(ignored("**/a", "x/y/a"));
  CHECK(ignored("a/**", "a/x/y"));
  CHECK_FALSE(ignored("a/**", "a"));
  CHECK(ignored("a/**/b", "a/b"));
  CHECK(ignored("a/**/b", "a/x/y/b"));
  CHECK_FALSE(ignored("a/**/b", "ax/b"));
  CHECK_FALSE(ignored("a/**/b", "a/xb"));
  CHECK(ignored("x/a**b", "x/acb"));
  CHECK_FALSE(ignored("x/a**b", "x/a/b"));
}

TEST_CASE("a pattern of many stars ends soon", "[data]") {
  CHECK_FALSE(ignored("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", std::string(200, 'a')));
}

TEST_CASE("nested rules overrule outer ones, relative to their own directory", "[data]") {
  const IgnoreScope outer = IgnoreScope().enter("", IgnoreRules::parse("*.csv\n/only-top"));
  const IgnoreScope inner = outer.enter("d/e", IgnoreRules::parse("!keep.csv\n/here"));
  CHECK(inner.ignores("d/e/a.csv", false));
  CHECK_FALSE(inner.ignores("d/e/keep.csv", false));
  CHECK(outer.ignores("d/keep.csv", false));
  CHECK(inner.ignores("d/e/here", false));
  CHECK_FALSE(inner.ignores("d/e/f/here", false));
  CHECK_FALSE(inner.ignores("d/e/only-top", false));
}

TEST_CASE("git's, mlo's own and temporary names are always ignored", "[data]") {
  const IgnoreScope scope = IgnoreScope().enter("", IgnoreRules::parse("!.git\n!.mlo"));
  CHECK(scope.ignores("x/.git", true));
  CHECK(scope.ignores(".GIT", false));
  CHECK(scope.ignores(".mlo", true));
  CHECK(scope.ignores("x/.mlo-tmp-abc", false));
  CHECK_FALSE(scope.ignores("x/.mloignore", false));
}

TEST_CASE("the rules agree with git's own on a table of patterns and paths", "[data]") {
  const std::vector<std::string> patterns = {"*.csv", "/a",  "a/",  "a/b",  "**/b", "a/**", "a/**/c", "[ab]", "!b",
                                             "?",     "\\*", "*a*", "a*/b", "b/*",  "**",   "x**y",   "a//b"};
  const std::vector<std::string> paths = {"a",     "b",     "c.csv", "a/b", "a/c", "a/b/c",  "b/a",
                                          "b/a/b", "x/y/b", "ab/b",  "*",   "xay", "b/c.csv"};
  for (const std::string& first : patterns) {
    for (const std::string& second : {std::string("!b"), std::string("*.csv")}) {
      test::TestWorld w;
      w.sh("git init -q .");
      const std::string text = first + "\n" + second + "\n";
      w.dir.write(".gitignore", text);
      for (const std::string& path : paths) {
        // Files at the leaves only: git asks about the path itself with --no-index, and its parents.
        const ProcessOutput git =
            run_process({.argv = {"git", "check-ignore", "-q", "--no-index", path}, .cwd = w.dir.path(), .env = w.env});
        const IgnoreScope scope = IgnoreScope().enter("", IgnoreRules::parse(text));
        bool ours = false;
        for (std::size_t slash = path.find('/'); slash != std::string::npos && !ours;
             slash = path.find('/', slash + 1)) {
          ours = scope.ignores(path.substr(0, slash), true);
        }
        ours = ours || scope.ignores(path, false);
        INFO("rules: " << text << "path: " << path);
        CHECK(ours == (git.exit.code == 0));
      }
    }
  }
}

TEST_CASE("the line that decides is the one that git names", "[data]") {
  test::TestWorld w;
  w.sh("git init -q . && mkdir -p d/e/logs d/keep logs && touch d/e/logs/x d/e/a.tmp");
  const auto rules = [&](const std::string& directory, const std::string& text) {
    for (const char* name : {".gitignore", ".mloignore"}) w.dir.write(directory + name, text);
  };
  rules("", "# comment\n*.tmp\n\nlogs/\n/top  \n!*.keep\n");
  rules("d/", "!a.tmp\n/e/*.bin\n**/deep\n\\#odd\n");
  rules("d/e/", "b.tmp\n!logs\n*\n!*.csv\r\n");
  for (const std::string path :
       {"a.tmp", "x.keep", "logs", "logs/x", "top", "d/top", "d/a.tmp", "d/b.tmp", "d/e/a.tmp", "d/e/b.bin", "d/e/logs",
        "d/e/logs/x", "d/e/z.csv", "d/deep", "d/x/deep/y", "d/#odd", "none", "d/e/sub/x.csv"}) {
    // "SOURCE:LINE:PATTERN\tPATH"; "::\tPATH" if no line speaks of it.
    const ProcessOutput git = run_process(
        {.argv = {"git", "check-ignore", "-v", "-n", "--no-index", path}, .cwd = w.dir.path(), .env = w.env});
    const auto rule = find_ignore_rule(w.dir.path(), "", path);
    const std::string file = rule ? child_path(rule->directory, ".gitignore") : "";
    INFO(path << ": " << git.out);
    CHECK(git.out ==
          fmt::format("{}:{}:{}\t{}\n", file, rule ? std::to_string(rule->line) : "", rule ? rule->pattern : "", path));
    if (rule) CHECK(rule->ignores == !rule->pattern.starts_with('!'));
  }
  // Of a dataset only what is in it is asked, by the rules around it, too.
  CHECK_FALSE(find_ignore_rule(w.dir.path(), "logs", "logs/x"));
  CHECK(find_ignore_rule(w.dir.path(), "logs", "logs/x.tmp")->line == 2);
  CHECK_FALSE(find_ignore_rule(w.dir.path(), "logs", "logs"));
  CHECK(find_ignore_rule(w.dir.path(), "", ".mlo/x")->line == 0);
}

TEST_CASE("no ignore pattern takes exponential time", "[data]") {
  std::string pattern, path;
  for (int i = 0; i < 30; ++i) pattern += "**/a/";
  for (int i = 0; i < 300; ++i) path += "a/";
  CHECK_FALSE(ignore_match(pattern + "b", path + "c"));
  CHECK(ignore_match(pattern + "b", path + "b"));
  CHECK_FALSE(ignore_match("*/**/x/**/y", "a/x/b/x/z"));
  CHECK(ignore_match("*/**/x/**/y", "a/x/b/x/y"));
}
