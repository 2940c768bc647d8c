#!/usr/bin/env python3
"""quickstart.py ROOT MLO: walks through examples/quickstart with the built mlo and checks what it claims."""
import json, os, pathlib, subprocess, sys, tempfile

root, mlo = (pathlib.Path(p).resolve() for p in sys.argv[1:3])
wrong = []


def check(condition, what):
    if not condition:
        wrong.append(what)


with tempfile.TemporaryDirectory(prefix="mlo-quickstart-") as scratch:
    home = pathlib.Path(scratch).resolve()
    env = dict(os.environ, HOME=str(home), GIT_CONFIG_NOSYSTEM="1", GIT_CONFIG_GLOBAL="/dev/null", NO_COLOR="1")
    walk = subprocess.run([root / "examples/quickstart/run.sh", mlo, home / "walk"], env=env, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    shown = walk.stdout
    check(walk.returncode == 0, f"the walk ended with {walk.returncode}")
    work = home / "walk/flights"

    def ask(*command):
        done = subprocess.run(command, cwd=work, env=env, capture_output=True, text=True)
        check(done.returncode == 0, f"{command}: exit {done.returncode}: {done.stderr}")
        return done.stdout

    runs = {run["name"]: run for run in json.loads(ask(mlo, "track", "list", "--json") or '{"runs": []}')["runs"] if run["experiment"] == "default"}
    check(sorted(runs) == ["again", "corrected", "first", "forward", "hasty", "patient", "small", "smaller", "split"], f"runs are {sorted(runs)}")

    def metric(run, key):
        value = runs.get(run, {}).get("metrics", {}).get(key, float("nan"))
        return value["value"] if isinstance(value, dict) else value

    for name in runs.keys() - {"split"}:
        check(0.70 < metric(name, "auc") < 0.80, f"auc of {name} is {metric(name, 'auc')}")
        check(metric(name, "flights") == 16335, f"{name} was scored on {metric(name, 'flights')} flights")
    check(metric("hasty", "auc") < metric("first", "auc"), "the large learning rate should do worse")
    check(metric("corrected", "auc") != metric("first", "auc"), "the corrected weather changed nothing")
    check(metric("again", "auc[carrier=UA]") == metric("first", "auc[carrier=UA]"), "the first data gives another result")
    check(runs.get("again", {}).get("status") == "cached", "the return to the first data was computed anew")
    check("everything is up to date" in shown, "the second run had something to do")
    check("2 ran, 14 up to date" in shown, "other parameters ran the wrong stages")
    check("4 ran, 12 up to date" in shown, "one corrected month ran the wrong stages")
    check("4 cached, 12 up to date" in shown, "the cache did not give the first result")
    check("-> sha256:" in shown, "`run why` does not name what changed")
    check("flights" in ask(mlo, "lineage", "first"), "lineage does not reach the raw data")
    every = json.loads(ask(mlo, "track", "list", "--gates", "--json") or '{"runs": []}')["runs"]
    check(int(ask("git", "rev-list", "--count", "refs/mlo/runs")) == len(every), "not one commit a run")
    check("no: delay@v1.1.0 may not go" in shown and "no: delay@v1.2.0 may not go" in shown, "a bad candidate was not refused")
    check(shown.count("exit status 3") == 3, "two refusals and the drift should end with 3")
    check("compared with delay@v1.0.0" in shown, "a challenger was not compared with the champion")
    held = [entry["version"] for entry in json.loads(ask(mlo, "promote", "history", "delay", "--json"))["assignments"]]
    check(held == ["1.0.0", "1.3.0", "1.0.0"], f"prod was held by {held}")
    check(ask("git", "tag", "--list", "delay#prod#*").split() == ["delay#prod#1", "delay#prod#2", "delay#prod#3"], "not a tag a promotion")
    ask(mlo, "register", "verify", "delay")
    check((work / "deployed/model.pkl").is_file(), "the model in production was not delivered")
    check("PRESENT" in shown, "no feature came from the online store")
    check((work / "drift.html").is_file(), "no page about the drift")
    check("flights@sha256:" in ask(mlo, "lineage", "delay@prod", "--up"), "the model in production does not lead back to raw data")
    check(ask("git", "log", "--format=%(trailers:key=Mlo-Data)", "--", ".mlo/data").count("Mlo-Data: flights sha256:") == 2,
          "git log does not show the two versions of the data")
    ask("git", "fsck", "--no-dangling")

if wrong:
    print(shown)
print("\n".join(wrong) or "the quickstart does what it says")
sys.exit(1 if wrong else 0)
