# The last check can be shown again without the data.

$ mlo init
made `.mlo` in <dir>
next: commit it with `git commit -m "mlo init"`, then `mlo version-data add PATH`
$ mlo drift report
error: no drift was checked here yet
hint: mlo drift check REFERENCE CURRENT
[1]
$ printf 'x\n1.5\n2.5\n3.5\n' > a.csv && printf 'x\n101.5\n102.5\n103.5\n' > b.csv
$ mlo -q drift check a.csv b.csv --test wasserstein --json > check.json
[3]
$ rm a.csv b.csv
$ mlo drift report
COLUMN  VERDICT  SCORE  LIMIT  TEST         NOTE
x       drift    122.5    0.1  wasserstein
drift: 1 of 1 column drifted (100%, limit 50%); 3 rows against 3
$ mlo drift report check.json --prometheus x.prom
COLUMN  VERDICT  SCORE  LIMIT  TEST         NOTE
x       drift    122.5    0.1  wasserstein
drift: 1 of 1 column drifted (100%, limit 50%); 3 rows against 3
$ grep -Ev '^#|timestamp' x.prom
mlo_drift_score{model="b.csv",column="x",method="wasserstein"} 122.47448713915891
mlo_drift_threshold{model="b.csv",column="x",method="wasserstein"} 0.1
mlo_drift_detected{model="b.csv",column="x",method="wasserstein"} 1
mlo_drift_share{model="b.csv"} 1
$ echo '{}' > check.json && mlo drift report check.json
error: check.json: missing `mlo` in the drift report
[1]
