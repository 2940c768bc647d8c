"""What the model sees of a row of the training set."""
import pandas as pd
import yaml

CATEGORIES = ["carrier", "origin", "dest"]
TIMETABLE = ["minute_of_day", "weekday", "distance"]
WEATHER = ["temp", "dewp", "humid", "wind_speed", "wind_peak", "precip", "pressure", "visib"]
AIRPORT = ["late_share", "mean_delay", "departures"]
ALL = CATEGORIES + TIMETABLE + WEATHER + AIRPORT


def load(path):
    return pd.read_csv(path)


def params():
    with open("params.yaml") as file:
        return yaml.safe_load(file)["train"]
