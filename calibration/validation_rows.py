"""The scoreboard's tables as text, for terminal and page."""

from __future__ import annotations

from typing import Any

import pandas as pd

from calibration.hindcast import AHEAD
from calibration.series import describe, region_label
from calibration.validation import ANCHORED, MODEL, Validation
from calibration.validation_words import WORDS, drivers, forecaster
from sim.report.text import figure
from sim.words import intervals_over

Table = tuple[str, list[str], list[list[str]]]
"""Title, header and rows."""


def board_rows(board: pd.DataFrame, vintage: int, lang: str) -> Table:
    """The scoreboard of a vintage; without rows the title says why."""
    words = WORDS[lang]
    board = board[board["vintage"] == vintage]
    if not len(board):
        return words["nothing"].format(vintage=vintage), [], []
    first = board.iloc[0]
    about = words["about"].format(outcomes=first["outcomes"], series=first["series"])
    title = f"{words['board'].format(vintage=vintage)} ({about})"
    keys = ("rmse", "mae", "bias", "crps", "width_90", "in_50", "in_90")
    last = ("skill", "better", "dm", "own", "own_crps")
    head = [words[key] for key in ("forecaster", "drivers", *keys, *last)]
    rows = []
    for row in board.to_dict("records"):
        test = f"{row['dm']:.2f} (p {row['dm_p']:.2f})" if row["dm"] == row["dm"] else "-"
        skill = f"{row['skill']:.2f}" if row["skill"] == row["skill"] else "-"
        rows.append([
            forecaster(row["forecaster"], lang), drivers(row["drivers"], lang),
            *[f"{100 * row[key]:.1f}" for key in keys], skill,
            f"{row['better']}/{row['series']}", test, f"{row['own']}/{row['outcomes']}",
            f"{100 * row['own_crps']:.1f} / {100 * row['model_there']:.1f}" if row["own"] else "-",
        ])  # fmt: skip
    return title, head, rows


def point_rows(points: pd.DataFrame, vintage: int, lang: str) -> Table:
    """Every outcome beside the forecasts with the first drivers and no change."""
    words = WORDS[lang]
    chosen = points[points["vintage"] == vintage]
    main = chosen[chosen["forecaster"] == MODEL]["drivers"]
    title = words["points"].format(vintage=vintage)
    if not len(main):
        return words["nothing"].format(vintage=vintage), [], []
    chosen = chosen[chosen["drivers"].isin([main.iloc[0], "none"])]
    head = [words[key] for key in (
        "series", "region", "year", "observed", "median", "interval", "anchored", "plain", "unit"
    )]  # fmt: skip
    rows = []
    for (series, region, year), part in chosen.groupby(["series", "region", "year"], sort=False):
        by = part.set_index("forecaster")
        model, name = by.loc[MODEL], describe(series, lang)
        unit = plain_unit(series)
        ends = f"{figure(model['q05'], unit)} … {figure(model['q95'], unit)}"
        star = " *" if model["used"] else ""
        rows.append([
            f"{name['label']} ({series})", region_label(region, lang), f"{year}{star}",
            figure(model["observed"], unit), figure(model["q50"], unit), ends,
            figure(by.loc[ANCHORED, "q50"], unit),
            figure(by.loc["no_change", "q50"], unit) if "no_change" in by.index else "-",
            name["unit"],
        ])  # fmt: skip
    return title, head, rows


def forecast_rows(validation: Validation, lang: str) -> Table:
    """Forecasts of the last vintage for the series of the table of observations."""
    words = WORDS[lang]
    last = max(one.vintage for one in validation.forecasts.ensembles)
    title = words["forecast"].format(vintage=last, first=last + 1, last=last + AHEAD)
    frame = validation.forecasts.table(lang)
    frame = frame[frame["vintage"] == last]
    wanted = dict.fromkeys((one.series, one.region) for one in validation.observations.rows)
    by = frame.set_index(["series", "region", "drivers", "year"])
    ways = list(dict.fromkeys(frame["drivers"]))
    years = range(last + 1, last + 1 + AHEAD)
    head = [words["series"], words["region"]]
    head += [f"{year} {drivers(how, lang)}" for year in years for how in ways] + [words["unit"]]
    rows = []
    for series, region in wanted:
        unit, name = plain_unit(series), describe(series, lang)
        cells = [_spread(by, (series, region, how, year), unit) for year in years for how in ways]
        rows.append([
            f"{name['label']} ({series})", region_label(region, lang), *cells, name["unit"]
        ])  # fmt: skip
    return title, head, rows


def _spread(by: pd.DataFrame, key: tuple[Any, ...], unit: str) -> str:
    """Median and 90 % interval."""
    if key not in by.index:
        return "-"
    row = by.loc[key]
    low, high = figure(row["q05"], unit), figure(row["q95"], unit)
    return f"{figure(row['q50'], unit)} ({low} … {high})"


def notes(validation: Validation, lang: str) -> list[str]:
    """What a reader has to know, a paragraph each."""
    words = WORDS[lang]
    draws = validation.manifest.get("draws_by_vintage", {})
    fitted = ", ".join(f"{vintage}: {count}" for vintage, count in draws.items())
    any_draws = any(draws.values())
    said = [words["read"], words["frozen_text"], words["dm_text"]]
    if validation.points["used"].any():
        said.append(words["used_text"] + (" (*)"))
    frame = validation.points
    left = frame[(frame["forecaster"] == MODEL) & ~frame["used"] & (frame["history"] == 0)]
    if len(left) and (frame["history"] > 0).any():
        count = len(left.drop_duplicates(["series", "region", "year"]))
        said.append(words["left_out"].format(count=count))
    key, over = "fitted" if any_draws else "central", intervals_over(0, lang)
    return [*said, words[key].format(draws=fitted, over=over)]


def plain_unit(series: str) -> str:
    """Plain unit of a series."""
    return str(describe(series, "en")["unit"])
