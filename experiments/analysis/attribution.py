"""What each action of the programme contributes, with their interactions and the checks of the sum.

The game is the programme with some of its actions left out (`programme.without`); its players are
the actions; the value of a coalition is an outcome. Shares add up to the whole effect of all the
actions together: the programme less what is left of it with none of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from experiments.analysis import shapley
from experiments.analysis.coalitions import ACTIONS, NOBODY, WITHOUT, Game, game_of
from experiments.analysis.labels import Labels, outcome_label
from experiments.analysis.shapley import Estimate, Floats, over_replicates
from sim.core.errors import InputError
from sim.programme import CLAUSES

ALL, REST, WHOLE = "all_actions", "rest", "programme"
CHECKS = {
    ALL: ("所列专项行动合计", "all actions together"),
    REST: ("仅保障措施(无专项行动)", "safeguards alone"),
    WHOLE: ("整个方案", "the whole programme"),
}
"""Rows beside the actions: what shares add up to, what remains without any, and both together."""
OTHER_REST = ("方案其余部分", "the rest of the programme")
"""What remains where not all ten actions are players."""
VERDICTS = {
    "synergy": ("相互增强", "reinforce each other"),
    "substitution": ("相互替代", "stand in for each other"),
    "unclear": ("无法与零区分", "not distinguishable from zero"),
}
READING = (
    "夏普利份额是一项行动在所有可能的加入顺序中平均增加的量,各行动之和等于全部行动合计的效果。"
    "“单独实施”是只有它时增加的量,“最后加入”是从全部行动中去掉它时减少的量:行动相互替代时前者大于后者,"
    "相互增强时后者大于前者,两者各自之和都不等于总效果。",
    "A Shapley share is what an action adds on average over all orders in which the actions could "
    "come in; shares add up to the effect of all actions together. `first_in` is what it adds alone, "
    "`last_in` what is lost when it alone is taken away: where actions stand in for each other the "
    "first is larger, where they reinforce each other the second is. Neither adds up to the whole.",
)  # fmt: skip
HEADERS = {
    "outcome": ("指标", "outcome"), "action": ("代码", "code"), "label": ("行动", "action"),
    "shapley": ("夏普利份额", "Shapley share"), "interval": ("95%区间", "95 % interval"),
    "per_cent": ("占总效果%", "% of the whole"), "first_in": ("单独实施", "first in (alone)"),
    "last_in": ("最后加入(去掉它)", "last in (left out)"), "pair": ("两项行动", "two actions"),
    "interaction": ("交互", "interaction"), "verdict": ("判断", "verdict"),
}  # fmt: skip


class Note(NamedTuple):
    """Something the reader of the tables must know."""

    zh: str
    en: str


@dataclass(frozen=True)
class Attribution:
    """Who contributed what, by outcome.

    `shares`: outcome, outcome_zh, outcome_en, action, zh, en, shapley, low, high, share, first_in,
    first_low, first_high, last_in, last_low, last_high, chance, sampling, replicates, dropped; after
    the actions the rows of `CHECKS`. `share` is of the whole effect, missing where that cannot be
    told from zero. `pairs`: outcome, a, b, zh, en, interaction, low, high, verdict, verdict_zh,
    verdict_en; empty if coalitions were sampled. Intervals are of 95 %, each for itself; the verdicts
    allow for there being many pairs.
    """

    shares: pd.DataFrame
    pairs: pd.DataFrame
    actions: tuple[str, ...]
    scenario: str
    notes: tuple[Note, ...] = field(default=())

    def of(self, outcome: str) -> pd.DataFrame:
        """Shares of one outcome, by action."""
        return self.shares[self.shares["outcome"] == outcome].set_index("action")


def attribute(
    design: pd.DataFrame,
    runs: pd.DataFrame,
    outcomes: Sequence[str],
    *,
    scenario: str | None = None,
    against: str = "no_programme",
    permutations: int = 0,
    seed: int = 1,
    labels: Labels | None = None,
    better: Mapping[str, str] | None = None,
) -> Attribution:
    """Shares of every outcome, from the tables `design` and `runs` of a study.

    All coalitions give exact shares; otherwise `permutations` and `seed` are those with which
    `sampled_coalitions` made the design. With other factors in the design shares are means over
    their settings, and intervals are over settings. `better` says of an outcome whether "more"
    (the usual) or "less" is better: synergy is being better together. Raises InputError for a design
    that has no such game or lacks coalitions, or if no replicate has all runs.
    """
    game = game_of(design, scenario, against)
    orders = None
    if not game.complete:
        if not permutations:
            given = f"{len(game.masks)} of {2 ** len(game.actions)} coalitions"
            allowed = "all of them, or sampled ones with the number of permutations"
            raise InputError("design", WITHOUT, given, allowed)
        orders = shapley.orders(len(game.actions), permutations, seed)
    share_rows: list[dict[str, Any]] = []
    pair_rows: list[dict[str, Any]] = []
    dropped: dict[str, tuple[int, int]] = {}
    based = False
    for outcome in outcomes:
        table = game.values(runs, outcome)
        kept = game.whole_rows(table)
        lost, based = len(table) - len(kept), NOBODY in kept
        if lost:
            dropped[outcome] = (lost, len(table))
        if game.units > 1:
            kept = kept.groupby(level="unit", sort=False).mean()
        zh, en = outcome_label(outcome, labels)
        named = {"outcome": outcome, "outcome_zh": zh, "outcome_en": en}
        share_rows += [named | row for row in _share_rows(game, kept, orders, lost)]
        if orders is None:
            less = (better or {}).get(outcome, "more") == "less"
            pair_rows += [named | row for row in _pair_rows(game, kept, less)]
    notes = _notes(game, dropped, orders, based)
    shares = pd.DataFrame(share_rows)
    return Attribution(shares, pd.DataFrame(pair_rows), game.actions, game.scenario, notes)


def _share_rows(
    game: Game, table: pd.DataFrame, orders: shapley.Integers | None, dropped: int
) -> list[dict[str, Any]]:
    """Rows of one outcome: the actions, then the checks."""
    masks, full = game.masks, 2 ** len(game.actions) - 1
    values = table[masks.tolist()].to_numpy(float)
    found = shapley.exact(values) if orders is None else shapley.sampled(values, masks, orders)
    whole = over_replicates(table[[full]].to_numpy() - table[[0]].to_numpy())
    sure = not whole.low[0] <= 0.0 <= whole.high[0] and whole.mean[0] != 0.0
    ends = [_ends(table, game, last) for last in (False, True)]
    rows = []
    for place, code in enumerate(game.actions):
        clause = CLAUSES[code]
        row = {"action": code, "zh": clause.zh, "en": clause.en} | _figures(found, place)
        row["share"] = found.mean[place] / whole.mean[0] if sure else np.nan
        for name, end in zip(("first", "last"), ends, strict=True):
            row |= {f"{name}_in": end.mean[place], f"{name}_low": end.low[place]}
            row[f"{name}_high"] = end.high[place]
        rows.append(row)
    checks = {ALL: whole}
    if NOBODY in table:
        nobody = table[[NOBODY]].to_numpy()
        checks[REST] = over_replicates(table[[0]].to_numpy() - nobody)
        checks[WHOLE] = over_replicates(table[[full]].to_numpy() - nobody)
    for code, one in checks.items():
        zh, en = OTHER_REST if code == REST and game.actions != ACTIONS else CHECKS[code]
        share = 1.0 if code == ALL and sure else np.nan
        rows.append({"action": code, "zh": zh, "en": en} | _figures(one, 0) | {"share": share})
    return [row | {"replicates": len(table), "dropped": dropped} for row in rows]


def _figures(found: Estimate, place: int) -> dict[str, float]:
    return {
        "shapley": found.mean[place], "low": found.low[place], "high": found.high[place],
        "chance": found.chance[place], "sampling": found.sampling[place],
    }  # fmt: skip


def _ends(table: pd.DataFrame, game: Game, last: bool) -> Estimate:
    """What each action adds to none of them, or at last to all the others."""
    full = 2 ** len(game.actions) - 1
    columns = []
    for place in range(len(game.actions)):
        without = full ^ 1 << place if last else 0
        pair = (without | 1 << place, without)
        there = all(mask in table for mask in pair)
        columns.append(table[pair[0]] - table[pair[1]] if there else table[full] * np.nan)
    return over_replicates(np.stack([column.to_numpy() for column in columns], axis=1))


def _pair_rows(game: Game, table: pd.DataFrame, less: bool) -> list[dict[str, Any]]:
    """Interactions of one outcome, a row a pair of actions."""
    values: Floats = table[game.masks.tolist()].to_numpy(float)
    found = over_replicates(shapley.interactions(values))
    clear = shapley.told_from_zero(found, 1e-9 * float(np.abs(values).max()))
    rows = []
    for place, (i, j) in enumerate(shapley.pair_places(len(game.actions))):
        a, b = game.actions[i], game.actions[j]
        value = found.mean[place]
        verdict = "unclear"
        if clear[place]:
            verdict = "synergy" if (value > 0) != less else "substitution"
        zh, en = VERDICTS[verdict]
        rows.append({
            "a": a, "b": b, "zh": f"{CLAUSES[a].zh} × {CLAUSES[b].zh}",
            "en": f"{CLAUSES[a].en} × {CLAUSES[b].en}", "interaction": value,
            "low": found.low[place], "high": found.high[place],
            "verdict": verdict, "verdict_zh": zh, "verdict_en": en,
        })  # fmt: skip
    return rows


def _notes(
    game: Game,
    dropped: Mapping[str, tuple[int, int]],
    orders: shapley.Integers | None,
    based: bool,
) -> tuple[Note, ...]:
    notes = [
        Note(
            f"{outcome}: {total}次重复中有{lost}次因缺少某一组合的运行而整体剔除",
            f"{outcome}: {lost} of {total} replicates dropped, as a run of some coalition is missing",
        )
        for outcome, (lost, total) in dropped.items()
    ]
    if orders is not None:
        count, all_of_them = len(orders), 2 ** len(game.actions)
        notes.append(Note(
            f"份额由{count}个抽样顺序估计({len(game.masks)}/{all_of_them}个组合),区间含抽样误差;无两两交互",
            f"shares are estimated from {count} sampled orders ({len(game.masks)} of {all_of_them} "
            "coalitions), intervals hold the sampling error; no interactions of pairs",
        ))  # fmt: skip
    if game.units > 1:
        notes.append(Note(
            f"为其他因素{game.units}种取值的平均,区间为取值之间",
            f"means over {game.units} settings of the other factors, intervals are between settings",
        ))  # fmt: skip
    if len(game.base) and not based:
        notes.append(Note("没有可配对的基准情景运行", "no run of the baseline pairs with these"))
    return tuple(notes)


def printed(found: Attribution, lang: str) -> pd.DataFrame:
    """The table of shares as text for readers: what is printed adds up.

    Digits are chosen so that the largest share or their sum has three.
    """
    side = 0 if lang == "zh" else 1
    parts = []
    for outcome in dict.fromkeys(found.shares["outcome"]):
        rows = found.of(outcome)
        parts.append(_printed_rows(rows, found.actions, lang))
    table = pd.concat(parts, ignore_index=True)
    return table.rename(columns={name: HEADERS[name][side] for name in table})


def _printed_rows(rows: pd.DataFrame, actions: Sequence[str], lang: str) -> pd.DataFrame:
    """The rows of one outcome as text."""
    mine = rows.loc[list(actions)]
    size = float(rows.loc[[*actions, ALL], "shapley"].abs().max())
    digits = 2 - int(np.floor(np.log10(size))) if size > 0 else 0
    figures = dict(zip(actions, shapley.rounded(mine["shapley"].to_numpy(), digits), strict=True))
    figures[ALL] = sum(figures.values())
    per_cent = dict.fromkeys(rows.index, np.nan)
    if mine["share"].notna().all():
        parts = shapley.rounded(100 * mine["share"].to_numpy(), 1)
        per_cent |= dict(zip([*actions, ALL], [*parts, 100.0], strict=True))
    if REST in rows.index:
        figures[REST] = float(rows.loc[REST, "shapley"])
        figures[WHOLE] = round(figures[REST], digits) + figures[ALL]
    lines = []
    for code, row in rows.iterrows():
        low, high = row["low"], row["high"]
        lines.append({
            "outcome": row[f"outcome_{lang}"], "action": code if code in CLAUSES else "",
            "label": row[lang], "shapley": _text(figures[code], digits),
            "interval": "" if np.isnan(low) else f"{_text(low, digits)} … {_text(high, digits)}",
            "per_cent": _text(per_cent[code], 1), "first_in": _text(row["first_in"], digits),
            "last_in": _text(row["last_in"], digits),
        })  # fmt: skip
    return pd.DataFrame(lines)


def _text(value: float, digits: int) -> str:
    """A number with so many digits, none if missing, and no minus before zero."""
    if np.isnan(value):
        return ""
    text = f"{round(value, digits) + 0.0:,.{max(digits, 0)}f}"
    return text.removeprefix("-") if not text.strip("-0.,") else text
