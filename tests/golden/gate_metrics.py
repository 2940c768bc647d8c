#!/usr/bin/env python3
"""Writes gate_metrics.json: what scikit-learn and NumPy say of the metrics that gates compute.

    python3 -m venv /tmp/golden && /tmp/golden/bin/pip install -r tests/golden/requirements.txt
    /tmp/golden/bin/python tests/golden/gate_metrics.py > tests/golden/gate_metrics.json

Rows are formulas over whole numbers, so that any program makes the same doubles:
    score = ((i * multiply) % modulus) / divide + add
    truth = 1 if ((i * other) % over) < below else 0          (binary)
    truth = ((i * other) % over) / below + shift               (regression)
"""
import importlib.metadata
import json
import math
import sys

import numpy
from sklearn import metrics as m

BINARY = [
    dict(name="no ties", count=500, multiply=7919, modulus=10007, divide=10007, add=0.0, other=31, over=97, below=40),
    dict(name="many ties", count=400, multiply=13, modulus=10, divide=10, add=0.05, other=7, over=11, below=4),
    dict(name="a good model", count=300, multiply=37, modulus=101, divide=101, add=0.0, other=37, over=101, below=30),
    dict(name="few positives", count=1000, multiply=389, modulus=997, divide=997, add=0.0, other=53, over=211, below=3),
    dict(name="scores at both ends", count=60, multiply=1, modulus=2, divide=1, add=0.0, other=3, over=7, below=3),
    dict(name="two rows", count=2, multiply=1, modulus=2, divide=4, add=0.4, other=1, over=2, below=1),
]
REGRESSION = [
    dict(name="far off", count=500, multiply=7919, modulus=1000, divide=100, add=1.0, other=31, over=97, below=10, shift=0.5),
    dict(name="near", count=250, multiply=17, modulus=89, divide=8, add=0.25, other=17, over=89, below=8, shift=0.125),
    dict(name="large numbers", count=40, multiply=3, modulus=41, divide=0.001, add=1e6, other=3, over=41, below=0.00099, shift=1e6),
]


def rows(spec, binary):
    i = range(spec["count"])
    score = [(k * spec["multiply"] % spec["modulus"]) / spec["divide"] + spec["add"] for k in i]
    other = [k * spec["other"] % spec["over"] for k in i]
    truth = [float(k < spec["below"]) for k in other] if binary else [k / spec["below"] + spec["shift"] for k in other]
    return numpy.array(truth), numpy.array(score)




def binary(truth, score, weights):
    said = (score >= 0.5).astype(float)
    tn, fp, fn, tp = m.confusion_matrix(truth, said, labels=[0, 1], sample_weight=weights).ravel()
    w = dict(sample_weight=weights)
    return {
        "auc": m.roc_auc_score(truth, score, **w), "average_precision": m.average_precision_score(truth, score, **w),
        "accuracy": m.accuracy_score(truth, said, **w), "balanced_accuracy": m.balanced_accuracy_score(truth, said, **w),
        "precision": m.precision_score(truth, said, zero_division=numpy.nan, **w), "recall": m.recall_score(truth, said, **w),
        "specificity": m.recall_score(1 - truth, 1 - said, **w), "false_positive_rate": fp / (fp + tn), "false_negative_rate": fn / (fn + tp),
        "f1": m.f1_score(truth, said, **w), "mcc": m.matthews_corrcoef(truth, said, **w) if (tp + fp) * (tn + fn) > 0 else math.nan,
        "log_loss": m.log_loss(truth, score, **w), "brier": m.brier_score_loss(truth, score, **w),
    }


def regression(truth, score, weights):
    w = dict(sample_weight=weights)
    return {"mae": m.mean_absolute_error(truth, score, **w), "mse": m.mean_squared_error(truth, score, **w),
            "rmse": math.sqrt(m.mean_squared_error(truth, score, **w)), "r2": m.r2_score(truth, score, **w),
            "mape": m.mean_absolute_percentage_error(truth, score, **w), "max_error": m.max_error(truth, score)}


def scores(answer):
    return {name: None if math.isnan(value) else float(value) for name, value in answer.items()}


def vectors(specs, is_binary):
    out = []
    for spec in specs:
        truth, score = rows(spec, is_binary)
        weights = numpy.array([1 + k % 3 for k in range(spec["count"])])  # how often each row counts
        compute = binary if is_binary else regression
        out.append(dict(spec=spec, scores=scores(compute(truth, score, None)), counted=scores(compute(truth, score, weights))))
    return out


def quantiles():
    values = [k * 7919 % 1009 / 8 for k in range(137)]
    return dict(count=137, scores={str(q): float(numpy.quantile(values, q)) for q in (0, 0.01, 0.05, 0.25, 0.5, 0.9, 0.95, 0.99, 1)})


json.dump(dict(made_with={name: importlib.metadata.version(name) for name in ("scikit-learn", "numpy")}, binary=vectors(BINARY, True),
               regression=vectors(REGRESSION, False), quantiles=quantiles()), sys.stdout, indent=1)
print()
