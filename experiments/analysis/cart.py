"""Scenario discovery by a classification tree: the other view of where failures lie.

CART (Breiman, Friedman, Olshen & Stone 1984) through scikit-learn. The tree is pruned by its cost
of complexity: the smallest whose cross-validated squared error of the chance to fail is within one
standard error of the best. Its leaves are boxes, told in the same words as those of PRIM; a tree
without a split says that nothing was found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from experiments.analysis.boxes import Box, Measures, box_said, limits_table, measures
from experiments.analysis.conditions import Condition
from experiments.analysis.frames import Bools, Column, Floats
from experiments.analysis.prim import prepared
from experiments.analysis.words import TEXT, Words, per_cent
from sim.core.errors import InputError

FOLDS = 5
PENALTIES = 20
"""Penalties tried, evenly over those at which the tree changes."""
LEAF = 0.01
"""A leaf holds so much of the futures at least, and five of them."""


@dataclass(frozen=True)
class Leaf:
    """A box that the tree cuts out, and its measures."""

    box: Box
    measures: Measures


@dataclass(frozen=True)
class Tree:
    """Leaves, the densest first. `error` and `error_alone`: squared error of the chance to fail in
    cross-validation, of the tree and of the share of failures alone."""

    condition: Condition
    columns: list[Column]
    failed: Bools
    left_out: int
    leaves: tuple[Leaf, ...]
    error: float
    error_alone: float

    def rules(self) -> pd.DataFrame:
        """A row a leaf: rule, futures, failures, coverage, density, mass, fails (more than half)."""
        return pd.DataFrame([
            {"rule": number, "futures": one.measures.futures, "failures": one.measures.failures,
             "coverage": one.measures.coverage, "density": one.measures.density,
             "mass": one.measures.mass, "fails": one.measures.density > 0.5}
            for number, one in enumerate(self.leaves, 1)
        ])  # fmt: skip

    def limits(self) -> pd.DataFrame:
        """A row a leaf and limited factor: rule, factor, low, high, values, range_low, range_high."""
        parts = [
            limits_table(one.box, self.columns).assign(rule=number)
            for number, one in enumerate(self.leaves, 1)
        ]
        table = pd.concat(parts, ignore_index=True)
        return table[["rule", *[name for name in table.columns if name != "rule"]]]

    def said(self, words: Words, lang: str) -> list[str]:
        """How often it fails, then each leaf in which it fails more often than overall."""
        text, base = TEXT[lang], float(self.failed.mean())
        said = [text["fails"].format(
            condition=self.condition.said(words, lang), base=per_cent(base, lang),
            n=len(self.failed),
        )]  # fmt: skip
        if len(self.leaves) < 2:
            return [*said, text["nothing"]]
        return said + [
            box_said(one.box, self.columns, one.measures, words, lang)
            for one in self.leaves if one.measures.density > base
        ]  # fmt: skip


def tree(
    design: pd.DataFrame, runs: pd.DataFrame, failure: Condition, *,
    factors: Sequence[str] | None = None, each: str = "point", folds: int = FOLDS, seed: int = 1,
) -> Tree:  # fmt: skip
    """The pruned tree of where `failure` holds. InputError where all futures or none fail."""
    _, found, failed, lost = prepared(design, runs, failure, factors, each, "tree")
    fewer = int(min(failed.sum(), (~failed).sum()))
    if fewer < folds:
        allowed = f"{folds} or more futures that fail and that do not"
        raise InputError(
            "tree", failure.text, f"{int(failed.sum())} of {len(failed)} fail", allowed
        )
    features, meaning = _features(found)
    fitted, error, alone = _pruned(features, failed, folds, seed)
    boxes = _leaves(fitted.tree_, found, meaning)
    leaves = [Leaf(box, measures(box.inside(found), failed)) for box in boxes]
    leaves.sort(key=lambda one: -one.measures.density)
    return Tree(failure, found, failed, lost, tuple(leaves), error, alone)


def _features(columns: Sequence[Column]) -> tuple[Floats, list[tuple[int, int]]]:
    """A feature a number and a feature a choice (0 or 1), and which column and choice each is.

    The choice of a number is -1.
    """
    parts, meaning = [], []
    for place, one in enumerate(columns):
        if not one.choices:
            parts.append(one.values)
            meaning.append((place, -1))
        for code in range(len(one.choices)):
            parts.append((one.values == code).astype(np.float64))
            meaning.append((place, code))
    return np.stack(parts, axis=1), meaning


def _pruned(features: Floats, failed: Bools, folds: int, seed: int) -> tuple[Any, float, float]:
    """The fitted tree, its cross-validated squared error, and that of no tree."""
    from sklearn.model_selection import StratifiedKFold
    from sklearn.tree import DecisionTreeClassifier

    least = max(5, int(LEAF * len(failed)))

    def grown(penalty: float, rows: Any = slice(None)) -> Any:
        made = DecisionTreeClassifier(min_samples_leaf=least, ccp_alpha=penalty, random_state=seed)
        return made.fit(features[rows], failed[rows])

    path = np.unique(grown(0.0).cost_complexity_pruning_path(features, failed).ccp_alphas)
    path = np.maximum(path, 0.0)
    chosen = np.unique(np.linspace(0, len(path) - 1, PENALTIES).round().astype(int))
    # Between two penalties at which the tree changes; the last leaves no split.
    penalties = np.append(np.sqrt(path[chosen[:-1]] * path[chosen[1:]]), 2.0 * path[-1] + 1e-9)
    splits = StratifiedKFold(folds, shuffle=True, random_state=seed)
    errors = np.zeros((len(penalties), folds))
    for fold, (train, test) in enumerate(splits.split(features, failed)):
        for place, penalty in enumerate(penalties):
            chance = grown(penalty, train).predict_proba(features[test])[:, 1]
            errors[place, fold] = np.mean((chance - failed[test]) ** 2)
    mean, error = errors.mean(axis=1), errors.std(axis=1, ddof=1) / np.sqrt(folds)
    best = int(mean.argmin())
    within = np.flatnonzero(mean <= mean[best] + error[best])
    return grown(penalties[within[-1]]), float(mean[within[-1]]), float(mean[-1])


def _leaves(nodes: Any, columns: Sequence[Column], meaning: list[tuple[int, int]]) -> list[Box]:
    """The box of every leaf, from left to right."""
    found: list[Box] = []
    open_nodes = [(0, Box.whole(columns))]
    while open_nodes:
        node, box = open_nodes.pop()
        if nodes.children_left[node] == nodes.children_right[node]:
            found.append(box)
            continue
        place, code = meaning[nodes.feature[node]]
        edge, low, high = float(nodes.threshold[node]), box.low[place], box.high[place]
        if code < 0:
            left = box.limit(place, low, min(high, edge))
            # The right side is above the edge, the left side at or below it.
            right = box.limit(place, max(low, float(np.nextafter(edge, np.inf))), high)
        else:
            kept = box.kept[place]
            left = box.limit(place, -np.inf, np.inf, tuple(k for k in kept if k != code))
            right = box.limit(place, -np.inf, np.inf, (code,))
        open_nodes += [(nodes.children_right[node], right), (nodes.children_left[node], left)]
    return found
