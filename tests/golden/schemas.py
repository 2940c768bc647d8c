#!/usr/bin/env python3
"""Holds manifests against schemas/*.schema.json: one of each kind in tests/golden, the examples' pipelines, and what mlo writes.

usage: schemas.py SOURCE_DIR MLO_BINARY
"""
import copy
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import jsonschema
import yaml

from decode import canonical

source, mlo = pathlib.Path(sys.argv[1]), os.path.abspath(sys.argv[2])
KINDS = ["amend", "attestation", "config", "dataset", "drift-baseline", "entity", "gate", "gate-report", "lock", "model", "pipeline", "rollback", "run", "service", "suite", "tombstone", "view"]
NOT_JSON = object()


def load_validators():
    validators = {}
    for file in sorted((source / "schemas").glob("*.schema.json")):
        schema = json.loads(file.read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        validators[file.name.removesuffix(".schema.json")] = jsonschema.Draft202012Validator(schema)
    assert sorted(validators) == KINDS, sorted(validators)
    return validators


validators = load_validators()


def check(kind, document, name):
    problems = [f"{'/'.join(map(str, e.absolute_path))}: {e.message}" for e in validators[kind].iter_errors(document)]
    assert not problems, f"{name}: {problems}"


def refuse(kind, document, what):
    assert not validators[kind].is_valid(document), f"{kind}: accepted {what}"


def places(value, at=()):
    """Every place in a document with what stands there."""
    yield at, value
    for key, member in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(member, (*at, key))


def changed(document, at, value):
    """A copy with another value in one place, or without that place."""
    out = copy.deepcopy(document)
    *parents, last = at
    node = out
    for key in parents:
        node = node[key]
    if value is NOT_JSON:
        del node[last]
    else:
        node[last] = value
    return out


def is_free(at):
    """Places that may hold anything."""
    return any(str(key).startswith("x-") for key in at) or (len(at) > 3 and at[0] == "stages" and at[2] == "params")


def check_broken(kind, document):
    """A document that is right stays right in no place where something of a wrong kind is put."""
    refuse(kind, {**document, "surprise": 1}, "an unknown key")
    refuse(kind, {**document, "mlo": f"{kind}/2"}, "another version")
    tried = 0
    for at, value in places(document):
        if not at or is_free(at):
            continue
        for wrong in ([[]], {"surprise": [[]]}):
            refuse(kind, changed(document, at, wrong), f"{wrong} at {at}")
        tried += 1
    for key in validators[kind].schema["required"]:
        refuse(kind, changed(document, (key,), NOT_JSON), f"nothing for `{key}`")
    for at, value in places(document):
        if at and at[-1] in ("path",):
            for path in ("../up", "/etc/passwd", "a/../b", "a/.GIT/hooks", "a//b", ""):
                refuse(kind, changed(document, at, path), path)
        if isinstance(value, str) and value.startswith("sha256:"):
            for digest in (value[:-1], value.upper(), value + "0", "md5:" + value[7:], value[7:]):
                refuse(kind, changed(document, at, digest), digest)
    assert tried >= 3, kind


def check_pipelines():
    files = [*source.glob("examples/*/mlo.yaml"), *source.glob("examples/*/dvc.yaml")]
    for file in files:
        check("pipeline", yaml.safe_load(file.read_text()), file)
    good = yaml.safe_load("""
mlo: pipeline/1
vars: [params.yaml, {n: 3}]
stages:
  prepare:
    foreach: ["01", "02"]
    do: {cmd: "prepare ${item}", deps: [raw], outs: [out: {persist: true}]}
  train:
    matrix: {lr: [0.1, 1], model: "${models}"}
    cmd: [a, b]
    params: [lr, other.json: , x.yaml: [a, b.c]]
    metrics: [m.json: {cache: false}]
    env: {SEED: 1}
    timeout: 10m
    retries: 2
    resources: {cpu: 0.5, mem: 2GiB, gpu: 1, time: 90, disk: 500 MB, log: unlimited, processes: 64}
    mutex: [a, b]
    deterministic: true
    tolerance: 1.0e-6
    frozen: false
""")
    check("pipeline", good, "pipeline")
    for at, wrong in [(("stages", "train", "cmd"), NOT_JSON), (("stages", "train", "depz"), []), (("stages", "train", "retries"), 101), (("stages", "train", "tolerance"), 1), (("stages", "train", "deterministic"), "yes"), (("stages", "train", "timeout"), "soon"), (("stages", "train", "resources", "mem"), "2Gi"), (("stages", "train", "resources", "ram"), 1),
                      (("stages", "a/b"), {"cmd": "x"}), (("stages", "prepare", "do"), NOT_JSON), (("mlo",), "pipeline/2"), (("stages", "train", "outs"), {"a": 1}),
                      (("stages", "train", "matrix"), {}), (("stage",), {})]:
        refuse("pipeline", changed(good, at, wrong), at)


def written_by_mlo():
    """What one life of a repository leaves: kind, name and text of every manifest."""
    with tempfile.TemporaryDirectory() as home:
        root = pathlib.Path(home, "repo")
        root.mkdir()
        environment = {"PATH": os.environ["PATH"], "HOME": home, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "LC_ALL": "C.UTF-8"}
        for who in ("AUTHOR", "COMMITTER"):
            environment |= {f"GIT_{who}_NAME": "Ada", f"GIT_{who}_EMAIL": "ada@example.org"}

        def run(*command):
            done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
            assert done.returncode == 0, f"{' '.join(command)}: {done.stdout}{done.stderr}"
            return done.stdout

        run("git", "init", "-q", "-b", "main")
        run(mlo, "init")
        (root / "flights.csv").write_text("day,delay\n2013-01-01,3.5\n")
        (root / "raw").mkdir()
        (root / "raw/a").write_text("a")
        (root / "params.yaml").write_text("lr: 0.1\n")
        (root / "mlo.yaml").write_text(
            "stages:\n  train:\n    cmd: cp raw/a model.txt && echo '{\"auc\":0.75}' > metrics.json\n    deps: [raw, flights.csv]\n    params: [lr]\n"
            "    outs: [model.txt]\n    metrics: [metrics.json: {cache: false}]\n")
        run(mlo, "version-data", "add", "flights.csv", "raw")
        run("git", "add", "-A")
        run("git", "commit", "-qm", "a pipeline")
        run(mlo, "run")
        run(mlo, "run", "--", mlo, "track", "log", "metric", "loss=nan")
        (root / "used.txt").write_text("numpy==1.26.4\n")
        (root / "features.json").write_text('[{"name": "day", "type": "date"}]')
        train = json.loads(run(mlo, "track", "list", "--json"))["runs"][-1]["id"]
        run(mlo, "register", "ads/delay", "--run", train, "--model", "model.txt", "--holdout", "flights.csv", "--features", "features.json", "--dependencies", "used.txt",
            "--description", "late: or not")
        listed = run("git", "ls-tree", "-r", "--name-only", "refs/mlo/runs").split()
        first = next(name.split("/")[2] for name in listed if "/stages/" in name)
        run(mlo, "track", "note", first, "worth\nkeeping")
        run(mlo, "track", "delete", "--yes", first)
        run(mlo, "drift", "baseline", "nyc/delay", "flights.csv", "--test", "delay=psi", "--threshold", "0.2", "--as", "delay=number", "--ignore", "day")
        for file in [root / ".mlo/config.yaml", *sorted((root / ".mlo/data").rglob("*.yaml")), *sorted((root / ".mlo/baselines").rglob("*.yaml")), *sorted((root / ".mlo/models").rglob("*.yaml")), root / "mlo.lock"]:
            yield file.read_text().removeprefix("mlo: ").partition("/")[0], file.name, file.read_text()
        for name in run("git", "ls-tree", "-r", "--name-only", "refs/mlo/runs").splitlines():
            if name.endswith(".yaml"):
                text = run("git", "show", f"refs/mlo/runs:{name}")
                yield text.removeprefix("mlo: ").partition("/")[0], name, text


def main():
    for kind in KINDS:
        if kind != "pipeline":
            document = yaml.safe_load((source / f"tests/golden/{kind}.yaml").read_text())
            check(kind, document, kind)
            check_broken(kind, document)
    check_pipelines()
    seen = []
    for kind, name, text in written_by_mlo():
        document = yaml.safe_load(text)
        check(kind, document, name)
        assert canonical(document) == text, f"{name} is not canonical"
        seen.append(kind)
    assert sorted(seen) == ["amend", "config", "dataset", "dataset", "drift-baseline", "lock", "model", "run", "run", "run", "tombstone"], seen  # two invocations, one stage
    print("schemas hold")


main()
