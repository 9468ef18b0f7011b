"""The 49 targets of the 2014 document: what is asked, which output answers, what was published."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sim.core.errors import InputError
from sim.world.data import DIRECTORY
from sim.world.rows import Rows

LAST_OUTCOME = 2015
"""Outcomes of later years are kept for an independent validation."""
WEIGHT_CLASSES = ("headline", "action", "safeguard")
KINDS = ("level", "annual", "mean", "cumulative", "direction")
OPERATORS = (">=", "<=", "up", "down")
TABLES = ("province", "cities", "programme", "indices")
WITHIN = ("end", "mean", "sum", "gain")
OVER = ("level", "minimum", "maximum", "growth", "change", "least_ratio")
PRICES = ("", "constant", "consumer")


@dataclass(frozen=True)
class Published:
    """An outcome as published, in the target's unit."""

    year: int
    value: float
    source: str
    confidence: str
    note: str


@dataclass(frozen=True)
class Target:
    """A target and its binding to the model.

    `value` is None for a direction. `outputs` stand in `table`: names of series; for the programme
    one `kind:name` pattern of instruments whose beneficiaries are counted; for the yearly table of
    the indices `index.column`, the province's total. A year's value
    is the `within_year` end, mean or sum of the months, or the gain over the year before; they are
    read `over_years` `years` (first, last). `prices` says in which prices money is compared:
    `constant` of the base year, or `consumer`, turned into current prices by the consumer-price
    path. `proxy` says where the binding itself is loose; what is weak about an output, its own
    declaration says.
    """

    code: str
    measure: str
    clause: str
    zh: str
    en: str
    unit: str
    unit_zh: str
    year: str
    kind: str
    operator: str
    value: float | None
    weight_class: str
    table: str
    outputs: tuple[str, ...]
    within_year: str
    over_years: str
    years: tuple[int, int]
    prices: str
    proxy_zh: str
    proxy_en: str
    published: tuple[Published, ...]

    @property
    def headline(self) -> bool:
        """True if the target is one of the document's main figures."""
        return self.weight_class == WEIGHT_CLASSES[0]

    @property
    def last_published(self) -> Published | None:
        """The latest published outcome, if there is one."""
        return max(self.published, key=lambda one: one.year, default=None)


@dataclass(frozen=True)
class Targets:
    """All targets in the document's order, with the checksums of the tables they come from."""

    rows: tuple[Target, ...]
    checksums: dict[str, str]

    def __getitem__(self, code: str) -> Target:
        return next(row for row in self.rows if row.code == code)


@cache
def load_targets(directory: Path | None = None) -> Targets:
    """Read targets.csv and target_outcomes.csv; raises InputError naming file, row and column."""
    folder = directory if directory is not None else DIRECTORY
    rows, outcomes = Rows(folder / "targets.csv"), Rows(folder / "target_outcomes.csv")
    codes = rows.text("id")
    published: dict[str, list[Published]] = {code: [] for code in codes}
    for row in outcomes.rows:
        code = codes[outcomes.position(row, "target", codes)]
        year = int(outcomes.number(row, "year", 2000, LAST_OUTCOME))
        value = outcomes.number(row, "value")
        published[code].append(
            Published(year, value, row["source"], row["confidence"], row.get("note") or "")
        )
    made = tuple(_target(rows, row, tuple(published[row["id"]])) for row in rows.rows)
    sums = {one.path.name: one.sha256 for one in (rows, outcomes)}
    return Targets(made, sums)


def _target(rows: Rows, row: dict[str, str], published: tuple[Published, ...]) -> Target:
    allowed = {
        "kind": KINDS, "operator": OPERATORS, "weight_class": WEIGHT_CLASSES, "table": TABLES,
        "within_year": WITHIN, "over_years": OVER, "prices": PRICES,
    }  # fmt: skip
    for column, words in allowed.items():
        rows.position(row, column, words)
    for column in ("indicator_zh", "indicator_en", "unit", "unit_zh", "output"):
        if not row[column]:
            raise InputError(rows.path, f"{row['id']}: {column}", "nothing", "a text")
    directed = row["operator"] in ("up", "down")
    if directed != (row["kind"] == "direction") or directed != (row["over_years"] == "change"):
        given = f"{row['operator']}, {row['kind']}, {row['over_years']}"
        raise InputError(
            rows.path, f"{row['id']}: operator", given, "up or down with direction and change"
        )
    if directed and row["value"]:
        raise InputError(rows.path, f"{row['id']}: value", row["value"], "nothing for a direction")
    span = re.fullmatch(r"(\d{4})(?:-(\d{4}))?", row["years"])
    if span is None:
        raise InputError(rows.path, f"{row['id']}: years", row["years"], "a year, or first-last")
    return Target(
        code=row["id"], measure=row["measure"], clause=row["clause"], zh=row["indicator_zh"],
        en=row["indicator_en"], unit=row["unit"], unit_zh=row["unit_zh"], year=row["year"],
        kind=row["kind"], operator=row["operator"],
        value=None if directed else rows.number(row, "value"),
        weight_class=row["weight_class"], table=row["table"],
        outputs=tuple(row["output"].split(";")), within_year=row["within_year"],
        over_years=row["over_years"], years=(int(span[1]), int(span[2] or span[1])),
        prices=row["prices"], proxy_zh=row["proxy_zh"], proxy_en=row["proxy_en"],
        published=published,
    )  # fmt: skip
