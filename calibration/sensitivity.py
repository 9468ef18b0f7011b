"""What moves which output: Morris screening of all parameters, Sobol indices of those that matter.

Everything happens in the unit cube, where 0 and 1 are the ends of a parameter's prior: an effect is
what an output moves by when a parameter crosses its prior. A model is a callable that takes points
(n, parameters) and gives (n, replicates, outputs), replicate r of every point on the same random
numbers. Indices are of the mean over replicates. What chance alone would show as an effect is
measured by how replicates differ in it and given beside each index (0 for a parameter that touches
nothing, for common random numbers then leave every bit as it was).

Morris 1991; Campolongo, Cariboni & Saltelli 2007 (mu*); Saltelli et al. 2010 (first and total order).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.core.errors import InputError

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Model = Callable[[Floats], Floats]
"""Points (n, parameters) in the unit cube -> outputs (n, replicates, outputs)."""
LEVELS = 4
"""Levels of the Morris grid; an effect is taken over two thirds of the prior."""
RESAMPLES = 500
"""Bootstrap samples of the 95 % half-widths."""
INFORMS = 0.1
"""Least share of a target's total effect with which it informs a parameter."""
BEYOND_CHANCE = 2.0
"""An effect counts if it is so many times what chance would show."""
FEWEST = 2
"""Blocks without which there is no estimate."""


# ------------------------------------------------------------------ Morris
def morris_design(parameters: int, trajectories: int, seed: int = 1) -> Floats:
    """Points of so many trajectories, (trajectories·(parameters + 1), parameters)."""
    from SALib.sample import morris

    if trajectories < 2:
        raise InputError("morris", "trajectories", trajectories, "2 at least")
    return np.asarray(morris.sample(_problem(parameters), trajectories, LEVELS, seed=seed))


def morris(
    points: Floats, values: Floats, parameters: Sequence[str], outputs: Sequence[str], seed: int = 1
) -> pd.DataFrame:
    """Effects of crossing the prior: one row an output and parameter.

    `points` as `morris_design` gave them, `values` (n, replicates, outputs). Columns: output,
    parameter, mean (of the output over all points), mu, mu_star with the half-width of its 95 % interval, sigma (of single effects:
    curvature and interaction), chance (the mu_star of chance alone; nan for one replicate), net
    (what is left of mu_star without chance), share (of net over the output's parameters).
    """
    from SALib.analyze import morris as analysis

    chance = _morris_chance(points, values)
    means = values.mean(axis=1)
    rows: list[dict[str, Any]] = []
    for place, output in _defined(means, outputs):
        found = analysis.analyze(
            _problem(len(parameters)), points, means[:, place], num_resamples=RESAMPLES,
            num_levels=LEVELS, seed=seed,
        )  # fmt: skip
        star = np.asarray(found["mu_star"], dtype=float)
        net = np.sqrt(np.maximum(star**2 - np.nan_to_num(chance[:, place]) ** 2, 0.0))
        for line, name in enumerate(parameters):
            rows.append({
                "output": output, "parameter": name, "mean": means[:, place].mean(),
                "mu": float(found["mu"][line]),
                "mu_star": star[line], "mu_star_half": float(found["mu_star_conf"][line]),
                "sigma": float(found["sigma"][line]), "chance": chance[line, place],
                "net": net[line], "share": net[line] / net.sum() if net.sum() > 0 else np.nan,
            })  # fmt: skip
    return pd.DataFrame(rows)


def _morris_chance(points: Floats, values: Floats) -> Floats:
    """Mean absolute effect that replicates alone would show, (parameters, outputs).

    Without a true effect the mean over R replicates is normal around 0 with a variance of
    var(effects of replicates)/R, whose mean absolute value is its deviation times sqrt(2/pi).
    """
    _, replicates, outputs = values.shape
    count = points.shape[1]
    if replicates < 2:
        return np.full((count, outputs), np.nan)
    steps = np.diff(points.reshape(-1, count + 1, count), axis=1)
    moved = np.abs(steps).argmax(axis=2)
    change = np.diff(values.reshape(-1, count + 1, replicates, outputs), axis=1)
    effects = change / steps.sum(axis=2)[:, :, None, None]
    variance = np.zeros((len(steps), count, outputs))
    np.put_along_axis(variance, moved[:, :, None], effects.var(axis=2, ddof=1), axis=1)
    return np.sqrt(variance.mean(axis=0) / replicates * 2.0 / np.pi)


