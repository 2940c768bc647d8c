# What was typed or set in confidence is in no record.

$ mlo init && git commit -qm "mlo init"
made `.mlo` in <dir>
next: commit it with `git commit -m "mlo init"`, then `mlo version-data add PATH`
$ HF_TOKEN=planted-one mlo run --name one -q -- true --password planted-two --api-key=planted-three planted-one --lr 0.1
$ mlo track show one | grep command
command    true --password '(secret)' '--api-key=(secret)' '(secret)' --lr 0.1
$ git log -p refs/mlo/runs | grep -c planted
0
[1]
$ grep -r planted .mlo .git/mlo | wc -l
0
