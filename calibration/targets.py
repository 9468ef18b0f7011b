"""Observed moments up to 2015 and what a run says of each.

`calibration/data/observed_moments.csv` holds one observation a row with the output that answers it
and the differences of definition. Tolerance and weight follow from rules here, never from a row:

* **tolerance** (one standard error, in the observation's unit): the error that the source gives; else
  `RELATIVE_ERROR` of its confidence times the value; at least `LEAST_ERROR` of its unit, because
  figures printed in whole points cannot be better than their revision.
* **weight**: `WEIGHT` of how close the model's definition is to the published one; 0 for a moment that
  is `tied`, i.e. that the model was set up with, so that agreement says nothing, and for one that is
  `selected`: of chosen projects, of a wider set than the model has, or imputed at the source, so that
  a gap is to be expected and its size unknown. Such moments are shown and not fitted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from calibration.readings import READINGS
from calibration.runs import Run
from sim.core.errors import InputError
from sim.indices.targets import LAST_OUTCOME
from sim.outputs import BY_NAME
from sim.world.data import DIRECTORY
from sim.world.rows import Rows
from sim.world.tables import TECHNOLOGIES

TABLE = DIRECTORY / "observed_moments.csv"
RELATIVE_ERROR = {
    "official_table": 0.02,
    "official_text": 0.05,
    "press_quoting_official": 0.10,
    "paper": 0.15,
    "derived": 0.15,
    "recalled": 0.25,
}
"""Standard error over the value, by confidence, where the source gives none (a rule, a prior)."""
LEAST_ERROR = {
    "%": 1.0, "% of firms": 5.0, "% of adopting firms": 5.0, "% in two years": 1.0,
    "%/year": 0.5, "points": 1.0, "index": 1.0,
}  # fmt: skip
"""Smallest standard error by unit; of survey shares the sampling error with about 100 adopters."""
WEIGHT = {"same": 1.0, "near": 0.5, "proxy": 0.25, "selected": 0.0}
"""Weight by closeness of definition; 0 where the moment is tied or selected."""
CLASSES = ("total", "infrastructure", "application", "benefit")


@dataclass(frozen=True)
class Target:
    """One observed moment.

    `tolerance` is a standard error in `unit`; `tied` says what of the set-up holds the same figure,
    empty where none does. `model_year` is the year read off the run, `factor` brings the reading
    into the unit.
    """

    name: str
    series: str
    region: str
    year: int
    unit: str
    value: float
    tolerance: float
    weight: float
    confidence: str
    definition: str
    tied: str
    reading: str
    output: str
    model_year: int
    factor: float
    zh: str
    en: str
    note_zh: str
    note_en: str
    source: str

    def moment(self, run: Run) -> float:
        """What a run says, in `unit`; NaN where it cannot."""
        read = READINGS[self.reading]
        return self.factor * read(run, self.output, self.region, self.model_year)


def targets(until: int | None = None) -> list[Target]:
    """Observed moments, those of years up to `until` (default: all, which end in 2015)."""
    return [one for one in load(TABLE) if until is None or max(one.year, one.model_year) <= until]


def moments(run: Run, chosen: Sequence[Target] | None = None) -> dict[str, float]:
    """What a run says of every target (or of those `chosen`), by name, in the targets' units."""
    return {one.name: one.moment(run) for one in (targets() if chosen is None else chosen)}


@cache
def load(path: Path) -> tuple[Target, ...]:
    """Read a table of observed moments; InputError for a row that cannot be used."""
    rows = Rows(path)
    return tuple(_target(rows, row) for row in rows.rows)


def tolerance(value: float, unit: str, confidence: str, error: float | None = None) -> float:
    """Standard error of an observation by the rule of this module, in its unit."""
    if error is not None:
        return error
    return max(RELATIVE_ERROR[confidence] * abs(value), LEAST_ERROR.get(unit, 0.0))


def _target(rows: Rows, row: dict[str, str]) -> Target:
    def refuse(column: str, allowed: object) -> InputError:
        return InputError(rows.path, f"{row['name']}: {column}", row[column], allowed)

    year = int(rows.number(row, "year", 2000, LAST_OUTCOME))
    model_year = (
        int(rows.number(row, "model_year", 2012, LAST_OUTCOME)) if row["model_year"] else year
    )
    if row["definition"] not in WEIGHT:
        raise refuse("definition", ", ".join(WEIGHT))
    if row["reading"] not in READINGS:
        raise refuse("reading", ", ".join(READINGS))
    allowed = CLASSES if row["reading"].startswith("edition") else (*BY_NAME, *TECHNOLOGIES, "")
    if row["output"] not in allowed:
        raise refuse("output", "an output, a technology, or a class of the index")
    value, confidence = rows.number(row, "value", -1e9, 1e9), row["confidence"]
    error = rows.number(row, "error", 1e-12, 1e9) if row["error"] else None
    return Target(
        value=value,
        tolerance=tolerance(value, row["unit"], confidence, error),
        weight=0.0 if row["tied"] else WEIGHT[row["definition"]],
        year=year,
        model_year=model_year,
        factor=rows.number(row, "factor", 1e-12, 1e12),
        **{
            key: row[key]
            for key in ("name", "series", "region", "unit", "confidence", "definition", "tied",
                        "reading", "output", "zh", "en", "note_zh", "note_en", "source")
        },
    )  # fmt: skip
