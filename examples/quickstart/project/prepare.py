"""One month of flights with what was known of the weather at the scheduled hour: prepare.py FLIGHTS WEATHER OUT"""
import csv, pathlib, sys

WEATHER = ["temp", "dewp", "humid", "wind_speed", "precip", "pressure", "visib"]
flights, weather, out = sys.argv[1:]

observed = {}
with open(weather) as file:
    for row in csv.DictReader(file):
        observed.setdefault((row["origin"], row["hour"]), row)

# The strongest wind of the day so far: a storm in the night still delays the morning.
peak = {}
for (origin, hour), row in sorted(observed.items()):
    day = (origin, hour[:10])
    peak[day] = max(peak.get(day, 0.0), float(row["wind_speed"] or 0))
    row["wind_peak"] = peak[day]

pathlib.Path(out).parent.mkdir(parents=True, exist_ok=True)
with open(flights) as file, open(out, "w") as target:
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(["scheduled", "carrier", "origin", "dest", "distance", *WEATHER, "wind_peak", "delay"])
    for row in csv.DictReader(file):
        if row["dep_delay"] == "":
            continue  # cancelled: it did not leave at all
        seen = observed.get((row["origin"], row["scheduled"][:13]), {})
        writer.writerow([row[c] for c in ("scheduled", "carrier", "origin", "dest", "distance")]
                        + [seen.get(c, "") for c in (*WEATHER, "wind_peak")] + [row["dep_delay"]])
