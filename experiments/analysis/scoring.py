"""Feature scoring: which factors matter for which outcomes, whatever the design.

Extremely randomised trees (Geurts, Ernst & Wehenkel 2006) predict each outcome from all factors and
from shuffled copies of them, which matter only by chance (as in Kursa & Rudnicki 2010). Importance
is what a factor's splits take off the variance; permutation importance is what the R² on futures
left out loses when the factor is shuffled (Breiman 2001). A factor is real if it beats the best of
the shuffled copies in both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from experiments.analysis.frames import (
    FEWEST_FUTURES,
    Floats,
    chosen,
    columns,
    factors_of,
    futures,
    outcomes_of,
)
from sim.core.errors import InputError

TREES = 100
FOLDS = 3
REPEATS = 3
"""Shufflings of a factor in each fold."""
ROWS = 20_000
"""Rows that the trees are asked for at once: each asking costs as much as many rows."""
SHADOWS = 5
"""Shuffled copies beside the factors."""
NAMES = (
    "outcome", "factor", "importance", "importance_chance", "permutation", "permutation_sd",
    "permutation_chance", "real", "r2", "futures",
)  # fmt: skip


def scores(
    design: pd.DataFrame, runs: pd.DataFrame, *, factors: Sequence[str] | None = None,
    outcomes: Sequence[str] | None = None, each: str = "point", trees: int = TREES, seed: int = 1,
) -> pd.DataFrame:  # fmt: skip
    """A row an outcome and factor: the columns of NAMES.

    importance: share of all importance, shuffled copies included; permutation: loss of R² on
    futures left out, with its standard deviation over shufflings; *_chance: the most that a
    shuffled copy reaches; r2: of the trees on futures left out (0 or less: nothing was learned, and
    nothing is real). An outcome that does not vary, or with too few futures, has no row.
    """
    names = chosen("scores", outcomes, outcomes_of(runs))
    inputs = chosen("scores", factors, factors_of(design), "factor")
    table = futures(design, runs, names, each)
    if not inputs:
        raise InputError("scores", "factors", "none that varies", "a design with factors")
    rows: list[dict[str, Any]] = []
    for place, outcome in enumerate(names):
        known = table[table[outcome].notna()].reset_index(drop=True)
        found = columns(known, inputs)
        values = known[outcome].to_numpy(dtype=np.float64)
        if len(known) < FEWEST_FUTURES or np.ptp(values) == 0 or not found:
            continue
        features = np.stack([one.values for one in found], axis=1)
        random = np.random.default_rng([seed, place])
        own = _scored(features, values, trees, random)
        for at, one in enumerate(found):
            rows.append({
                "outcome": outcome, "factor": one.name,
                **{name: value[at] if np.ndim(value) else value for name, value in own.items()},
                "futures": len(known),
            })  # fmt: skip
    return pd.DataFrame(rows, columns=list(NAMES))


def score_table(table: pd.DataFrame, measure: str = "importance") -> pd.DataFrame:
    """Outcomes by factors of one measure, in the order of `table`; nan where it is chance."""
    shown = table.assign(value=table[measure].where(table["real"].astype(bool)))
    wide = shown.pivot(index="outcome", columns="factor", values="value")
    return wide.loc[list(dict.fromkeys(table["outcome"])), list(dict.fromkeys(table["factor"]))]


def _scored(
    features: Floats, values: Floats, trees: int, random: np.random.Generator
) -> dict[str, Any]:
    """Scores of the factors (n, factors): arrays by factor, and figures of all."""
    from sklearn.ensemble import ExtraTreesRegressor
    from sklearn.model_selection import KFold

    count = features.shape[1]
    copied = np.arange(max(SHADOWS, 1)) % count
    shadows = np.stack([random.permutation(features[:, place]) for place in copied], axis=1)
    wide = np.concatenate([features, shadows], axis=1)
    state = int(random.integers(2**31))
    spread = float(values.var())
    drops, importances, misses = [], [], []
    for train, test in KFold(FOLDS, shuffle=True, random_state=state).split(wide):
        forest = ExtraTreesRegressor(trees, min_samples_leaf=3, random_state=state, n_jobs=1)
        forest.fit(wide[train], values[train])
        importances.append(forest.feature_importances_)
        misses.append((forest.predict(wide[test]) - values[test]) ** 2)
        shuffled = _shuffled_errors(forest.predict, wide[test], values[test], state)
        drops.append((shuffled - misses[-1].mean()) / spread)
    importance, drop = np.mean(importances, axis=0), np.concatenate(drops, axis=1)
    # Over all futures at once: a fold may hold hardly any variance.
    mean, r2 = drop.mean(axis=1), 1.0 - float(np.concatenate(misses).mean()) / spread
    chance, lost_chance = importance[count:].max(), max(float(mean[count:].max()), 0.0)
    real = (importance[:count] > chance) & (mean[:count] > lost_chance) & (r2 > 0.0)
    return {
        "importance": importance[:count], "importance_chance": chance,
        "permutation": mean[:count], "permutation_sd": drop.std(axis=1, ddof=1)[:count],
        "permutation_chance": lost_chance, "real": real, "r2": r2,
    }  # fmt: skip


def _shuffled_errors(
    predict: Callable[[Floats], Floats], inputs: Floats, values: Floats, seed: int
) -> Floats:
    """Mean square error when one column of inputs (n, columns) is shuffled: (columns, REPEATS).

    The shuffles are those of scikit-learn's permutation_importance, which predicts for one column and
    one shuffle after the other and spends most of its time on going to and fro.
    """
    n, width = inputs.shape
    random = np.random.RandomState(np.random.RandomState(seed).randint(2**31))
    step, shuffles = np.arange(n), [np.arange(n)]
    for _ in range(REPEATS):
        random.shuffle(step)
        shuffles.append(shuffles[-1][step])
    orders = np.concatenate(shuffles[1:])
    group = max(1, ROWS // (REPEATS * n))
    errors = []
    for first in range(0, width, group):
        places = range(first, min(first + group, width))
        many = np.tile(inputs, (len(places), REPEATS, 1))
        for copy, place in zip(many, places, strict=True):
            copy[:, place] = inputs[orders, place]
        missed = predict(many.reshape(-1, width)).reshape(len(places), REPEATS, n) - values
        errors.append((missed**2).mean(axis=2))
    return np.concatenate(errors)
