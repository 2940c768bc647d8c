"""Predicts every flight of the holdout and scores the model: evaluate.py HOLDOUT MODEL PREDICTIONS METRICS"""
import csv, json, pickle, sys

from sklearn.metrics import log_loss, roc_auc_score

import features

rows = features.load(sys.argv[1])
with open(sys.argv[2], "rb") as file:
    model = pickle.load(file)
rows = rows.assign(score=model.predict_proba(rows[features.ALL])[:, 1].round(9))
rows[["scheduled", "carrier", "origin", "late", "score"]].to_csv(sys.argv[3], index=False, lineterminator="\n")
with open("data/raw/carriers.csv") as file:
    names = {row["carrier"]: row["name"] for row in csv.DictReader(file)}

metrics = {"auc": roc_auc_score(rows["late"], rows["score"]), "log_loss": log_loss(rows["late"], rows["score"]),
           "late_rate": rows["late"].mean(), "flights": len(rows)}
for carrier, part in rows.groupby("carrier"):
    if len(part) >= 500:  # below that a score says little
        metrics[f"auc[carrier={carrier}]"] = roc_auc_score(part["late"], part["score"])
worst, carrier = min((value, key[12:-1]) for key, value in metrics.items() if key.startswith("auc["))
print(f"auc {metrics['auc']:.3f} on {len(rows)} flights; least for {names[carrier]}, {worst:.3f}")
with open(sys.argv[4], "w") as file:
    json.dump({key: round(float(value), 6) for key, value in metrics.items()}, file, indent=2)
    file.write("\n")