def most_important(effects: pd.DataFrame, count: int) -> list[str]:
    """The parameters that matter, most important first, at most `count`.

    Ranked by the root mean square over outputs of their share, between the mean (matters a little
    everywhere) and the largest (matters much somewhere); none without any effect beyond chance.
    """
    squares = effects.assign(share=effects["share"] ** 2).groupby("parameter", sort=False)["share"]
    rank = squares.mean().sort_values(ascending=False, kind="stable")
    return [str(name) for name in rank[rank > 0].index[:count]]


# ------------------------------------------------------------------ Sobol
def sobol_design(parameters: int, base: int, seed: int = 1) -> Floats:
    """Saltelli's sample, (base·(parameters + 2), parameters); `base` is a power of two."""
    from SALib.sample import sobol

    if base < 2 or base & (base - 1):
        raise InputError("sobol", "base", base, "a power of two, 2 at least")
    random = np.random.default_rng(seed)
    return np.asarray(
        sobol.sample(_problem(parameters), base, calc_second_order=False, seed=random)
    )


def sobol(
    values: Floats, parameters: Sequence[str], outputs: Sequence[str], seed: int = 1
) -> pd.DataFrame:
    """Shares of variance: one row an output and parameter.

    `values` (n, replicates, outputs) at the points of `sobol_design`. Columns: output, parameter,
    first and total (order) with half-widths of their 95 % intervals, chance (the total index that
    chance alone would show; nan for one replicate), net (total less chance), share (of net over the
    output's parameters).
    """
    from SALib.analyze import sobol as analysis

    # SALib takes a seed of 0 for none.
    if seed < 1:
        raise InputError("sobol", "seed", seed, "1 or more")
    chance = _sobol_chance(values, len(parameters))
    means = values.mean(axis=1)
    problem = _problem(len(parameters))
    # The first and last point of each block are the two samples that the variance is taken of.
    sampled = means.reshape(-1, len(parameters) + 2, means.shape[1])[:, [0, -1]]
    rows: list[dict[str, Any]] = []
    for place, output in _defined(means, outputs):
        if np.ptp(sampled[:, :, place]) == 0:
            continue
        found = analysis.analyze(
            problem, means[:, place], calc_second_order=False, num_resamples=RESAMPLES, seed=seed
        )
        total = np.asarray(found["ST"], dtype=float)
        net = np.maximum(total - np.nan_to_num(chance[:, place]), 0.0)
        for line, name in enumerate(parameters):
            rows.append({
                "output": output, "parameter": name, "first": float(found["S1"][line]),
                "first_half": float(found["S1_conf"][line]), "total": total[line],
                "total_half": float(found["ST_conf"][line]), "chance": chance[line, place],
                "net": net[line], "share": net[line] / net.sum() if net.sum() > 0 else np.nan,
            })  # fmt: skip
    return pd.DataFrame(rows)


def _sobol_chance(values: Floats, count: int) -> Floats:
    """Total index that replicates alone would show, (parameters, outputs)."""
    _, replicates, outputs = values.shape
    if replicates < 2:
        return np.full((count, outputs), np.nan)
    rows = values.reshape(-1, count + 2, replicates, outputs)
    apart = rows[:, 1:-1] - rows[:, :1]
    noise = 0.5 * apart.var(axis=2, ddof=1).mean(axis=0) / replicates
    whole = rows[:, [0, -1]].mean(axis=2).var(axis=(0, 1))
    return np.divide(noise, whole, out=np.zeros_like(noise), where=whole > 0)


