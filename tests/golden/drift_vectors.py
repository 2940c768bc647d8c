#!/usr/bin/env python3
"""Writes drift_vectors.json: what Evidently and SciPy answer, and what is true.

    python3 -m venv /tmp/golden && /tmp/golden/bin/pip install -r tests/golden/requirements.txt
    /tmp/golden/bin/python tests/golden/drift_vectors.py > tests/golden/drift_vectors.json

Samples are formulas over whole numbers, so that any program makes the same doubles:
    v = ((i * multiply) % modulus) / divide, i < count; then v * v if `square`; then v + add.
`scores` come from Evidently; of values whose squares it cannot hold, from the same over
a power of two: no score but `ed` depends on the unit. `exact` is computed here in whole numbers or with 50 digits where the way the others compute it loses digits.
"""
import importlib.metadata
import json
import math
import os
import sys
import warnings
from fractions import Fraction

import mpmath
import numpy
import pandas
from evidently.legacy.calculations import stattests
from evidently.legacy.calculations.stattests.utils import get_binned_data
from evidently.legacy.core import ColumnType
from scipy import stats

mpmath.mp.dps = 50
warnings.simplefilter("ignore")

NUMERIC = [stattests.ks_stat_test, stattests.wasserstein_stat_test, stattests.jensenshannon_stat_test, stattests.psi_stat_test,
           stattests.kl_div_stat_test, stattests.hellinger_stat_test, stattests.anderson_darling_test,
           stattests.cramer_von_mises, stattests.energy_dist_test]
CATEGORICAL = [stattests.jensenshannon_stat_test, stattests.psi_stat_test, stattests.kl_div_stat_test,
               stattests.hellinger_stat_test, stattests.chi_stat_test]


def sample(count, multiply, modulus, divide, add=0.0, square=False):
    return dict(count=count, multiply=multiply, modulus=modulus, divide=divide, add=add, square=square)


def values(spec):
    made = []
    for i in range(spec["count"]):
        v = ((i * spec["multiply"]) % spec["modulus"]) / spec["divide"]
        made.append((v * v if spec["square"] else v) + spec["add"])
    return pandas.Series(made, dtype=float)


