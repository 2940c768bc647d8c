#include "cli/help_topics.hpp"

namespace mlo::cli {

const std::vector<HelpTopic>& help_topics() {
  static const std::vector<HelpTopic> topics = {
      {"exit-codes", "what the exit code of every command means",
       "0    it worked\n"
       "1    it failed; the error says why\n"
       "2    the command line is wrong\n"
       "3    the tool worked and its verdict is no\n"
       "4    conflict: a lock is held, or the state of the repository does not allow it now\n"
       "5    a remote failed\n"
       "70   a bug in mlo; please report it\n"
       "130  interrupted by Ctrl-C\n"
       "\n"
       "`mlo run -- CMD` passes on the exit code of CMD; 127: there is no CMD."},
      {"names", "how data, runs and revisions are written",
       "NAME            a dataset: lower-case letters and digits, joined by `-`, `_`, `.` and `/`\n"
       "NAME@REV        that dataset as of a git revision: a branch, a tag, HEAD~2, a commit\n"
       "NAME@sha256:..  that dataset by the digest of its content, or a unique prefix of it\n"
       "RUN             a run by its id, a unique prefix of the id, or its name of two words such as brave-otter\n"
       "\n"
       "A digest is written with its algorithm: `sha256:` for content, `git-sha1:` for git's own objects."},
      {"output", "results, progress, colour and JSON",
       "Results go to stdout; progress, warnings and hints go to stderr. Colour, progress bars and tables cut to the "
       "width appear on a terminal only.\n"
       "\n"
       "--json prints the result as one JSON document. --quiet drops progress and hints. --color never, or the "
       "environment variable NO_COLOR, drops colour.\n"
       "\n"
       "A command that would destroy something asks first; off a terminal it needs --yes."},
      {"pipeline", "how to write `mlo.yaml`",
       "Put `mlo.yaml` at the top of the repository; `mlo run` makes what it names, in an order that fits:\n"
       "\n"
       "    stages:\n"
       "      prepare:\n"
       "        cmd: python prepare.py data/raw data/train.csv\n"
       "        deps: [prepare.py, data/raw]        # files and directories it reads\n"
       "        outs: [data/train.csv]              # what it makes: kept by content\n"
       "      train:\n"
       "        cmd: python train.py data/train.csv model.pkl metrics.json\n"
       "        deps: [train.py, data/train.csv]    # made by `prepare`, so `prepare` comes first\n"
       "        params: [train.learning_rate]       # keys of params.yaml\n"
       "        outs: [model.pkl]\n"
       "        metrics: [metrics.json: {cache: false}]   # small: left to git\n"
       "        resources: {cpu: 2, mem: 8GiB, time: 2h, disk: 20GiB, log: 64MiB, processes: 200}\n"
       "        mutex: database      # a name, or a list: nobody else on this machine has it at the same time\n"
       "\n"
       "A stage may also have `plots`, `wdir`, `env`, `timeout`, `retries` (a number, or `{limit: 3, delay: 10s, "
       "backoff: 2, exit_codes: [75]}`), `frozen`, `always_changed` and `desc`; "
       "`deterministic: true` pins seeds (MLO_SEED, PYTHONHASHSEED), threads, locale, time zone and SOURCE_DATE_EPOCH; "
       "`tolerance: 1e-6` is how far numbers in its metrics files may be off in `mlo run verify`; "
       "`foreach` with `do`, or `matrix`, makes many stages of one, and `vars` fills `${name}`. An existing `dvc.yaml` "
       "is read as it is.\n"
       "\n"
       "`env: {MODE: fast, LANG: , API_TOKEN: }` sets variables, and takes those without a value from your "
       "environment: "
       "the stage runs again if one changes. Of those whose names mean a secret (`*TOKEN`, `*PASSWORD`, `*SECRET*`, "
       "`API_KEY`, ..) only the name counts and is written down: results are shared whoever's token made them, and a "
       "new "
       "token makes nothing run again.\n"
       "\n"
       "`resources` bound what a stage may use (also `gpu: 1`). `time` is that of the stage with all its commands and "
       "attempts (`timeout` that of one command), `disk` what its outputs and each file take. `cpu`, `mem` and `gpu` "
       "are also shared with all other runs of this machine: a stage that has to wait says for whom. What says nothing "
       "has 7 days, 1 GiB of log, 4096 processes and threads, nine tenths of the memory, and a disk that keeps a "
       "hundredth free (at most 256 MiB); `unlimited` lifts a bound. `limits` in .mlo/config.yaml sets the defaults "
       "and the machine's budget.\n"
       "\n"
       "`mlo run -n` says what would run, `mlo run graph` draws it.",
       "mlo.yaml"},
      {"gates", "how to write the policy that `mlo promote` asks",
       "`.mlo/gates/STAGE.yaml` on the protected branch says what a version needs to hold STAGE:\n"
       "\n"
       "    mlo: gate/1\n"
       "    stage: prod\n"
       "    evaluation:                   # a stage of mlo.yaml, run for both versions\n"
       "      stage: evaluate\n"
       "      dataset: holdout            # what it measures on, as of the policy's commit\n"
       "      predictions: predictions.csv\n"
       "      columns: {label: late, score: score, slices: [carrier]}\n"
       "    gates:\n"
       "      - {id: ranking, metric: auc, min: 0.735, max_regression: {abs: 0.002}, confidence: 0.95}\n"
       "      - {id: carriers, metric: auc, slices: [carrier], max_gap: 0.15, min_support: 500}\n"
       "      - {id: lineage, check: commit-on, branch: main, dirty: false}\n"
       "      - {id: clean, check: data-validation, dataset: train, suite: .mlo/suites/train.yaml}\n"
       "\n"
       "A score that is missing or not a number never passes. Without a policy a stage asks nothing. `mlo promote "
       "check` "
       "judges without promoting.",
       "policy"},
      {"expectations", "how to write a suite for `mlo version-data validate`",
       "A suite says what a table must be like; `mlo version-data validate --infer DATA` proposes one:\n"
       "\n"
       "    mlo: suite/1\n"
       "    name: flights\n"
       "    expectations:\n"
       "      - {type: expect_column_values_to_not_be_null, column: carrier}\n"
       "      - {type: expect_column_values_to_be_in_set, column: carrier, value_set: [AA, UA], mostly: 0.99}\n"
       "      - {type: expect_column_values_to_be_between, column: delay, min_value: -120, max_value: 1500}\n"
       "      - {type: expect_column_values_to_match_regex, column: tail, regex: \"^N[0-9]+\"}\n"
       "      - {type: expect_relationship, column: carrier, to: carriers, field: code}   # a dataset, or a path\n"
       "      - {type: expect_freshness, column: day, max_age: \"36h\"}\n"
       "\n"
       "`mostly` is the share of rows that is enough; rows without a value are not judged. Types and their fields are "
       "those of Great Expectations:\n"
       "\n"
       "    expect_column_values_to_  be_between, be_in_set, be_in_type_list, be_increasing, be_null, be_of_type,\n"
       "                              be_unique, match_regex, not_be_in_set, not_be_null, not_match_regex\n"
       "    expect_column_            to_exist, value_lengths_to_be_between, unique_value_count_to_be_between,\n"
       "                              max_to_be_between, mean_.., median_.., min_.., stdev_.., quantile_values_..,\n"
       "                              pair_values_a_to_be_greater_than_b\n"
       "    expect_compound_columns_to_be_unique\n"
       "    expect_table_             row_count_to_be_between, columns_to_match_set, columns_to_match_ordered_list\n"
       "    expect_                   freshness, relationship: mlo's own\n"
       "\n"
       "Name a dataset's suite with `mlo version-data add PATH --suite FILE`; from then on `mlo version-data add PATH "
       "--validate` refuses what breaks it.",
       "suite"},
      {"features", "how to define features for `mlo materialize`",
       "Each file in `.mlo/features` defines one thing: an entity (who has features), a view (features from files or "
       "from SQL over them), or a service (features that are asked for together).\n"
       "\n"
       "    mlo: entity/1\n"
       "    name: airport\n"
       "    keys: [{name: origin, type: string}]\n"
       "\n"
       "    mlo: view/1\n"
       "    name: weather\n"
       "    entities: [airport]\n"
       "    ttl: 3h                             # older rows answer nothing\n"
       "    source:\n"
       "      path: data/weather/*.csv          # or sql: and tables:\n"
       "      timestamp_field: observed         # when it was so\n"
       "      created_timestamp_column: published   # when it was known\n"
       "    features: [{name: temp, dtype: real}, {name: visib, dtype: real}]\n"
       "\n"
       "    mlo: service/1\n"
       "    name: delay\n"
       "    features: [weather:temp, weather:visib]\n"
       "\n"
       "Types are boolean, integer, real, string, date and timestamp. Files of features may have any name.\n"
       "\n"
       "`mlo materialize train flights.csv delay -o train.parquet` puts beside each row of flights.csv, which has the "
       "join keys and `event_timestamp` (or --timestamp COLUMN), what was known at its time. `mlo materialize` brings "
       "the latest of all views into the online store, `mlo materialize get delay --key origin=JFK` asks for them."},
      {"remotes", "where objects are shared, and with whose keys",
       "    mlo remote add origin /mnt/share/flights           # a directory: a network file system, a disk\n"
       "    mlo remote add origin s3://bucket/flights          # Amazon S3\n"
       "    mlo remote add lab s3://bucket/flights --endpoint https://minio.lab:9000\n"
       "    mlo remote add public https://data.example.org/flights   # a directory remote on a web server, to pull\n"
       "\n"
       "Each is an entry of `remotes` in `.mlo/config.yaml`; besides `url` it may have `endpoint`, `region`, "
       "`profile`, "
       "`path_style`, `ca_file`, `connections` (8) and `bytes_per_second`. `.mlo/local/config.yaml` is laid over it: "
       "this "
       "machine's alone, and the one place that may also have `access_key_id`, `secret_access_key`, `session_token`.\n"
       "\n"
       "Without those, keys come as AWS's own tools find them: the environment (`AWS_ACCESS_KEY_ID`, ..), the profile "
       "(`AWS_PROFILE`, `~/.aws`, `credential_process`), the container's or the machine's role; so do region, endpoint "
       "(`AWS_ENDPOINT_URL`) and `AWS_CA_BUNDLE`. A web server's name and password come from `~/.netrc`, proxies from "
       "`https_proxy`, `http_proxy` and `no_proxy`.\n"
       "\n"
       "An upload in parts that was cut off waits in the bucket to be gone on with; a lifecycle rule "
       "(AbortIncompleteMultipartUpload) ends those that nobody comes back to."},
  };
  return topics;
}

const HelpTopic* find_help_topic(std::string_view name) {
  for (const HelpTopic& topic : help_topics()) {
    if (topic.name == name || topic.also == name) return &topic;
  }
  return nullptr;
}

}  // namespace mlo::cli
