#!/usr/bin/env python3
"""Prints what the newest run that was not killed made, for run.py to compare: no ids, no times; restored counts as made."""
import json
import subprocess


def mlo(*words):
    return json.loads(subprocess.run(["mlo", *words, "--json"], check=True, capture_output=True, text=True).stdout)


for run in [run for run in mlo("track", "list")["runs"] if run["status"] != "killed"][:1]:
    print(run["status"].replace("cached", "finished"), repr(run["note"]), sorted(run["params"].items()), sorted(run["datasets"].items()))
    print(sorted((key, point["value"]) for key, point in run["metrics"].items()))
    print([(entry["path"], entry["id"]) for entry in run["inputs"] + run["outputs"]])
