"""Can the procedure find parameters that it should? Synthetic data from known ones say.

Each truth is a point drawn from the prior at which the model itself is run once with a seed of its
own; errors as large as the targets' tolerance are added. The posterior of each is found with one
emulator, fitted once to points that know nothing of the truths, so that many truths are cheap.
A 90 % interval that deserves its name holds the truth in about 90 % of cases.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from calibration.emulator import Emulator
from calibration.posterior import Integers, posterior

Array = npt.NDArray[np.float64]
SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
DRAWS = 1000
"""Posterior draws of each truth."""


def recover(
    emulator: Emulator,
    truths: Array,
    moments: Array,
    deviation: Array,
    series: Integers,
    names: Sequence[str],
    seed: int = 1,
    told: Callable[[int], None] | None = None,
) -> pd.DataFrame:
    """Truth, median and 50 and 90 % interval (all in the unit cube) by truth and parameter.

    truths (k, p) in the unit cube; moments (k, m) of one run at each; deviation (m,) and
    series (m,) of the targets. Truths whose run failed are left out. `covered_50`, `covered_90` say whether the
    interval holds the truth.
    """
    random = np.random.default_rng(seed)
    errors = random.standard_normal(moments.shape) * deviation
    rows = []
    for place, (truth, observed) in enumerate(zip(truths, moments + errors, strict=True)):
        if np.isfinite(observed).all():
            draws = posterior(emulator, observed, deviation, series, DRAWS, seed + place)
            found = np.quantile(draws.unit, SHARES, axis=0).T
            for name, true, (low_90, low_50, median, high_50, high_90) in zip(
                names, truth, found, strict=True
            ):
                rows.append((place, name, true, low_90, low_50, median, high_50, high_90))
        if told is not None:
            told(place + 1)
    columns = ["truth", "parameter", "true", "low_90", "low_50", "median", "high_50", "high_90"]
    frame = pd.DataFrame(rows, columns=columns)
    for share in ("50", "90"):
        inside = frame["true"].between(frame[f"low_{share}"], frame[f"high_{share}"])
        frame[f"covered_{share}"] = inside
    return frame


def coverage(recovered: pd.DataFrame) -> pd.DataFrame:
    """By parameter and in all: truths, share covered by both intervals, mean width of the 90 % one."""
    whole = recovered.assign(parameter="all")
    both = pd.concat([recovered, whole], ignore_index=True)
    both["spread_90"] = both["high_90"] - both["low_90"]
    grouped = both.groupby("parameter", sort=False)
    table = grouped[["covered_50", "covered_90", "spread_90"]].mean()
    table.insert(0, "truths", grouped["truth"].nunique())
    return table.reset_index()
