# What of a remote can be changed, and what stays.

$ mlo init -q && git commit -qm init && mlo remote add store .git/store -q && mlo remote modify store
made `.mlo` in <dir>
remote store: .git/store
remote store is so already
$ mlo remote modify store --url .git/other --connections 3 --bytes-per-second 1000000 --default
url: .git/store -> .git/other
connections: (default) -> 3
bytes_per_second: (default) -> 1000000
remote store is the default
hint: commit .mlo/config.yaml; `mlo remote check store` asks whether it works
$ sed -i 's/^    url/    x-note: kept\n&/' .mlo/config.yaml && cat .mlo/config.yaml
mlo: config/1
remotes:
  store:
    x-note: kept
    url: ".git/other"
    connections: 3
    bytes_per_second: 1000000
default_remote: store
$ mlo remote modify store --unset connections --unset bytes_per_second --url .git/store && cat .mlo/config.yaml
url: .git/other -> .git/store
connections: 3 -> (default)
bytes_per_second: 1000000 -> (default)
hint: commit .mlo/config.yaml; `mlo remote check store` asks whether it works
mlo: config/1
remotes:
  store:
    x-note: kept
    url: ".git/store"
default_remote: store
$ mlo remote check store
store: reachable and writable
$ mkdir sub && cd sub && mlo remote modify store --url ../moved --json; cd .. && mlo remote list
{
  "name": "store",
  "changes": [
    {
      "key": "url",
      "from": ".git/store",
      "to": "moved"
    }
  ],
  "default": false
}
hint: commit .mlo/config.yaml; `mlo remote check store` asks whether it works
NAME   URL
store  moved  default

# Of S3; nothing is contacted.

$ printf 'mlo: config/1\nremotes:\n  cloud: {url: s3://bucket/p, profile: old}\n' > .mlo/config.yaml && mlo remote modify cloud --region eu-central-1 --endpoint https://s3.lab --path-style no --unset profile --ca-file ca.pem && cat .mlo/config.yaml
endpoint: (default) -> https://s3.lab
region: (default) -> eu-central-1
profile: old -> (default)
ca_file: (default) -> <dir>/ca.pem
path_style: (default) -> no
hint: commit .mlo/config.yaml; `mlo remote check cloud` asks whether it works
mlo: config/1
remotes:
  cloud:
    url: s3://bucket/p
    endpoint: https://s3.lab
    region: eu-central-1
    ca_file: <dir>/ca.pem
    path_style: false
$ mlo remote modify cloud --unset path_style --unset ca_file --unset endpoint --unset region && cat .mlo/config.yaml
endpoint: https://s3.lab -> (default)
region: eu-central-1 -> (default)
ca_file: <dir>/ca.pem -> (default)
path_style: no -> (default)
hint: commit .mlo/config.yaml; `mlo remote check cloud` asks whether it works
mlo: config/1
remotes:
  cloud:
    url: s3://bucket/p

# The machine's own configuration goes before, and secrets in it stay there.

$ printf 'mlo: config/1\nremotes:\n  cloud: {region: local-1, secret_access_key: hidden, access_key_id: id}\n' > .mlo/local/config.yaml && mlo remote modify cloud --region eu-central-1 && cat .mlo/config.yaml
region: local-1 -> eu-central-1
warning: here .mlo/local/config.yaml goes before: `region` stays local-1
hint: commit .mlo/config.yaml; `mlo remote check cloud` asks whether it works
mlo: config/1
remotes:
  cloud:
    url: s3://bucket/p
    region: eu-central-1

# What cannot be.

$ mlo remote modify nowhere --region x
error: no remote named `nowhere`
hint: remotes in .mlo/config.yaml: `cloud`
[1]
$ mlo remote modify cloud --unset url
error: `--unset` does not know `url`
hint: it takes endpoint, region, profile, ca_file, path_style, connections, bytes_per_second
[2]
$ mlo remote modify cloud --url gs://bucket
error: remote `cloud`: mlo cannot reach `gs://bucket`
hint: a remote is a directory, `s3://BUCKET/PREFIX`, `ssh://HOST/PATH` or `https://HOST/PATH`
[1]
$ mlo remote modify cloud --endpoint nowhere
error: the S3 endpoint `nowhere` is not a URL
hint: write it as `https://HOST:PORT`
[1]
$ mlo remote modify cloud --path-style maybe
error: `--path-style` is `yes` or `no`, not `maybe`
[2]
$ mlo remote modify cloud --connections 0
error: `0` of --connections is not a number from 1 to 256
hint: `--unset connections` takes the limit away
[2]
$ mlo remote modify cloud --connections 257
error: `257` of --connections is not a number from 1 to 256
hint: `--unset connections` takes the limit away
[2]
$ mlo remote modify cloud --key-file k
error: remote `cloud` is not encrypted
hint: only a new remote can be: `mlo remote add NAME PLACE --key-file FILE`
[1]
$ cat .mlo/config.yaml
mlo: config/1
remotes:
  cloud:
    url: s3://bucket/p
    region: eu-central-1