# ------------------------------------------------------------------ identification
def identification(
    effects: pd.DataFrame, parameters: Sequence[str], tolerances: dict[str, float]
) -> pd.DataFrame:
    """What the targets can say of each parameter, one row a parameter.

    `effects` as `morris` gives them; `tolerances` by target, in its unit: how well it is known.
    Columns: parameter; identified_by (targets, most telling first, with commas between; a target
    tells if crossing the prior moves it by more than its tolerance and beyond chance, and if the
    parameter has a tenth of the target's total effect); strongest (target) and signal (its mu_star
    over its tolerance); spread_left, the share of the prior's standard deviation that knowing every
    target to within its tolerance would leave, all parameters being unknown together (linear and
    Gaussian, with mean effects): 1 is not identified, whatever single targets move.
    """
    known = effects[effects["output"].isin(list(tolerances))]
    left = dict(zip(parameters, _spread_left(known, parameters, tolerances), strict=True))
    rows = []
    for name in parameters:
        own = known[known["parameter"] == name]
        signal = own["mu_star"] / own["output"].map(tolerances).astype(float)
        own = own.assign(signal=signal).sort_values("signal", ascending=False, kind="stable")
        telling = own[
            (own["signal"] > 1.0)
            & (own["share"] >= INFORMS)
            & (own["mu_star"] > BEYOND_CHANCE * own["chance"].fillna(0.0))
        ]
        best = own.iloc[0] if len(own) else None
        rows.append({
            "parameter": name,
            "identified_by": ", ".join(telling["output"]),
            "strongest": best["output"] if best is not None and best["signal"] > 0 else "",
            "signal": float(best["signal"]) if best is not None else 0.0,
            "spread_left": left[name],
        })  # fmt: skip
    return pd.DataFrame(rows)


def _spread_left(
    effects: pd.DataFrame, parameters: Sequence[str], tolerances: dict[str, float]
) -> Floats:
    """Posterior over prior standard deviation of each parameter, (parameters,)."""
    uniform = 12.0  # precision of a uniform variable on (0, 1)
    slopes = np.zeros((0, len(parameters)))
    if len(effects):
        table = effects.pivot(index="output", columns="parameter", values="mu")
        chance = effects.pivot(index="output", columns="parameter", values="chance").fillna(0.0)
        # What chance could have drawn is no slope.
        slopes = table.where(table.abs() > BEYOND_CHANCE * chance, 0.0)[list(parameters)]
        known = np.array([tolerances[name] for name in table.index])
        slopes = slopes.to_numpy() / known[:, None]
    precision = slopes.T @ slopes + uniform * np.eye(len(parameters))
    return np.sqrt(uniform * np.diag(np.linalg.inv(precision)))


# ------------------------------------------------------------------ details
def whole(there: Bools) -> tuple[Bools, Bools]:
    """Rows and columns of a table (rows, columns) that are left when none of its cells is False.

    One at a time the row or column with the largest share of missing cells goes; a row before a
    column, and the first before later ones, where shares are equal.
    """
    rows, across = np.ones(there.shape[0], dtype=bool), np.ones(there.shape[1], dtype=bool)
    while True:
        missing = ~there & rows[:, None] & across
        if not missing.any():
            return rows, across
        of_rows = missing.sum(axis=1) / across.sum()
        of_columns = missing.sum(axis=0) / rows.sum()
        if of_columns.max() > of_rows.max():
            across[of_columns.argmax()] = False
        else:
            rows[of_rows.argmax()] = False


def _problem(parameters: int) -> dict[str, Any]:
    """SALib's description of the unit cube."""
    names = [f"x{place}" for place in range(parameters)]
    return {"num_vars": parameters, "names": names, "bounds": [[0.0, 1.0]] * parameters}


def _defined(means: Floats, outputs: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Outputs that have a value everywhere and are not the same everywhere, with their place."""
    for place, output in enumerate(outputs):
        column = means[:, place]
        if np.isfinite(column).all() and np.ptp(column) > 0:
            yield place, output
