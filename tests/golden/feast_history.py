#!/usr/bin/env python3
"""Writes feast_history.json: what Feast's get_historical_features (dask offline store) answers on small random tables.

    python3 -m venv /tmp/golden-feast && /tmp/golden-feast/bin/pip install feast==0.67.0
    /tmp/golden-feast/bin/python tests/golden/feast_history.py > tests/golden/feast_history.json

Each case holds a spine and two views as lists of rows, and Feast's answers by the spine's ids. Moments are whole minutes
after 2024-03-01 UTC, so that ties, late rows and both edges of the ttl come often; an answer of null is a null.
Two rows of a view never share key, event and creation: between those Feast's choice is whatever its sort leaves.
Feast leaves rows out, here they are nulls: those of which it drops a view's every candidate, with the other views' answers;
so each view is asked alone, and that both together say the same of what is left is checked. And of rows that share key and
moment all but one: so those are asked one by one.
"""
import contextlib
import datetime
import importlib.metadata
import io
import json
import math
import random
import sys
import tempfile
import warnings

import pandas
from feast import Entity, FeatureStore, FeatureView, Field, FileSource, RepoConfig, ValueType
from feast.types import Float64, Int64, String

START = pandas.Timestamp("2024-03-01", tz="UTC")
DRIVERS = 4
CASES = [
    dict(name="no ttl, no creation", ttls=(0, 0), created=False),
    dict(name="no ttl, creation breaks ties", ttls=(0, 0), created=True),
    dict(name="one view with a ttl", ttls=(10, 0), created=True),
    dict(name="short ttls", ttls=(3, 5), created=True),
    dict(name="ttl of one step, no creation", ttls=(1, 2), created=False),
    dict(name="ttl of the whole range", ttls=(40, 39), created=True),
]


def view_rows(rng, created):
    """driver, event, created (or null), x, n, s; some values are null, some rows come late."""
    rows, seen = [], set()
    while len(rows) < 24:
        event = rng.randrange(40)
        made = event + rng.choice([0, 0, 1, 2, 30]) if created else None
        row = [rng.randrange(DRIVERS), event, made, rng.choice([None, rng.randrange(1000) / 8]), rng.randrange(-99, 99),
               rng.choice([None, f"text {len(rows)}"])]
        if (row[0], event, made) in seen:
            continue
        seen.add((row[0], event, made))
        rows.append(row)
    return rows


def spine_rows(rng):
    """id, driver, moment; among them drivers that no view knows, and rows that are there twice."""
    rows = [[i, rng.randrange(DRIVERS + 2), rng.randrange(45)] for i in range(28)]
    return rows + [[28, *rows[0][1:]], [29, *rows[1][1:]]]


def moments(minutes):
    return START + pandas.to_timedelta(minutes, unit="min")


def history(case, spine, views, directory):
    config = RepoConfig(registry=f"{directory}/registry.db", project="golden", provider="local", entity_key_serialization_version=3,
                        offline_store={"type": "dask"}, online_store={"type": "sqlite", "path": f"{directory}/online.db"})
    store = FeatureStore(config=config)
    driver = Entity(name="driver", join_keys=["driver"], value_type=ValueType.INT64)
    made = [driver]
    for name, rows, ttl in zip("ab", views, case["ttls"]):
        frame = pandas.DataFrame(rows, columns=["driver", "event_timestamp", "created", "x", "n", "s"])
        frame["event_timestamp"] = moments(frame["event_timestamp"])
        if case["created"]:
            frame["created"] = moments(frame["created"])
        else:
            del frame["created"]
        path = f"{directory}/{name}.parquet"
        frame.to_parquet(path)
        source = FileSource(path=path, timestamp_field="event_timestamp", **({"created_timestamp_column": "created"} if case["created"] else {}))
        made.append(FeatureView(name=name, entities=[driver], ttl=datetime.timedelta(minutes=ttl), source=source,
                                schema=[Field(name="x", dtype=Float64), Field(name="n", dtype=Int64), Field(name="s", dtype=String)]))
    store.apply(made)
    names = [f"{view}__{feature}" for view in "ab" for feature in "xns"]
    frame = pandas.DataFrame(spine, columns=["id", "driver", "event_timestamp"])
    frame["event_timestamp"] = moments(frame["event_timestamp"])
    turns = frame.groupby(["driver", "event_timestamp"]).cumcount()
    apart, together = {row[0]: [None] * 6 for row in spine}, {}
    for turn in sorted(set(turns)):
        for at, view in enumerate("ab"):
            for key, values in ask(store, frame[turns == turn], view).items():
                apart[key][3 * at:3 * at + 3] = values
        together.update(ask(store, frame[turns == turn], "ab"))
    assert all(apart[key] == values for key, values in together.items()), "Feast contradicts itself"
    return [apart[row[0]] for row in spine]


def ask(store, frame, views):
    """The answers of those views by the id of the row; rows that Feast leaves out are missing."""
    names = [f"{view}__{feature}" for view in views for feature in "xns"]
    found = store.get_historical_features(entity_df=frame, features=[name.replace("__", ":") for name in names], full_feature_names=True).to_df()
    return {row["id"]: [plain(row[name]) for name in names] for row in found.to_dict("records")}


def plain(value):
    if value is None or value is pandas.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    return value if isinstance(value, str) else float(value)


def main():
    warnings.simplefilter("ignore")
    out = []
    for number, case in enumerate(CASES):
        rng = random.Random(number)
        views = [view_rows(rng, case["created"]) for _ in "ab"]
        spine = spine_rows(rng)
        with tempfile.TemporaryDirectory() as directory, contextlib.redirect_stdout(io.StringIO()):
            answers = history(case, spine, views, directory)
        out.append(dict(case, spine=spine, views=views, answers=answers))
    compact = lambda rows: "[\n" + ",\n".join("      " + json.dumps(row) for row in rows) + "\n    ]"
    cases = []
    for case in out:
        cases.append("  {" + f'"name": {json.dumps(case["name"])}, "ttls": {json.dumps(case["ttls"])}, "created": {json.dumps(case["created"])},\n'
                     + f'    "spine": {compact(case["spine"])},\n    "a": {compact(case["views"][0])},\n    "b": {compact(case["views"][1])},\n'
                     + f'    "answers": {compact(case["answers"])}}}')
    print('{"feast": ' + json.dumps(importlib.metadata.version("feast")) + ', "cases": [\n' + ",\n".join(cases) + "\n]}")


if __name__ == "__main__":
    sys.exit(main())
