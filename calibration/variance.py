"""What the spread of an output comes from: parameters, structure (rival mechanisms), or chance.

The design is crossed: every structure runs every draw of the parameters under every seed, the same
draws and seeds in each. Draws and seeds are samples of something larger; the structures are all
there are, each as likely as another. Then the law of total variance gives

    Var(y) = V_parameters + V_structure + V_parameters_structure + E[Var(y | structure, draw)]

whose last term is chance: everything a seed has a part in. All terms are differences of second
moments E[y y'] of two runs that share the draw, the seed, both or neither, each estimated by its
mean over the pairs of runs of that kind: without bias, and at full balance the same as the mean
squares of an analysis of variance (Searle, Casella & McCulloch 1992).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.core.errors import InputError

Floats = NDArray[np.float64]
PARTS = {
    "parameters": ("参数", "parameters"),
    "structure": ("结构(机制)", "structure (mechanisms)"),
    "parameters_structure": ("参数与结构交互", "parameters with structure"),
    "chance": ("偶然性", "chance"),
}
"""What variance is split into, with labels (Chinese, English)."""


def split(values: Floats, draw_weights: Floats, seed_weights: Floats) -> tuple[Floats, Floats]:
    """Components of variance, (4, outputs) in the order of `PARTS`, and the whole, (outputs,).

    `values`: (structures, draws, seeds, outputs). Weights say how often a draw (draws,) and a seed
    (seeds,) counts: 1 each, or their multiplicities in a bootstrap sample; a run is never paired
    with a copy of itself as if the two were independent. Components are unbiased, so that a small
    one can come out below 0.
    """
    centred = values - values.mean(axis=(0, 1, 2))
    both, draw, neither = _moments(centred, draw_weights, seed_weights).mean(axis=1)
    # Of the mean over structures: what the structures have in common.
    common = _moments(centred.mean(axis=0, keepdims=True), draw_weights, seed_weights)[:, 0]
    parameters = common[1] - common[2]
    structure = neither - common[2]
    parts = [parameters, structure, draw - common[2] - parameters - structure, both - draw]
    return np.stack(parts), both - common[2]


def _moments(values: Floats, draws: Floats, seeds: Floats) -> Floats:
    """Mean product of two runs of one structure that share draw and seed, the draw, or neither.

    `values` (structures, draws, seeds, outputs) and weights (draws,), (seeds,); gives (3,
    structures, outputs). A sum over pairs that differ is the square of the sum less the squares.
    """
    over_seeds = np.einsum("c,spcm->spm", seeds, values)
    over_draws = np.einsum("p,spcm->scm", draws, values)
    square = values**2
    itself = np.einsum("p,c,spcm->sm", draws, seeds, square)
    same_draw = np.einsum("p,spm->sm", draws, over_seeds**2)
    same_draw -= np.einsum("p,c,spcm->sm", draws, seeds**2, square)
    neither = np.einsum("p,spm->sm", draws, over_seeds) ** 2
    neither -= np.einsum("p,spm->sm", draws**2, over_seeds**2)
    neither -= np.einsum("c,scm->sm", seeds**2, over_draws**2)
    neither += np.einsum("p,c,spcm->sm", draws**2, seeds**2, square)
    pairs_draws, pairs_seeds = (w.sum() ** 2 - (w**2).sum() for w in (draws, seeds))
    return np.stack([
        itself / (draws.sum() * seeds.sum()),
        same_draw / (draws.sum() * pairs_seeds),
        neither / (pairs_draws * pairs_seeds),
    ])  # fmt: skip


def shares(
    values: Floats,
    outputs: Sequence[str],
    *,
    resamples: int = 500,
    level: float = 0.95,
    seed: int = 1,
) -> pd.DataFrame:
    """Share of each output's variance by part, with bootstrap intervals.

    `values`: (structures, draws, seeds, outputs), two draws and seeds at least. One row an output
    and part: output, part, variance, share, low, high, sd (of the whole). The interval is that of
    percentiles over samples, with replacement, of draws and of seeds (Owen 2007); structures are
    not sampled. An output that does not vary has shares of nan. Raises InputError for a design too
    small, ValueError for values that are not finite.
    """
    if values.ndim != 4 or min(values.shape[1:3]) < 2:
        raise InputError("variance", "design", str(values.shape), "2 draws and 2 seeds at least")
    if not np.isfinite(values).all():
        bad = [outputs[place] for place in np.unique(np.argwhere(~np.isfinite(values))[:, 3])]
        raise ValueError(f"not finite: {', '.join(bad)}")
    _, draws, seeds, _ = values.shape
    parts, whole = split(values, np.ones(draws), np.ones(seeds))
    random = np.random.default_rng(seed)
    sampled = [
        _share(*split(values, *weights)) for weights in _weights(random, draws, seeds, resamples)
    ]
    low, high = np.quantile(sampled, [(1 - level) / 2, (1 + level) / 2], axis=0)
    share = _share(parts, whole)
    still = np.ptp(values, axis=(0, 1, 2)) == 0
    for one in (share, low, high):
        one[:, still] = np.nan
    rows: list[dict[str, Any]] = [
        {
            "output": output, "part": part, "variance": parts[line, place],
            "share": share[line, place], "low": low[line, place], "high": high[line, place],
            "sd": np.sqrt(max(whole[place], 0.0)),
        }
        for place, output in enumerate(outputs)
        for line, part in enumerate(PARTS)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def _share(parts: Floats, whole: Floats) -> Floats:
    """Parts over the whole, nan where nothing varies."""
    return np.divide(parts, whole, out=np.full_like(parts, np.nan), where=whole > 0)


def _weights(
    random: np.random.Generator, draws: int, seeds: int, count: int
) -> Iterator[tuple[Floats, Floats]]:
    """How often draws and seeds come up in samples of their number with replacement.

    A sample in which one and the same comes up every time has no pairs and is taken anew.
    """
    for _ in range(count):
        pair = []
        for size in (draws, seeds):
            weights = np.zeros(size)
            while np.count_nonzero(weights) < 2:
                weights = random.multinomial(size, np.full(size, 1 / size)).astype(float)
            pair.append(weights)
        yield pair[0], pair[1]
