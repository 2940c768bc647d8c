#include "lib/capture/command_line.hpp"

#include "lib/util/text.hpp"
#include "tests/support/test.hpp"

using namespace mlo;

TEST_CASE("what a line starts is read out of it", "[capture]") {
  const std::pair<const char*, const char*> lines[] = {
      {"python train.py --lr 0.1", "python"},
      {"cd src && python3 -m train | tee log.txt; sed s/a/b/ x > y", "python3 tee sed"},
      {"A=1 B='x y' PYTHONPATH=. python3 train.py", "python3"},
      {"if ! grep -q x f; then ./run.sh; fi", "grep ./run.sh"},
      {"for i in 1 2; do curl \"$i\"; done", "curl"},
      {"env -u X A=1 nice -n 10 python train.py", "env nice python"},
      {"timeout 10 python train.py", "timeout python"},
      {"exec time python3.11 x.py", "python3.11"},
      {"uv run --with numpy python train.py", "uv python"},
      {"poetry run pytest -q", "poetry pytest"},
      {"conda run -n env Rscript fit.R", "conda Rscript"},
      {"bash -lc 'cd x; python3 a.py && sh -c \"Rscript b.R\"'", "bash python3 sh Rscript"},
      {"echo a && true && test -n \"$X\" && printf x", ""},
      {"$PYTHON train.py; ${CMD} x; `which x` y; $(which y) z", ""},
      {"python train.py # && sed x", "python"},
      {"2>err.txt python train.py < in.txt 2>&1 >> out.txt arg", "python"},
      {"(cd x && make -j2) & wait", "make"},
      {"python a.py; python b.py", "python"},
      {"/usr/bin/python3 'a b.py'", "/usr/bin/python3"},
      {"'unfinished", "unfinished"},
      {"", ""},
      {"&& ; | ( ) { } \\", ""},
  };
  for (const auto& [line, programs] : lines) {
    INFO(line);
    CHECK(join(started_programs(line).programs, " ") == programs);
  }
}

TEST_CASE("images that containers are started from are read out of a line", "[capture]") {
  const std::pair<const char*, const char*> lines[] = {
      {"docker run --rm -v $PWD:/w -w /w --gpus all ghcr.io/a/b@sha256:0123 python train.py",
       "ghcr.io/a/b@sha256:0123"},
      {"podman run -it --network=none alpine:3.20 sh && docker run debian true", "alpine:3.20 debian"},
      {"docker run $IMAGE x", ""},
      {"docker build .", ""},
      {"docker run", ""},
      {"docker run -v", ""},
  };
  for (const auto& [line, images] : lines) {
    INFO(line);
    CHECK(join(started_programs(line).images, " ") == images);
  }
}

TEST_CASE("a shell in a shell in a shell ends somewhere", "[capture]") {
  std::string line = "true";
  for (int i = 0; i < 6; ++i) line = "sh -c " + shell_quote(line);
  CHECK(started_programs(line).programs == std::vector<std::string>{"sh"});
}

TEST_CASE("a line of very many words that start others is read to its end", "[capture]") {
  std::string line;
  for (int i = 0; i < 500'000; ++i) line += "env ";
  CHECK(started_programs(line + "x").programs == std::vector<std::string>{"env", "x"});
}