PAIRS = [
    ("the reference's own", sample(500, 7919, 1000, 100), sample(400, 10429, 1100, 100, 0.25)),
    ("same distribution", sample(500, 7919, 1000, 100), sample(500, 104729, 1000, 100)),
    ("identical", sample(300, 7919, 1000, 100), sample(300, 7919, 1000, 100)),
    ("identical but for the size", sample(600, 7919, 1009, 100), sample(200, 7919, 1009, 100)),
    ("nearly identical", sample(1000, 7919, 1009, 100), sample(1000, 7919, 1009, 100, 0.001)),
    ("disjoint", sample(100, 31, 97, 10), sample(120, 37, 101, 10, 50)),
    ("touching", sample(64, 31, 97, 10), sample(64, 31, 97, 10, 9.6)),
    ("one far value", sample(50, 31, 97, 10), sample(51, 31, 97, 10, 0.05)),
    ("few values", sample(400, 7, 4, 1), sample(300, 11, 5, 1)),
    ("two values", sample(400, 7, 2, 1), sample(300, 11, 2, 1)),
    ("six values", sample(700, 13, 6, 1), sample(500, 17, 6, 2)),
    ("twenty values", sample(700, 13, 20, 1), sample(500, 17, 23, 1)),
    ("twenty-one values", sample(700, 13, 21, 1), sample(500, 17, 21, 1, 0.5)),
    ("many ties", sample(2000, 13, 40, 4), sample(1500, 17, 43, 4)),
    ("squares", sample(800, 7919, 1009, 100, 0, True), sample(900, 10429, 1013, 100, 0, True)),
    ("squares against a line", sample(800, 7919, 1009, 100, 0, True), sample(900, 10429, 1013, 10)),
    ("wider", sample(500, 7919, 1000, 100), sample(500, 7919, 1000, 80, -1.25)),
    ("narrower", sample(500, 7919, 1000, 100), sample(500, 7919, 1000, 200, 2.5)),
    ("far from zero", sample(500, 7919, 1000, 100, 1e6), sample(500, 10429, 1000, 100, 1e6 + 0.5)),
    ("tiny numbers", sample(500, 7919, 1000, 1e9), sample(500, 10429, 1000, 1e9, 1e-7)),
    ("huge numbers", sample(500, 7919, 1000, 1e-9), sample(500, 10429, 1000, 1e-9, 1e11)),
    ("negative", sample(500, 7919, 1000, 100, -20), sample(400, 10429, 1000, 100, -19.5)),
    ("three against four", sample(3, 5, 7, 1), sample(4, 5, 11, 2)),
    ("two against three", sample(2, 5, 7, 1), sample(3, 5, 11, 2)),
    ("twenty a side", sample(20, 13, 101, 10), sample(20, 29, 103, 10, 1)),
    ("twenty a side with ties", sample(20, 13, 9, 1), sample(19, 29, 11, 1)),
    ("seventeen against nineteen", sample(17, 13, 101, 10), sample(19, 29, 103, 10, 2)),
    ("twenty-one against twenty", sample(21, 13, 101, 10), sample(20, 29, 103, 10, 2)),
    ("few against many", sample(12, 13, 101, 10), sample(5000, 7919, 1009, 100)),
    ("many against few", sample(5000, 7919, 1009, 100), sample(12, 13, 101, 10)),
    ("a power of two of values", sample(512, 7919, 1009, 100), sample(512, 10429, 1013, 100, 0.3)),
    ("rare tail", sample(30000, 7919, 30011, 1000, 0, True), sample(200, 7919, 211, 10, 0, True)),
    ("ten thousand and one", sample(10001, 7919, 20011, 100), sample(8000, 10429, 20021, 100, 1.5)),
    ("ten thousand", sample(10000, 7919, 20011, 100), sample(9000, 10429, 20021, 100, 1.5)),
    ("ten thousand a side", sample(10000, 7919, 20011, 100), sample(10000, 10429, 20021, 100, 3.5)),
    ("twenty thousand", sample(20000, 7919, 20011, 100), sample(21000, 10429, 20021, 100, 1.1)),
    ("twenty thousand against ten", sample(20000, 7919, 20011, 100), sample(10, 10429, 20021, 100)),
    ("twenty thousand against three hundred", sample(20000, 7919, 20011, 100), sample(300, 10429, 20021, 100, 7)),
    ("a hundred thousand", sample(100000, 7919, 100003, 100), sample(100000, 10429, 100019, 100, 2)),
    ("one constant", sample(300, 1, 1, 1, 3.25), sample(200, 1, 1, 1, 3.25)),
    ("a constant that moved", sample(300, 1, 1, 1, 3.25), sample(200, 1, 1, 1, 3.5)),
    ("a constant came to life", sample(300, 1, 1, 1, 3.25), sample(200, 7919, 211, 100)),
    ("life became a constant", sample(300, 7919, 307, 100), sample(200, 1, 1, 1, 1.5)),
    ("one row a side", sample(1, 1, 1, 1, 2.5), sample(1, 1, 1, 1, 7.5)),
    ("the same row a side", sample(1, 1, 1, 1, 2.5), sample(1, 1, 1, 1, 2.5)),
    ("one row against many", sample(1, 1, 1, 1, 2.5), sample(100, 7919, 101, 10)),
    ("many against one row", sample(100, 7919, 101, 10), sample(1, 1, 1, 1, 2.5)),
    ("two rows a side", sample(2, 5, 7, 1), sample(2, 3, 7, 1)),
    ("all tied but one", sample(300, 1, 300, 299), sample(200, 1, 200, 150)),
    ("two values in eleven thousand", sample(11000, 7, 2, 1), sample(10500, 1, 2, 1, 1)),
    ("ties across a large sample", sample(12000, 13, 40, 4), sample(11000, 17, 43, 4)),
    ("beyond squares", sample(500, 7919, 1000, 1e-200), sample(400, 10429, 1100, 1e-200, 2.5e201)),
    ("beyond sums", sample(500, 7919, 1000, 1e-305, -5e307), sample(400, 10429, 1000, 1e-305, -4e307)),
    ("beyond ranges", sample(500, 7919, 1000, 6e-306, -1.7e308), sample(400, 10429, 1000, 6e-306)),
    ("below squares", sample(500, 7919, 1000, 1e200), sample(400, 10429, 1100, 1e200, 1e-199)),
    ("a hundred thousand, nearly the same", sample(100000, 7919, 100003, 100), sample(99000, 10429, 100019, 100, 0.1)),
]

