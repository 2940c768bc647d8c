"""Trains the model and logs its learning curve: train.py TRAINING_SET MODEL"""
import json, os, pickle, sys

from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

import features

params = features.params()
rows = features.load(sys.argv[1])

encode = make_column_transformer(
    (OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), features.CATEGORIES),
    remainder="passthrough")
model = make_pipeline(encode, HistGradientBoostingClassifier(
    learning_rate=params["learning_rate"], max_iter=params["iterations"], max_leaf_nodes=params["max_leaf_nodes"],
    early_stopping=True, n_iter_no_change=params["iterations"], validation_fraction=0.1, random_state=params["seed"]))
model.fit(rows[features.ALL], rows["late"])

with open(os.environ.get("MLO_METRICS", os.devnull), "a") as log:  # one JSON line a step; mlo keeps the whole series
    steps = zip(model[-1].train_score_, model[-1].validation_score_)
    for step, (training, validation) in enumerate(steps):
        log.write(json.dumps({"step": step, "loss": -validation, "loss/training": -training}) + "\n")

with open(sys.argv[2], "wb") as file:
    pickle.dump(model, file, protocol=5)
print(f"trained on {len(rows)} flights, {rows['late'].mean():.1%} of them late")
