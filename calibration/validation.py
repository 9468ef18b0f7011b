"""The scoreboard: forecasts of the model and of simple baselines against a table of observations.

An observation of a year after a vintage is an outcome, one before it is history, which the
baselines are fitted on and the anchored model starts from. All forecasters are scored on the same
outcomes. Losses of different series are put together as shares of the last value of the history.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from calibration import scores
from calibration.baselines import METHODS, NO_CHANGE, predict
from calibration.hindcast import QUANTILES, Ensemble, Forecasts
from calibration.observations import Observation, Observations, shipped
from calibration.scores import LEVELS
from calibration.series import catalogue, describe
from calibration.validation_words import drivers, forecaster
from sim.core.errors import InputError
from sim.core.files import Folder
from sim.core.table import Array
from sim.results import write_manifest, write_table

MODEL, ANCHORED = "model", "model_anchored"
FORECASTERS = (MODEL, ANCHORED, *METHODS)
ALONE = "none"
"""What stands for the drivers of a baseline, which has none."""


BOARD = (
    "outcomes", "series", "own", "own_crps", "model_there", "rmse", "mae", "bias", "crps", "skill", "better", "pinball",
    "width_50", "width_90", "in_50", "in_90", "dm", "dm_p", "dm_note",
)  # fmt: skip
"""Scores of a row of the scoreboard."""


@dataclass
class Validation:
    """Scored forecasts.

    `points`: a row for each vintage, drivers, forecaster and outcome (series, region, year):
    observed, quantiles, error of the median, crps, pinball, width_50 and width_90 (interval
    scores), in_50, in_90, `own` (False where a method had to fall back), note, `used` (True for
    figures the model was set up with), `scale` (what losses are divided by).
    """

    points: pd.DataFrame
    forecasts: Forecasts
    observations: Observations
    manifest: dict[str, Any] = field(default_factory=dict)

    @property
    def unseen(self) -> pd.DataFrame:
        """Points that the model was not set up with and that every forecaster could speak to.

        Without any history no baseline can speak, and the points are the model's alone. Changes
        and balances are left out, since a share of their size means nothing.
        """
        sized = self.points["series"].map(lambda name: catalogue()[name].has_zero)
        frame = self.points[~self.points["used"] & sized]
        return frame[frame["history"] > 0] if (frame["history"] > 0).any() else frame

    def scoreboard(self) -> pd.DataFrame:
        """A row for each vintage, forecaster and drivers: scores over all unseen points.

        `own` counts the outcomes on which the method did not fall back; `own_crps` is its CRPS on
        these, `model_there` that of the model (with the first drivers) on the same. rmse, mae,
        bias, crps, pinball and the interval scores are shares of the series' last value before the
        forecast; skill is that of the CRPS against no change, `better` the number of series in
        which it is above 0; the Diebold-Mariano test is on the CRPS against no change, one loss a
        series.
        """
        rows = []
        for vintage, frame in self.unseen.groupby("vintage", sort=False):
            reference = frame[frame["forecaster"] == NO_CHANGE]
            model = frame[frame["forecaster"] == MODEL]
            model = model[model["drivers"] == model["drivers"].iloc[0]]
            for (name, how), part in frame.groupby(["forecaster", "drivers"], sort=False):
                rows.append({"vintage": vintage, "forecaster": name, "drivers": how}
                            | _together(part, reference, model))  # fmt: skip
        return pd.DataFrame(rows, columns=["vintage", "forecaster", "drivers", *BOARD])

    def series_table(self, lang: str = "en") -> pd.DataFrame:
        """The points with labels and units."""
        frame = self.points.copy()
        words = [describe(name, lang) for name in frame["series"]]
        place = list(frame.columns).index("series") + 1
        frame.insert(place, "unit", [word["unit"] for word in words])
        frame.insert(place, "label", [word["label"] for word in words])
        return frame

    def save(
        self, out: Path | str, lang: str = "en", force: bool = False, figures: bool = True
    ) -> list[Path]:
        """Write tables, members, figures, report and manifest into a folder, whole or not at all."""
        with Folder(Path(out), force) as folder:
            board = self.scoreboard()
            board.insert(3, "label", [
                f"{forecaster(row.forecaster, lang)}; {drivers(row.drivers, lang)}"
                for row in board.itertuples()
            ])  # fmt: skip
            tables = {
                "scoreboard": board, "points": self.series_table(lang),
                "forecasts": self.forecasts.table(lang),
            }  # fmt: skip
            for name, frame in tables.items():
                write_table(frame, folder.path / name, self.manifest, lang)
            self.forecasts.write_members(folder.path)
            if figures:
                from calibration.validation_page import write

                write(self, folder.path, lang)
            write_manifest(self.manifest, folder.path)
        return folder.written


def validate(forecasts: Forecasts, observations: Observations | None = None) -> Validation:
    """Score forecasts on a table of observations, the shipped one if none is given.

    Raises InputError if the table has no outcome after the first vintage.
    """
    table = observations if observations is not None else shipped()
    points = [row for one in forecasts.ensembles for row in _scored(one, table)]
    points += [
        row for vintage in dict.fromkeys(one.vintage for one in forecasts.ensembles)
        for row in _baselines(vintage, table)
    ]  # fmt: skip
    if not points:
        first = min(one.vintage for one in forecasts.ensembles) + 1
        raise InputError(table.name, "year", "no outcome to score", f"a row of {first} or later")
    frame = pd.DataFrame(points)
    order = frame["forecaster"].map(FORECASTERS.index)
    frame = frame.assign(order=order).sort_values(
        ["vintage", "order", "drivers", "series", "region", "year"], kind="stable"
    )  # fmt: skip
    manifest = forecasts.manifest | {
        "observations": {"file": table.name, "sha256": table.sha256, "rows": len(table.rows)}
    }
    return Validation(
        frame.drop(columns="order").reset_index(drop=True), forecasts, table, manifest
    )


def _scored(ensemble: Ensemble, table: Observations) -> Iterator[dict[str, Any]]:
    """Rows of the model, plain and anchored at the last observation."""
    for one in _outcomes(ensemble.vintage, table):
        if one.year not in ensemble.years:
            continue
        sample = ensemble.sample(one.series, one.region, one.year)
        if not len(sample):
            continue
        past = _history(table, one, ensemble.vintage)
        key = {"vintage": ensemble.vintage, "drivers": ensemble.drivers}
        yield _row(key | {"forecaster": MODEL}, one, past, sample)
        starts = [year for year in past if year in ensemble.years]
        moved, note = sample, "no observation within the run to start from"
        if starts:
            start = max(starts)
            before = ensemble.sample(one.series, one.region, start)
            moved, note = anchored(one.series, past[start], before, sample), ""
        yield _row(key | {"forecaster": ANCHORED}, one, past, moved, note)


def anchored(series: str, last: float, before: Array, sample: Array) -> Array:
    """Each member's path set off from the last observation: by its difference, or its ratio.

    `before` and `sample` (n,) are the members in the year of the last observation and in the year
    to be forecast.
    """
    kind = catalogue()[series]
    if kind.additive or last <= 0 or (before <= 0).any():
        moved = last + sample - before
    else:
        moved = last * sample / before
    found: Array = np.clip(moved, *kind.bounds)
    return found


def _baselines(vintage: int, table: Observations) -> Iterator[dict[str, Any]]:
    """Rows of the baselines wherever there is any history."""
    for one in _outcomes(vintage, table):
        past = _history(table, one, vintage)
        if not past:
            continue
        kind = catalogue()[one.series]
        years = sorted(past)
        for method in METHODS:
            forecast = predict(
                method, years, [past[year] for year in years], [one.year - years[-1]],
                ceiling=kind.ceiling, bounds=kind.bounds,
            )  # fmt: skip
            key = {"vintage": vintage, "drivers": ALONE, "forecaster": method}
            yield _row(key, one, past, forecast.sample()[0], forecast.note)


def _outcomes(vintage: int, table: Observations) -> Iterator[Observation]:
    """Observations that a vintage forecasts."""
    return (one for one in table.rows if one.year > vintage)


def _history(table: Observations, one: Observation, vintage: int) -> dict[int, float]:
    """What was observed up to the vintage; the shipped history if the table has none."""
    past = table.history(one.series, one.region, vintage)
    return past or shipped().history(one.series, one.region, vintage)


def _row(
    key: dict[str, Any], one: Observation, past: dict[int, float], sample: Array, note: str = ""
) -> dict[str, Any]:
    """Scores of one forecast."""
    spread = np.quantile(sample, LEVELS)
    scale = abs(past[max(past)]) if past else abs(one.value)
    inside = {
        cover: (float(spread[place]), float(spread[-1 - place]))
        for cover, place in ((50, 1), (90, 0))
    }
    return key | {
        "series": one.series, "region": one.region, "year": one.year, "observed": one.value,
        **dict(zip(QUANTILES, map(float, spread), strict=True)),
        "error": float(spread[2]) - one.value,
        "crps": scores.crps(sample, one.value),
        "pinball": float(np.mean([
            scores.pinball(float(value), level, one.value)
            for value, level in zip(spread, LEVELS, strict=True)
        ])),
        **{f"width_{cover}": scores.interval_score(*ends, one.value, cover / 100)
           for cover, ends in inside.items()},
        **{f"in_{cover}": ends[0] <= one.value <= ends[1] for cover, ends in inside.items()},
        "own": not note, "note": note, "used": one.used, "history": len(past),
        "scale": scale if scale > 0 else 1.0, "source": one.source,
    }  # fmt: skip


def _together(part: pd.DataFrame, reference: pd.DataFrame, model: pd.DataFrame) -> dict[str, Any]:
    """Scores over many series, in shares of their size."""
    own = part[part["own"]]
    cell = ["series", "region", "year"]
    there = model.merge(own[cell], on=cell)
    size = part["scale"].to_numpy()
    errors = part["error"].to_numpy() / size
    ranked = float((part["crps"] / size).mean())
    other = float((reference["crps"] / reference["scale"]).mean())
    losses, others = (
        (frame["crps"] / frame["scale"]).groupby([frame["series"], frame["region"]]).mean()
        for frame in (part, reference)
    )
    others = others.reindex(losses.index)
    test = scores.diebold_mariano(losses.to_numpy(), others.to_numpy())
    note = test.note
    if part["forecaster"].iloc[0] == NO_CHANGE:
        note = "the reference itself"
    elif not len(reference):
        test, note = replace(test, statistic=np.nan, probability=np.nan), "no history"
    return {
        "outcomes": len(part), "series": len(losses), "own": len(own),
        "own_crps": float((own["crps"] / own["scale"]).mean()),
        "model_there": float((there["crps"] / there["scale"]).mean()),
        "rmse": scores.rmse(errors), "mae": scores.mae(errors), "bias": float(errors.mean()),
        "crps": ranked, "skill": scores.skill(ranked, other),
        "better": int((losses < others).sum()),
        "pinball": float((part["pinball"] / size).mean()),
        "width_50": float((part["width_50"] / size).mean()),
        "width_90": float((part["width_90"] / size).mean()),
        "in_50": float(part["in_50"].mean()), "in_90": float(part["in_90"].mean()),
        "dm": test.statistic, "dm_p": test.probability,
        "dm_note": note,
    }  # fmt: skip
