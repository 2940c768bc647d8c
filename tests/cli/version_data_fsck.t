# Every stored byte is read; what is damaged is set aside, and mended from a remote.

$ mlo init && git commit -qm init
made `.mlo` in <dir>
next: commit it with `git commit -m "mlo init"`, then `mlo version-data add PATH`
$ mlo version-data fsck
read 0 objects (0 B): none is damaged
$ mkdir raw && for i in 1 2 3 4 5 6 7 8 9; do echo $i > raw/$i.csv; done && mlo version-data add raw -m data
added raw: 9 files, 18 B, sha256:<id>
committed <id>
$ mlo remote add store .git/store && mlo push
remote store: .git/store
hint: commit .mlo/config.yaml, so that others have it too
pushed 10 objects (<size>)
$ mlo version-data fsck
read 10 objects (<size>): none is damaged
$ chmod u+w .git/mlo/packs/*.pack && perl -0pi -e 's/7\nobj/8\nobj/' .git/mlo/packs/*.pack
$ mlo version-data fsck
DAMAGED  sha256:10159baf262b of dataset `raw`
read 10 objects (<size>): 1 damaged
hint: 1 object that manifests or runs name is not here; `mlo pull` fetches those of the data
hint: what is damaged was moved to quarantine; `mlo version-data fsck --heal` fetches good bytes
[3]
$ mlo version-data fsck --heal
read 9 objects (397 B): none is damaged
the remote names 10 objects (461 B): none is lost
hint: 1 object that manifests or runs name is not here; `mlo pull` fetches those of the data
$ mlo pull
pulled 1 object (2 B)
$ chmod u+w .git/mlo/packs/*.pack && perl -0pi -e 's/5\nobj/8\nobj/' .git/mlo/packs/*.pack
$ mlo version-data fsck --heal
healed   sha256:f0b5c2c2211c of dataset `raw`
read 10 objects (399 B): 1 damaged
the remote names 10 objects (461 B): none is lost
$ mlo version-data fsck --json
{
  "good": true,
  "objects": 10,
  "bytes": 399,
  "indexes_mended": 0,
  "damaged": [],
  "absent": 0,
  "remote_objects": null,
  "lost": []
}
$ rm .git/store/packs/*.pack && mlo version-data fsck --remote store
LOST     sha256:06e9d52c1720 of dataset `raw`
LOST     sha256:10159baf262b of dataset `raw`
LOST     sha256:1121cfccd591 of dataset `raw`
LOST     sha256:2e6d31a5983a of dataset `raw`
LOST     sha256:4355a46b19d3 of dataset `raw`
LOST     sha256:53c234e5e847 of dataset `raw`
LOST     sha256:7de1555df0c2 of dataset `raw`
LOST     sha256:aa67a169b0bb of dataset `raw`
LOST     sha256:f0b5c2c2211c of dataset `raw`
read 10 objects (399 B): none is damaged
the remote names 10 objects (461 B): 9 lost
hint: `mlo version-data fsck --heal --remote store` sends what is lost there, if it is here
[3]
$ ls .git/store/packs && mlo version-data fsck --remote store --json | tail -n 6
hint: `mlo version-data fsck --heal --remote store` sends what is lost there, if it is here
      "id": "sha256:f0b5c2c2211c8d67ed15e75e656c7862d086e9245420892a7de62cd9ec582a06",
      "owner": "dataset `raw`",
      "sent": false
    }
  ]
}
$ mlo version-data fsck --heal
sent     sha256:06e9d52c1720 of dataset `raw`
sent     sha256:10159baf262b of dataset `raw`
sent     sha256:1121cfccd591 of dataset `raw`
sent     sha256:2e6d31a5983a of dataset `raw`
sent     sha256:4355a46b19d3 of dataset `raw`
sent     sha256:53c234e5e847 of dataset `raw`
sent     sha256:7de1555df0c2 of dataset `raw`
sent     sha256:aa67a169b0bb of dataset `raw`
sent     sha256:f0b5c2c2211c of dataset `raw`
read 10 objects (399 B): none is damaged
the remote names 10 objects (461 B): 9 lost
$ chmod u+w .git/store/packs/*.pack && perl -0777 -pi -e 's/(obj.{37})7\n/${1}8\n/s' .git/store/packs/*.pack && mlo version-data fsck --remote store
read 10 objects (399 B): none is damaged
the remote names 10 objects (461 B): none is lost
$ mlo version-data fsck --read-remote
LOST     sha256:10159baf262b of dataset `raw`
read 10 objects (399 B): none is damaged
the remote names 10 objects (461 B): 1 lost
hint: `mlo version-data fsck --heal --read-remote` sends what is lost there, if it is here
[3]
$ mlo version-data fsck --read-remote --heal
sent     sha256:10159baf262b of dataset `raw`
read 10 objects (399 B): none is damaged
the remote names 10 objects (461 B): 1 lost
$ mlo version-data fsck --read-remote
read 10 objects (399 B): none is damaged
the remote names 10 objects (461 B): none is lost
