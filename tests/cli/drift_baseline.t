# A model's baseline is data by content, with the choice of how to compare.

$ mlo init
made `.mlo` in <dir>
next: commit it with `git commit -m "mlo init"`, then `mlo version-data add PATH`
$ awk 'BEGIN { print "delay,carrier"; for (i = 0; i < 200; i++) print (i * 37 % 101) / 4 "," substr("ABC", i % 3 + 1, 1) }' > january.csv
$ awk 'BEGIN { print "delay,carrier"; for (i = 0; i < 150; i++) print (i * 37 % 101) / 4 + 9 "," substr("AAB", i % 3 + 1, 1) }' > july.csv
$ mlo drift baseline
no baselines
$ mlo drift baseline delay january.csv --test psi --threshold carrier=0.5
MODEL  DATA         CONTENT
delay  january.csv  sha256:f8aa01ea0bc4
$ cat .mlo/baselines/delay.yaml
mlo: drift-baseline/1
model: delay
source: january.csv
type: file
tree: sha256:f8aa01ea0bc4716aa89129ce65100431ad4661723676d5b4681f3489bd44c1c5
file_name: january.csv
options:
  tests:
    - psi
  by_column:
    - column: carrier
      threshold: 0.5
$ git status --short .mlo/baselines
A  .mlo/baselines/delay.yaml
$ rm january.csv
$ mlo drift check baseline:delay july.csv
COLUMN   VERDICT  SCORE  LIMIT  TEST  NOTE
delay    drift    4.144    0.1  psi
carrier  drift    2.901    0.5  psi
drift: 2 of 2 columns drifted (100%, limit 50%); 200 rows against 150
[3]
$ mlo drift check baseline:delay july.csv --threshold carrier=0.01 --json | grep -E '"(model|reference|reference_id|drifted)": '
  "model": "delay",
  "reference": "january.csv",
  "reference_id": "sha256:f8aa01ea0bc4716aa89129ce65100431ad4661723676d5b4681f3489bd44c1c5",
  "drifted": 2,
      "reference": {
        "reference": [
      "reference": {
        "reference": [
$ mlo drift baseline delay --json
[
  {
    "model": "delay",
    "source": "january.csv",
    "tree": "sha256:f8aa01ea0bc4716aa89129ce65100431ad4661723676d5b4681f3489bd44c1c5",
    "file_name": "january.csv"
  }
]
$ mlo drift check baseline:eta july.csv
error: no baseline named `eta`
hint: make it with `mlo drift baseline eta REFERENCE`
[1]
$ mlo drift baseline Delay july.csv
error: `Delay` is no name
hint: names are lower-case letters and digits, joined by `-`, `_` or `/`
[2]
$ mlo drift baseline --remove
error: `--remove` needs one model and nothing else
hint: mlo drift baseline MODEL --remove
[2]
$ mlo drift baseline delay --dry-run
error: `--dry-run` goes with `--remove`
hint: mlo drift baseline MODEL --remove --dry-run
[2]
$ mlo drift baseline delay --remove --dry-run && git status --short .mlo/baselines
would remove the baseline of delay
A  .mlo/baselines/delay.yaml
$ mlo drift baseline delay --remove
removed the baseline of delay
$ mlo drift baseline delay --remove --dry-run
error: no baseline named `delay`
hint: make it with `mlo drift baseline delay REFERENCE`
[1]
$ mlo drift baseline delay --remove
error: no baseline named `delay`
hint: make it with `mlo drift baseline delay REFERENCE`
[1]