COUNTS = [
    ("the reference's own", dict(a=90, b=90, c=90, d=30), dict(a=80, b=72, c=77, d=21)),
    ("the reference's own, renamed", dict(a=90, b=90, c=90, d=30), dict(a=80, b=72, c=77, e=21)),
    ("equal", dict(a=10, b=20, c=30), dict(a=10, b=20, c=30)),
    ("equal shares", dict(a=10, b=20, c=30), dict(a=100, b=200, c=300)),
    ("one moved", dict(a=1000, b=1000, c=1000), dict(a=1001, b=1000, c=999)),
    ("a category gone", dict(a=50, b=50, c=5), dict(a=60, b=55)),
    ("a category new", dict(a=50, b=50), dict(a=60, b=55, c=1)),
    ("disjoint", dict(a=50, b=50), dict(c=60, d=55)),
    ("one and the same", dict(a=50), dict(a=7)),
    ("one against two", dict(a=50), dict(a=60, b=3)),
    ("two", dict(a=90, b=210), dict(a=71, b=179)),
    ("two, far apart", dict(a=1000, b=10), dict(a=10, b=1000)),
    ("two, very large", dict(a=100000, b=900000), dict(a=101500, b=898500)),
    ("rare category", dict(a=99999, b=1), dict(a=99990, b=7, c=3)),
    ("rarer", dict(a=1000000, b=1), dict(a=500000, c=1)),
    ("ten", {f"k{i}": 10 + i * i for i in range(10)}, {f"k{i}": 12 + i * 9 for i in range(10)}),
    ("a hundred", {f"k{i}": 50 + (i * 37) % 23 for i in range(100)}, {f"k{i}": 50 + (i * 41) % 29 for i in range(100)}),
    ("a thousand", {f"k{i}": 5 + (i * 37) % 7 for i in range(1000)}, {f"k{i}": 5 + (i * 41) % 8 for i in range(1000)}),
    ("heavy head", {f"k{i}": 100000 // (i + 1) for i in range(50)}, {f"k{i}": 99000 // (i + 1) + i for i in range(50)}),
    ("small", dict(a=1, b=1, c=1), dict(a=1, b=2)),
    ("single rows", dict(a=1), dict(b=1)),
]


def exact_divergences(pairs):
    """From counts, each pair (reference, current)."""
    r_all, c_all = sum(r for r, _ in pairs), sum(c for _, c in pairs)
    affinity, divergence = mpmath.mpf(0), mpmath.mpf(0)
    for r, c in pairs:
        p, q = mpmath.mpf(r) / r_all, mpmath.mpf(c) / c_all
        affinity += mpmath.sqrt(p * q)
        for share in (p, q):
            if share > 0:
                divergence += share * mpmath.log(2 * share / (p + q)) / 2
    root = lambda x: float(mpmath.sqrt(x)) if x > mpmath.mpf(10) ** -45 else 0.0
    return {"jensenshannon": root(divergence), "hellinger": root(1 - affinity)}


def exact_z(r, r_all, c, c_all):
    pooled = Fraction(r + c, r_all + c_all)
    variance = pooled * (1 - pooled) * (Fraction(1, r_all) + Fraction(1, c_all))
    if variance == 0:
        return 1.0
    difference = abs(Fraction(r, r_all) - Fraction(c, c_all))
    z2 = difference * difference / variance
    return float(mpmath.erfc(mpmath.sqrt(mpmath.mpf(z2.numerator) / z2.denominator / 2)))


def exact_cramer_von_mises_tail(x):
    """1 minus the series of S. Csorgo, J. J. Faraway, J. Royal Statistical Society B 58 (1996), eq. 1.2."""
    with mpmath.workdps(350):  # answers go down to 1e-300
        return cramer_von_mises_series(mpmath.mpf(x))


def cramer_von_mises_series(x):
    total, k = mpmath.mpf(0), 0
    while True:
        q = mpmath.mpf(4 * k + 1) ** 2 / (16 * x)
        term = (mpmath.gamma(k + mpmath.mpf(1) / 2) / mpmath.gamma(k + 1) / (mpmath.pi ** 1.5 * mpmath.sqrt(x)) *
                mpmath.sqrt(4 * k + 1) * mpmath.exp(-q) * mpmath.besselk(mpmath.mpf(1) / 4, q))
        total += term
        k += 1
        if term < mpmath.mpf(10) ** -345:
            return float(1 - total)


def exact_cramer_von_mises(a, b):
    """The p-value by Anderson's own formulas (Annals of Math. Statistics 33, 1962), in whole numbers up to 20 values a side."""
    m, n = len(a), len(b)
    ranks = stats.rankdata(numpy.concatenate([numpy.sort(a), numpy.sort(b)]))
    square = lambda part: sum((Fraction(float(rank)) - i) ** 2 for i, rank in enumerate(part, 1))
    u = m * square(ranks[:m]) + n * square(ranks[m:])
    if max(m, n) > 20:
        mn, both = m * n, m + n
        t = u / (mn * both) - Fraction(4 * mn - 1, 6 * both)
        variance = Fraction((both + 1) * (4 * mn * both - 3 * (m * m + n * n) - 2 * mn), 45 * both * both * 4 * mn)
        off = t - Fraction(both + 1, 6 * both)
        x = mpmath.mpf(1) / 6 + mpmath.mpf(off.numerator) / off.denominator / mpmath.sqrt(45 * mpmath.mpf(variance.numerator) / variance.denominator)
        return exact_cramer_von_mises_tail(x) if x > 0.003 else 1.0
    # U of an order of the values is m n (m + n) T + ..., and (m + n) T is a sum over the lattice path of squared heights.
    paths = {(0, 0): {0: 1}}
    for x in range(m + 1):
        for y in range(n + 1):
            if x + y == 0:
                continue
            here = {}
            for before in ((x - 1, y), (x, y - 1)):
                for value, count in paths.get(before, {}).items():
                    value += (x * n - y * m) ** 2
                    here[value] = here.get(value, 0) + count
            paths[x, y] = here
    # T = (sum of (x/m - y/n)^2 over the path) m n / (m + n)^2.
    t = u / (m * n * (m + n)) - Fraction(4 * m * n - 1, 6 * (m + n))
    at_least = sum(count for value, count in paths[m, n].items() if Fraction(value, m * n * (m + n) ** 2) >= t)
    return float(Fraction(at_least, sum(paths[m, n].values())))


def score(test, reference, current, kind):
    try:
        result = float(test.func(reference.copy(), current.copy(), kind, test.default_threshold)[0])
    except (ValueError, IndexError, ZeroDivisionError):  # they refuse, or fail, on too little data
        return None
    return result if numpy.isfinite(result) else None


def numeric_vector(name, reference_spec, current_spec):
    reference, current = values(reference_spec), values(current_spec)
    largest = max(reference.abs().max(), current.abs().max())
    scaled = lambda sample: sample.map(lambda x: math.ldexp(x, -math.frexp(largest)[1]))
    if largest > 1e150:
        reference, current = scaled(reference), scaled(current)
    scores = {test.name: score(test, reference, current, ColumnType.Numerical) for test in NUMERIC}
    if largest > 1e150:
        del scores["ed"]
    if largest < 1e-150:
        scores["hellinger"] = score(stattests.hellinger_stat_test, scaled(reference), scaled(current), ColumnType.Numerical)
    r, c = get_binned_data(reference, current, ColumnType.Numerical, 30, False)
    pairs = list(zip((int(round(x * len(reference))) for x in r), (int(round(x * len(current))) for x in c)))
    exact = {"jensenshannon": exact_divergences(pairs)["jensenshannon"]}
    if min(len(reference), len(current)) > 1:
        exact["cramer_von_mises"] = exact_cramer_von_mises(reference, current)
        if scores["wasserstein"] == 0:  # ties make it find a constant different from itself
            exact["cramer_von_mises"], scores["cramer_von_mises"] = 1.0, None
    return dict(name=name, reference=reference_spec, current=current_spec, scores=scores, exact=exact)


def categorical_vector(name, reference_counts, current_counts):
    column = lambda counts: pandas.Series([key for key, count in counts.items() for _ in range(count)], dtype=object)
    reference, current = column(reference_counts), column(current_counts)
    keys = sorted(set(reference_counts) | set(current_counts))
    pairs = [(reference_counts.get(key, 0), current_counts.get(key, 0)) for key in keys]
    scores = {test.name: score(test, reference, current, ColumnType.Categorical) for test in CATEGORICAL}
    exact = exact_divergences(pairs)
    if len(keys) <= 2:
        scores["z"] = score(stattests.z_stat_test, reference, current, ColumnType.Categorical)
        exact["z"] = exact_z(pairs[0][0], len(reference), pairs[0][1], len(current))
    return dict(name=name, reference=reference_counts, current=current_counts, scores=scores, exact=exact)


def functions():
    for n in (1, 2, 5, 10, 50, 140, 141, 500, 1000, 10000, 100000, 100001, 500000, 1000000, 2000000):
        for z in (0.3, 0.45, 0.6, 0.8, 1.0, 1.3, 1.6, 2.1, 3.0, 5.0):
            d = z / n ** 0.5
            if d < 1:
                yield dict(function="kolmogorov_tail", arguments=[n, d], value=float(stats.kstwo.sf(d, n)))
    for k in (1, 2, 3, 4, 7, 10, 30, 100, 999, 10000):
        for ratio in (0.01, 0.3, 0.9, 1.0, 1.1, 1.5, 3.0):
            yield dict(function="chi_square_tail", arguments=[k * ratio, k], value=float(stats.chi2.sf(k * ratio, k)),
                       exact=float(mpmath.gammainc(mpmath.mpf(k) / 2, mpmath.mpf(k * ratio) / 2, regularized=True)))
    for x in (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.46136, 0.74346, 1.0, 2.0, 3.0, 5.0, 8.0):
        yield dict(function="cramer_von_mises_tail", arguments=[x], exact=exact_cramer_von_mises_tail(x))


def main():
    packages = ("evidently", "scipy", "numpy", "pandas", "mpmath")
    document = dict(
        made_with={name: importlib.metadata.version(name) for name in packages} | {"python": sys.version.split()[0]},
        numeric=[numeric_vector(*pair) for pair in PAIRS],
        categorical=[categorical_vector(*pair) for pair in COUNTS],
        functions=list(functions()),
    )
    print(json.dumps(document, indent=1))


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":  # Evidently adds up over sets of categories: in one order, the same digits
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "PYTHONHASHSEED": "0"})
    main()
