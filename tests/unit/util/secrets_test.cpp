#include "lib/util/secrets.hpp"

#include "tests/support/test.hpp"

using namespace mlo;

TEST_CASE("names that mean a secret are told from those of machine learning", "[util]") {
  for (const char* name : {"AWS_SECRET_ACCESS_KEY",
                           "HF_TOKEN",
                           "--token",
                           "db.password",
                           "DB_PASS",
                           "API_KEY",
                           "apiKey",
                           "authToken",
                           "STORAGE_KEY",
                           "GITHUB_PAT",
                           "--api-key",
                           "PGPASSWORD",
                           "client_secret",
                           "DB_PASSWD",
                           "pass_phrase.x.passphrase",
                           "Private-Key",
                           "BOT_TOKEN",
                           "GOOGLE_CREDENTIALS",
                           "SECRET_KEY_BASE",
                           "api_token_2",
                           "proxy-authorization"}) {
    INFO(name);
    CHECK(is_secret_name(name));
  }
  for (const char* name : {"tokenizer",
                           "--tokenizer",
                           "max_tokens",
                           "TOKENIZERS_PARALLELISM",
                           "keys",
                           "--key",
                           "sort_key",
                           "group-key",
                           "pass",
                           "compass",
                           "PATH",
                           "patience",
                           "n_pat_h",
                           "secretary",
                           "",
                           "pad_token",
                           "--eos-token",
                           "PWD",
                           "OLDPWD",
                           "SORT_KEY",
                           "token_dropout",
                           "TOKEN_FILE",
                           "SECRET_NAME",
                           "PARTITION_KEY",
                           "max_token_length",
                           "_",
                           "per-token"}) {
    INFO(name);
    CHECK_FALSE(is_secret_name(name));
  }
}

TEST_CASE("a command line is written down without its secrets", "[util]") {
  using Words = std::vector<std::string>;
  const auto masked = [](Words words) {
    return without_secrets(std::move(words), {{"HF_TOKEN", "hf_abcdef"}, {"DB_PASS", "x"}, {"PWD", "/home/ann"}});
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
  CHECK(masked({"curl", "-u", "ann:pw", "x"}) == Words{"curl", "-u", "ann:(secret)", "x"});
  CHECK(masked({"curl", "-u", "hf_abcdef:", "x"}) == Words{"curl", "-u", "(secret):", "x"});
  CHECK(masked({"hf_abcdef=x", "hf_abcdef-token=x"}) == Words{"(secret)=x", "(secret)-token=(secret)"});
  CHECK(without_secrets({"train", "--secret", "x"}, {{"TOKEN", "secret"}}) == Words{"train", "--secret", "(secret)"});
  CHECK(masked({"docker", "run", "-u", "1000:1000", "x"}) == Words{"docker", "run", "-u", "1000:1000", "x"});
  CHECK(masked({"sh", "-c", "cd x; TOKEN=abc curl --password \"$X\""}) ==
        Words{"sh", "-c", "cd x; TOKEN=(secret) curl --password \"$X\""});
  CHECK(masked({"python", "/home/ann/train.py"}) == Words{"python", "/home/ann/train.py"});
}

TEST_CASE("a line of a shell is written down without its secrets", "[util]") {
  const std::pair<const char*, const char*> lines[] = {
      {"train --token=abc --lr 0.1", "train --token=(secret) --lr 0.1"},
      {"train --password 'a b' --lr 0.1", "train --password '(secret)' --lr 0.1"},
      {"API_KEY=abc DB_PASS=\"x y\" train; echo", "API_KEY=(secret) DB_PASS=\"(secret)\" train; echo"},
      {"curl -H 'X-Api-Key: abc' -H \"Authorization: Bearer a.b-c d\" x",
       "curl -H 'X-Api-Key: (secret)' -H \"Authorization: Bearer (secret)\" x"},
      {"curl -d '{\"password\": \"a,b\", \"lr\": 1}' x", "curl -d '{\"password\": \"(secret)\", \"lr\": 1}' x"},
      {"git clone https://ann:p:w@example.org/r && ls", "git clone https://ann:(secret)@example.org/r && ls"},
      {"curl 'https://h/x?a=1&token=abc' && ls", "curl 'https://h/x?a=1&token=(secret)' && ls"},
      {"curl 'https://h/x?sv=1&sig=a%3D' y", "curl 'https://h/x?sv=1&sig=(secret)' y"},
      {"curl --user ann:pw x", "curl --user ann:(secret) x"},
      {"login ghp_0123456789abcdefghij", "login (secret)"},
      {"# don't\nexport PASSWORD='abc'\n", "# don't\nexport PASSWORD='(secret)'\n"},
      {"login --password\ndb.password: abc", "login --password\ndb.password: (secret)"},
      {"curl -d '{\"token\":\n \"abc\"}'", "curl -d '{\"token\":\n \"(secret)\"}'"},
      {"git clone https://ghp_0123456789abcdefghij:x@h/r", "git clone https://(secret):(secret)@h/r"},
      {"git clone https://ghp_0123456789abcdefghij@example.org/r", "git clone https://(secret)@example.org/r"},
      {"wget --header='PRIVATE-TOKEN: abc' x", "wget --header='PRIVATE-TOKEN: (secret)' x"},
  };
  for (const auto& [line, masked] : lines) {
    INFO(line);
    CHECK(text_without_secrets(line, TextKind::shell) == masked);
    CHECK(text_without_secrets(masked, TextKind::shell) == masked);
  }
  for (const char* line :
       {"train --token \"$TOKEN\" --key ${KEY}", "TOKEN=$(cat f) x", "curl https://$USER:$PASS@h/x",
        "python train.py --pad-token '<pad>' --tokenizer bert", "echo \"it's\" 'a \"b' \\\" token", "", "a::b token",
        "test \"$TOKEN\" == x", "x --password", "docker run -u $(id -u):1 i", "https://", "-u", "\"", "token="}) {
    INFO(line);
    CHECK(text_without_secrets(line, TextKind::shell) == line);
  }
  CHECK(text_without_secrets("postgres://ann:pw@db:5432/x", TextKind::plain) == "postgres://ann:(secret)@db:5432/x");
  CHECK(text_without_secrets("Server=db;Password=a;b", TextKind::plain) == "Server=db;Password=(secret)");
  CHECK(env_without_secrets("DB_PASSWORD", "x") == "(secret)");
  CHECK(env_without_secrets("DATABASE_URL", "postgres://ann:pw@db/x") == "postgres://ann:(secret)@db/x");
  CHECK(env_without_secrets("MODE", "fast") == "fast");
}
