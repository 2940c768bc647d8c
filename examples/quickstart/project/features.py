"""What the model sees, and the split of the year."""
import pandas as pd
import yaml

CATEGORIES = ["carrier", "origin", "dest"]
NUMBERS = ["minute_of_day", "weekday", "distance", "temp", "dewp", "humid", "wind_speed", "wind_peak", "precip", "pressure", "visib"]


def load(params):
    """(training rows, holdout rows): every day of the year whose number divides by `holdout_every` is held out."""
    files = [f"data/prepared/2013-{month:02}.csv" for month in range(1, 13)]
    rows = pd.concat([pd.read_csv(f, parse_dates=["scheduled"]) for f in files], ignore_index=True)
    at = rows["scheduled"].dt
    rows["minute_of_day"] = at.hour * 60 + at.minute
    rows["weekday"] = at.dayofweek
    rows["late"] = rows["delay"] > params["late_minutes"]
    held_out = at.dayofyear % params["holdout_every"] == 0
    return rows[~held_out], rows[held_out]


def params():
    with open("params.yaml") as file:
        return yaml.safe_load(file)
