#!/usr/bin/env python3
"""Writes validate_gx.json: what Great Expectations answers.

    python3 -m venv /tmp/gx && /tmp/gx/bin/pip install great_expectations==1.24.1 pandas==3.1.1
    /tmp/gx/bin/python tests/golden/validate_gx.py > tests/golden/validate_gx.json

The tables are CSV text, so that any program reads the same rows. `time` is read as times.
"""
import importlib.metadata
import io
import json
import re
import warnings

import great_expectations as gx
import pandas

warnings.simplefilter("ignore")


def rows():
    lines = ["id,carrier,delay,distance,code,empty,time,steps,flag"]
    for i in range(60):
        carrier = "" if i % 13 == 5 else ["UA", "AA", "B6", "DL"][i * 7 % 4]
        delay = "" if i % 11 == 3 else f"{(i * 37 % 101) / 4 - 8}"
        time = f"2013-01-{1 + i // 10:02}T{i % 24:02}:00:00"
        steps = "" if i in (4, 5) else str(i // 2 if i != 33 else 3)
        lines.append(f"{i + (i == 59) * -7},{carrier},{delay},{100 + i * i % 17},N{i * 31 % 997:03}{'é' if i % 20 == 9 else ''},,{time},{steps},{'true' if i % 3 else 'false'}")
    return "\n".join(lines) + "\n"


TABLES = {"rows": rows(), "none": "x,y\n", "one": "x,y\n3.5,a\n"}
C = "expect_column_"
V = "expect_column_values_to_"
CASES = [
    (V + "not_be_null", dict(column="carrier")), (V + "not_be_null", dict(column="carrier", mostly=0.9)),
    (V + "not_be_null", dict(column="carrier", mostly=0.92)), (V + "not_be_null", dict(column="id")),
    (V + "be_null", dict(column="empty")), (V + "be_null", dict(column="carrier")), (V + "be_null", dict(column="carrier", mostly=0.05)),
    (V + "be_unique", dict(column="id")), (V + "be_unique", dict(column="code")), (V + "be_unique", dict(column="delay")),
    (V + "be_unique", dict(column="id", mostly=0.96)), (V + "be_unique", dict(column="empty")),
    (V + "be_in_set", dict(column="carrier", value_set=["UA", "AA", "B6", "DL"])), (V + "be_in_set", dict(column="carrier", value_set=["UA", "AA", 6])),
    (V + "be_in_set", dict(column="carrier", value_set=["UA", "AA", "B6"], mostly=0.7)), (V + "be_in_set", dict(column="distance", value_set=[100, 101, 102.0, 104, 108, 109, 113, 115, 116])),
    (V + "be_in_set", dict(column="distance", value_set=list(range(100, 116)))), (V + "be_in_set", dict(column="distance", value_set=list(range(100, 200)))),
    (V + "be_in_set", dict(column="carrier", value_set=["UA"] + [f"x'{i}" for i in range(40)])), (V + "be_in_set", dict(column="delay", value_set=[-8 + i / 4 for i in range(60)])),
    (V + "be_in_set", dict(column="flag", value_set=[True])), (V + "be_in_set", dict(column="empty", value_set=[1])),
    (V + "not_be_in_set", dict(column="carrier", value_set=["ZZ"])), (V + "not_be_in_set", dict(column="carrier", value_set=["UA", "DL"])),
    (V + "be_between", dict(column="delay", min_value=-8, max_value=17)), (V + "be_between", dict(column="delay", min_value=-8, strict_min=True)),
    (V + "be_between", dict(column="delay", max_value=12.5, mostly=0.8)), (V + "be_between", dict(column="delay", min_value=0, max_value=10, strict_max=True)),
    (V + "be_between", dict(column="distance", min_value=100, max_value=116)), (V + "be_between", dict(column="time", min_value="2013-01-01T00:00:00", max_value="2013-01-05T03:00:00")),
    (V + "be_between", dict(column="time", min_value="2013-01-01T00:00:00", strict_min=True)),
    (V + "match_regex", dict(column="code", regex="^N[0-9]{3}$")), (V + "match_regex", dict(column="code", regex="[0-9]")),
    (V + "match_regex", dict(column="carrier", regex="A", mostly=0.5)), (V + "match_regex", dict(column="distance", regex="^1.*5$")),
    (V + "not_match_regex", dict(column="code", regex="^N00")), (V + "not_match_regex", dict(column="carrier", regex="X$")),
    (C + "value_lengths_to_be_between", dict(column="code", min_value=4, max_value=4)), (C + "value_lengths_to_be_between", dict(column="code", min_value=4, max_value=5)),
    (C + "value_lengths_to_be_between", dict(column="carrier", max_value=1)), (C + "value_lengths_to_be_between", dict(column="carrier", min_value=2)),
    (V + "be_increasing", dict(column="id")), (V + "be_increasing", dict(column="steps")), (V + "be_increasing", dict(column="steps", strictly=True)),
    (V + "be_increasing", dict(column="time")), (V + "be_increasing", dict(column="steps", mostly=0.98)), (V + "be_increasing", dict(column="delay")),
    (C + "min_to_be_between", dict(column="delay", min_value=-8, max_value=-8)), (C + "min_to_be_between", dict(column="delay", min_value=-8, strict_min=True)),
    (C + "max_to_be_between", dict(column="distance", max_value=116)), (C + "max_to_be_between", dict(column="distance", max_value=115)),
    (C + "mean_to_be_between", dict(column="delay", min_value=4, max_value=5)), (C + "mean_to_be_between", dict(column="delay", max_value=0)),
    (C + "median_to_be_between", dict(column="delay", min_value=4, max_value=5)), (C + "median_to_be_between", dict(column="distance", min_value=104)),
    (C + "stdev_to_be_between", dict(column="delay", min_value=7.2, max_value=7.4)), (C + "stdev_to_be_between", dict(column="distance", max_value=1)),
    (C + "quantile_values_to_be_between", dict(column="delay", quantile_ranges=dict(quantiles=[0, 0.25, 0.5, 0.75, 1], value_ranges=[[-8, -8], [None, 0], [4, 5], [10, None], [17, 17]]))),
    (C + "quantile_values_to_be_between", dict(column="distance", quantile_ranges=dict(quantiles=[0.1, 0.37, 0.9], value_ranges=[[100, 101], [102, 104], [116, 116]]))),
    (C + "quantile_values_to_be_between", dict(column="id", quantile_ranges=dict(quantiles=[0.5, 0.3], value_ranges=[[29, 30], [17, 18]]))),
    (C + "quantile_values_to_be_between", dict(column="id", allow_relative_error="linear", quantile_ranges=dict(quantiles=[0.5, 0.33], value_ranges=[[29.5, 29.5], [19, 19.002]]))),
    (C + "quantile_values_to_be_between", dict(column="id", allow_relative_error="lower", quantile_ranges=dict(quantiles=[0.5, 0.33], value_ranges=[[29, 29], [19, 19]]))),
    (C + "quantile_values_to_be_between", dict(column="id", allow_relative_error="higher", quantile_ranges=dict(quantiles=[0.5, 0.33], value_ranges=[[30, 30], [19, 19]]))),
    (C + "quantile_values_to_be_between", dict(column="id", allow_relative_error="midpoint", quantile_ranges=dict(quantiles=[0.5, 0.33], value_ranges=[[29.5, 29.5], [19, 20]]))),
    (C + "quantile_values_to_be_between", dict(column="delay", quantile_ranges=dict(quantiles=[1], value_ranges=[[17.0015, 20]]))),
    (C + "quantile_values_to_be_between", dict(column="delay", quantile_ranges=dict(quantiles=[1], value_ranges=[[17.002, 20]]))),
    (C + "unique_value_count_to_be_between", dict(column="carrier", min_value=4, max_value=4)), (C + "unique_value_count_to_be_between", dict(column="carrier", max_value=3)),
    (C + "to_exist", dict(column="delay")), (C + "to_exist", dict(column="delay", column_index=2)), (C + "to_exist", dict(column="delay", column_index=1)), (C + "to_exist", dict(column="Delay")),
    (C + "pair_values_a_to_be_greater_than_b", dict(column_A="distance", column_B="delay")), (C + "pair_values_a_to_be_greater_than_b", dict(column_A="steps", column_B="delay")),
    (C + "pair_values_a_to_be_greater_than_b", dict(column_A="steps", column_B="delay", ignore_row_if="either_value_is_missing")),
    (C + "pair_values_a_to_be_greater_than_b", dict(column_A="id", column_B="steps", or_equal=True, ignore_row_if="either_value_is_missing")),
    (C + "pair_values_a_to_be_greater_than_b", dict(column_A="id", column_B="steps", or_equal=True, mostly=0.95)),
    ("expect_compound_columns_to_be_unique", dict(column_list=["carrier", "distance"])), ("expect_compound_columns_to_be_unique", dict(column_list=["id", "code"])),
    ("expect_compound_columns_to_be_unique", dict(column_list=["carrier", "delay"])), ("expect_compound_columns_to_be_unique", dict(column_list=["carrier", "delay"], ignore_row_if="any_value_is_missing")),
    ("expect_compound_columns_to_be_unique", dict(column_list=["carrier", "empty"])), ("expect_compound_columns_to_be_unique", dict(column_list=["carrier", "empty"], ignore_row_if="never")),
    ("expect_table_row_count_to_be_between", dict(min_value=60, max_value=60)), ("expect_table_row_count_to_be_between", dict(min_value=61)),
    ("expect_table_columns_to_match_set", dict(column_set=["flag", "steps", "time", "empty", "code", "distance", "delay", "carrier", "id"])),
    ("expect_table_columns_to_match_set", dict(column_set=["flag"])), ("expect_table_columns_to_match_set", dict(column_set=["flag"], exact_match=False)),
    ("expect_table_columns_to_match_ordered_list", dict(column_list=["id", "carrier", "delay", "distance", "code", "empty", "time", "steps", "flag"])),
    ("expect_table_columns_to_match_ordered_list", dict(column_list=["carrier", "id", "delay", "distance", "code", "empty", "time", "steps", "flag"])),
    (V + "be_of_type", dict(column="id", type_="int64")), (V + "be_of_type", dict(column="delay", type_="float64")), (V + "be_of_type", dict(column="id", type_="float64")),
    (V + "be_in_type_list", dict(column="id", type_list=["int64", "float64"])), (V + "be_in_type_list", dict(column="flag", type_list=["int64", "float64"])),
    (V + "be_in_type_list", dict(column="time", type_list=["datetime64[ns]", "datetime64[us]", "datetime64[s]"])),
]
EMPTY = [
    ("none", V + "not_be_null", dict(column="x")), ("none", V + "be_unique", dict(column="x")), ("none", C + "max_to_be_between", dict(column="x", min_value=0)),
    ("none", C + "mean_to_be_between", dict(column="x", min_value=0)), ("none", "expect_table_row_count_to_be_between", dict(max_value=0)),
    ("none", C + "unique_value_count_to_be_between", dict(column="x", max_value=0)), ("one", C + "stdev_to_be_between", dict(column="x", max_value=5)),
    ("one", C + "median_to_be_between", dict(column="x", max_value=5)), ("one", V + "be_increasing", dict(column="x")),
]


def plain(value):
    """As JSON has it: numpy's numbers as Python's, times as text, NaN as null."""
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, float) and value != value:
        return None
    return value if isinstance(value, (int, float, str, bool, type(None))) else str(value)


