# Deleted runs are out of sight and come back; notes and tags lie on top of the record.

$ mlo init && git add -A && git commit -qm "mlo init"
...
$ mlo run --name first -- true && mlo run --name second -- true
...
$ mlo track delete first --dry-run
would delete first <id>
$ mlo track delete first
error: cannot ask off a terminal: delete 1 run?
hint: add `--yes` to agree, or look first with `--dry-run`
[2]
$ mlo track delete first --yes
deleted first <id>
hint: `mlo track restore` brings them back
$ mlo track list
NAME    ID            STATUS    STARTED
second  <id>  finished  <duration> ago
$ mlo track delete first --yes
they are deleted already
$ mlo track list --deleted
NAME   ID            STATUS   STARTED
first  <id>  deleted  <duration> ago
$ mlo track restore first
restored first <id>
$ mlo track note second "a good one"
noted on second
$ mlo track tag second team=flights stage=2
second: stage=2 team=flights
$ mlo track tag second --remove stage
second: team=flights
$ mlo track tag second --remove stage
error: run `second` has no tag `stage`
[1]
$ mlo track tag second
error: name a tag to set or to remove
hint: mlo track tag RUN team=flights
[2]
$ mlo track search "tags.team = 'flights'"
NAME    ID            STATUS    STARTED
second  <id>  finished  <duration> ago
$ mlo track show second | head -n 6
second  finished
id         <id>
command    true
note       a good one
user       ada@example.org
started    <time> UTC
$ mlo track note nobody "a good one"
error: no run `nobody`
hint: list them with `mlo track list`
[1]
$ git log --format=%s refs/mlo/runs
tag second: -stage
tag second: stage=2 team=flights
note on second: a good one
restore first
delete first
second finished
first finished
