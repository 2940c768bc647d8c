# Three runs, found by what they measured and were given.

$ mlo track list
error: no `.mlo` in `<dir>`
hint: type `mlo init`
[1]
$ mlo init && printf 'mlo track log metric auc=$1\nmlo track log param model=$2 depth=6\n' > train.sh && git add -A && git commit -qm "mlo init"
...
$ mlo track list
no runs yet
$ mlo run --name first -- sh train.sh 0.7 gbt && mlo run --name second -- sh train.sh 0.9 linear && mlo run --name third -- sh train.sh nan gbt
run first (<id>) finished
run second (<id>) finished
run third (<id>) finished
$ mlo track list
NAME    ID            STATUS    STARTED  auc  model
third   <id>  finished  <duration> ago  nan  gbt
second  <id>  finished  <duration> ago  0.9  linear
first   <id>  finished  <duration> ago  0.7  gbt
$ mlo track search "metrics.auc > 0.6" --order-by "metrics.auc DESC"
NAME    ID            STATUS    STARTED  auc  model
second  <id>  finished  <duration> ago  0.9  linear
first   <id>  finished  <duration> ago  0.7  gbt
$ mlo track search "params.model = 'gbt'" --order-by metrics.auc --max 1
NAME   ID            STATUS    STARTED  auc
first  <id>  finished  <duration> ago  0.7
$ mlo track search "metrics.auc > 5"
no run matches
$ mlo track search "metrics.auc >"
error: cannot read the filter, column 14: expected a number, not `the end`
hint: for example: "metrics.auc > 0.8 and params.model = 'gbt'"; more in `mlo track search --help`
[2]
$ mlo track search "params.model = 'gbt' or metrics.auc > 1"
error: cannot read the filter, column 22: conditions can only be joined by AND
hint: for example: "metrics.auc > 0.8 and params.model = 'gbt'"; more in `mlo track search --help`
[2]
$ mlo track search "metrik.auc > 1"
error: cannot read the filter, column 1: `metrik` is none of metrics, params, tags, attributes, datasets
hint: for example: "metrics.auc > 0.8 and params.model = 'gbt'"; more in `mlo track search --help`
[2]
$ mlo track search --order-by "metrics.auc SIDEWAYS"
error: cannot read the order, column 13: expected ASC, DESC or the end
hint: for example: "metrics.auc > 0.8 and params.model = 'gbt'"; more in `mlo track search --help`
[2]
$ mlo track search "tags.x = 'a'; drop table runs"
error: cannot read the filter, column 13: `;` has no meaning here
hint: for example: "metrics.auc > 0.8 and params.model = 'gbt'"; more in `mlo track search --help`
[2]
