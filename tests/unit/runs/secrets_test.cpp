#include "lib/runs/secrets.hpp"

#include "tests/support/test.hpp"

using namespace mlo;

TEST_CASE("names that mean a secret are told from those of machine learning", "[runs]") {
  for (const char* name :
       {"AWS_SECRET_ACCESS_KEY", "HF_TOKEN", "--token", "db.password", "DB_PASS", "API_KEY", "apiKey", "authToken",
        "STORAGE_KEY", "GITHUB_PAT", "--api-key", "PGPASSWORD", "client_secret"}) {
    INFO(name);
    CHECK(is_secret_name(name));
  }
  for (const char* name :
       {"tokenizer", "--tokenizer", "max_tokens", "TOKENIZERS_PARALLELISM", "keys", "--key", "sort_key", "group-key",
        "pass", "compass", "PATH", "patience", "n_pat_h", "secretary", ""}) {
    INFO(name);
    CHECK_FALSE(is_secret_name(name));
  }
}

TEST_CASE("a command line is written down without its secrets", "[runs]") {
  using Words = std::vector<std::string>;
  const auto masked = [](Words words) {
    return without_secrets(std::move(words), {{"HF_TOKEN", "hf_abcdef"}, {"DB_PASS", "x"}});
  };
  CHECK(masked({"train", "--token", "abc", "--lr", "1"}) == Words{"train", "--token", "(secret)", "--lr", "1"});
  CHECK(masked({"train", "--password=a=b"}) == Words{"train", "--password=(secret)"});
  CHECK(masked({"env", "API_KEY=abc", "x"}) == Words{"env", "API_KEY=(secret)", "x"});
  CHECK(masked({"mlo", "run", "-P", "db.password=abc"}) == Words{"mlo", "run", "-P", "db.password=(secret)"});
  CHECK(masked({"train", "--token", "--lr"}) == Words{"train", "--token", "--lr"});
  CHECK(masked({"curl", "-H", "Authorization: Bearer hf_abcdef"}) ==
        Words{"curl", "-H", "Authorization: Bearer (secret)"});
  CHECK(masked({"git", "clone", "https://ann:pw@example.org/a@b"}) ==
        Words{"git", "clone", "https://ann:(secret)@example.org/a@b"});
  CHECK(masked({"curl", "http://localhost:80/a@b", "http://a@b/"}) ==
        Words{"curl", "http://localhost:80/a@b", "http://a@b/"});
  CHECK(masked({"train", "--tokenizer", "bert", "max_tokens=5", "x"}) ==
        Words{"train", "--tokenizer", "bert", "max_tokens=5", "x"});
}
