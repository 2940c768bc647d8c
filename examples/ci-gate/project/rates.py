"""Will a flight leave late? Naive Bayes over how often flights with the same carrier, airport, hour, .. did.

    rates.py train TABLE MODEL
    rates.py score TABLE MODEL PREDICTIONS METRICS
"""
import collections, csv, json, math, sys


def load(path):
    with open(path) as file:
        for row in csv.DictReader(file):
            yield dict(row, hour=str(int(row["minute_of_day"]) // 60), late=int(row["late"]))


def logit(p):
    return math.log(p / (1 - p))


def train(table, factors, prior):
    rows = list(load(table))
    base = sum(row["late"] for row in rows) / len(rows)
    weights = {}
    for factor in factors:
        seen = collections.defaultdict(lambda: [0, 0])
        for row in rows:
            seen[row[factor]][0] += row["late"]
            seen[row[factor]][1] += 1
        weights[factor] = {value: round(logit((late + prior * base) / (n + prior)) - logit(base), 6)
                           for value, (late, n) in sorted(seen.items())}
    return {"base": round(logit(base), 6), "weights": weights}


def score(model, row):
    z = model["base"] + sum(known.get(row[factor], 0) for factor, known in model["weights"].items())
    return 1 / (1 + math.exp(-z))


if sys.argv[1] == "train":
    with open("params.json") as file:
        params = json.load(file)
    with open(sys.argv[3], "w") as file:
        json.dump(train(sys.argv[2], params["factors"], params["prior"]), file, indent=1)
else:
    with open(sys.argv[3]) as file:
        model = json.load(file)
    rows = list(load(sys.argv[2]))
    scores = [round(score(model, row), 9) for row in rows]
    with open(sys.argv[4], "w") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["origin", "late", "score"])
        writer.writerows([row["origin"], row["late"], p] for row, p in zip(rows, scores))
    with open(sys.argv[5], "w") as file:
        brier = sum((row["late"] - p) ** 2 for row, p in zip(rows, scores)) / len(rows)
        json.dump({"brier": round(brier, 6), "flights": len(rows)}, file)
