# Two tables are compared column by column; exit 3 says that they differ.

$ awk 'BEGIN { print "delay,carrier,gone"; for (i = 0; i < 200; i++) print (i * 37 % 101) / 4 "," substr("ABC", i % 3 + 1, 1) "," i }' > january.csv
$ awk 'BEGIN { print "delay,carrier,fresh"; for (i = 0; i < 150; i++) print (i * 37 % 101) / 4 + 9 "," substr("AAB", i % 3 + 1, 1) "," i }' > july.csv
$ mlo drift check january.csv january.csv
COLUMN   VERDICT  SCORE  LIMIT  TEST       NOTE
delay    stable       1   0.05  ks
carrier  stable       1   0.05  chisquare
gone     stable       1   0.05  ks
no drift: 0 of 3 columns drifted (0%, limit 50%); 200 rows against 200
$ mlo drift check january.csv july.csv
COLUMN   VERDICT      SCORE  LIMIT  TEST       NOTE
delay    drift    2.882e-10   0.05  ks
carrier  drift    3.592e-22   0.05  chisquare
gone     drift            -      -  -          missing
new: fresh
drift: 3 of 3 columns drifted (100%, limit 50%); 200 rows against 150
[3]
$ mlo drift check january.csv july.csv --column delay --test wasserstein --threshold delay=2
COLUMN  VERDICT  SCORE  LIMIT  TEST         NOTE
delay   stable   1.219      2  wasserstein
no drift: 0 of 1 column drifted (0%, limit 50%); 200 rows against 150
$ mlo drift check january.csv july.csv --ignore gone --test delay=psi --share 1 --as delay=number
COLUMN   VERDICT      SCORE  LIMIT  TEST       NOTE
delay    drift        4.144    0.1  psi
carrier  drift    3.592e-22   0.05  chisquare
new: fresh
drift: 2 of 2 columns drifted (100%, limit 100%); 200 rows against 150
[3]

# Files for a page and for Prometheus.
$ mlo -q drift check january.csv july.csv --column delay --html out/drift.html --prometheus out/drift.prom
COLUMN  VERDICT      SCORE  LIMIT  TEST  NOTE
delay   drift    2.882e-10   0.05  ks
drift: 1 of 1 column drifted (100%, limit 50%); 200 rows against 150
[3]
$ grep -c '<svg' out/drift.html && grep '^mlo_drift_[ds]' out/drift.prom && ls -A out
1
mlo_drift_score{model="july.csv",column="delay",method="ks"} 2.882321354673476e-10
mlo_drift_detected{model="july.csv",column="delay",method="ks"} 1
mlo_drift_share{model="july.csv"} 1
drift.html
drift.prom

# What cannot be used is named.
$ mlo drift check january.csv nowhere.csv
error: no file `nowhere.csv`
[1]
$ mlo drift check january.csv README.md
error: `README.md` is no table
hint: tables end in .parquet, .csv, .tsv, .jsonl or .ndjson
[1]
$ mlo drift check january.csv july.csv --test hellingr
error: no drift test named `hellingr`
hint: did you mean `hellinger`?
[2]
$ mlo drift check january.csv july.csv --test carrier=ks
error: test `ks` does not read column `carrier`: it is a category
hint: see `mlo drift tests` for what each test reads
[2]
$ mlo drift check january.csv july.csv --column dealy
error: no column named `dealy`
hint: did you mean `delay`?
[2]
$ mlo drift check january.csv july.csv --threshold high
error: `high` is no number for `--threshold`
[2]
$ mlo drift check january.csv july.csv --as delay=text
error: `delay=text` is not COLUMN=KIND
hint: a kind is `number` or `category`
[2]
$ mlo drift check january.csv flights
error: no file `flights`
hint: datasets are known in a repository after `mlo init`
[1]
$ printf 'a,b\n1,2\n1\n3,4,5\n' > ragged.csv && mlo drift check ragged.csv january.csv
error: cannot read `ragged.csv`: its rows do not all have the fields that `a,b` names
hint: look for rows with too many or too few separators
[1]
$ : > empty.csv && mlo drift check january.csv empty.csv
error: `empty.csv` has no rows
[1]
$ printf PAR1 > cut.parquet && mlo drift check cut.parquet january.csv
error: cannot read `cut.parquet`: the query failed: File '<dir>/cut.parquet' too small to be a Parquet file
[1]

# Versions of a dataset come from the store.
$ mlo init && cp january.csv flights.csv && mlo version-data add flights.csv --name flights --commit && git tag v1
...
$ cp july.csv flights.csv && mlo version-data add flights.csv --name flights --commit
...
$ mlo drift check flights@v1 flights --column carrier --json | head -n 20
{
  "mlo": "drift/1",
  "drift": true,
  "model": null,
  "reference": "flights@v1",
  "current": "flights",
  "reference_id": "sha256:c318fa0f2210385a949da654e0326c797c32c2c510ad7184a015b39859dd52c1",
  "current_id": "sha256:5febfa47f58d818aec05b84fda470aded177ba1ff417e555591a4907c2c6d369",
  "when": "<time>",
  "reference_rows": 200,
  "current_rows": 150,
  "compared": 1,
  "drifted": 1,
  "share": 1.0,
  "share_limit": 0.5,
  "missing": [],
  "added": [],
  "columns": [
    {
      "name": "carrier",