def ask(batch, kind, kwargs):
    name = "".join(part.capitalize() for part in kind.split("_"))
    answer = batch.validate(getattr(gx.expectations, name)(**kwargs), result_format="COMPLETE").to_json_dict()
    problem = [info["exception_message"] for info in (answer.get("exception_info") or {}).values() if isinstance(info, dict)]
    if problem:
        print(kind, kwargs, problem, file=__import__("sys").stderr); return {}
    result = answer["result"]
    out = dict(success=bool(answer["success"]))
    if "element_count" in result:
        nulls = kind in (V + "not_be_null", V + "be_null")
        out["judged"] = result["element_count"] - (0 if nulls else result["missing_count"])
        out["unexpected"] = result["unexpected_count"]
        out["rows"] = [i + 1 for i in result.get("unexpected_index_list") or []]
    observed = result.get("observed_value")
    if isinstance(observed, dict):
        out["observed"] = plain(observed["values"])
    elif re.search("mean|median|stdev|unique_value_count|row_count|max_to|min_to", kind):
        out["observed"] = plain(observed)
    return out


def main():
    context = gx.get_context(mode="ephemeral")
    source = context.data_sources.add_pandas("tables")
    batches = {}
    for name, text in TABLES.items():
        frame = pandas.read_csv(io.StringIO(text), parse_dates=["time"] if "time" in text.split("\n")[0] else [])
        batches[name] = source.add_dataframe_asset(name).add_batch_definition_whole_dataframe("all").get_batch(dict(dataframe=frame))
    cases = [dict(table=table, type=kind, kwargs=kwargs, **ask(batches[table], kind, kwargs))
             for table, kind, kwargs in [("rows", *case) for case in CASES] + EMPTY]
    versions = {package: importlib.metadata.version(package) for package in ("great_expectations", "pandas", "numpy")}
    document = json.dumps(dict(made_with=versions, tables=TABLES, cases="CASES"), indent=1, ensure_ascii=False)
    print(document.replace('"CASES"', "[\n" + ",\n".join("  " + json.dumps(case) for case in cases) + "\n ]"))


main()
