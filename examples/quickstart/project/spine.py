"""Whom to ask about, and when: the flights of some days with what the timetable knows of them.

    spine.py training FLIGHTS OUT     four days out of five
    spine.py holdout FLIGHTS OUT      every fifth day: what models are judged on
"""
import csv, datetime, pathlib, sys

LATE_MINUTES = 15
HOLDOUT_EVERY = 5
which, flights, out = sys.argv[1:]

pathlib.Path(out).parent.mkdir(parents=True, exist_ok=True)
sources = [flights] if flights.endswith(".csv") else sorted(pathlib.Path(flights).glob("*.csv"))
with open(out, "w") as target:
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(["scheduled", "carrier", "origin", "dest", "distance", "minute_of_day", "weekday", "late"])
    for source in sources:
        with open(source) as file:
            for row in csv.DictReader(file):
                at = datetime.datetime.fromisoformat(row["scheduled"])
                held_out = at.timetuple().tm_yday % HOLDOUT_EVERY == 0
                if row["dep_delay"] == "" or held_out != (which == "holdout"):
                    continue  # a cancelled flight did not leave at all
                writer.writerow([row["scheduled"], row["carrier"], row["origin"], row["dest"], row["distance"],
                                 at.hour * 60 + at.minute, at.weekday(), int(float(row["dep_delay"]) > LATE_MINUTES)])
