"""Yearly series that can be observed and forecast: outputs, targets, indices, observed moments.

A year's value of an output is the sum, the mean or the end of its months. An output that answers
a target is read as the target says (also in its prices), so that both names give one figure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from calibration.runs import Run
from calibration.targets import Target as Moment
from calibration.targets import targets
from sim.core.clock import month_number
from sim.core.table import Array
from sim.indices import yearly
from sim.indices.targets import Target, load_targets
from sim.outputs import BY_NAME, OUTPUTS, SHARES, Output, bounds
from sim.results import Results
from sim.scoring import INDEX_COLUMNS, scores
from sim.words import INDEX_ZH, UNITS
from sim.world.data import city_rows, load_data

PROVINCE = yearly.PROVINCE
AVERAGED = (
    "employees", "skilled_employees", "unskilled_employees", "profit_rate", "profit_over_cost",
    "unemployment", "industry_share_of_gdp", "information_industry_share",
    "information_employment_share", "investing_share", "integration_fund",
)  # fmt: skip
"""Outputs that official statistics give as the mean of a year though they are counts or shares."""
MEAN_UNITS = ("/year", "= 1", "tce/10k CNY", "index", "months", "ratio", "patents/100m CNY")
"""Ends of units of which a year has a mean."""
CUMULATIVE = (
    "adoption_", "awareness_", "key_firm_", "numerical_control_rate", "five_fold_cover",
    "smart_manufacturing", "small_firm_it", "green_cover", "smart_city_", "smart_share_",
)  # fmt: skip
"""Starts of names of outputs that tell how far something has spread, with 1 as their ceiling."""
PLAIN = ("end", "mean", "sum", "current_sum")
"""Readings of an observed moment that are those of an output."""
SIGNED = ("%/year", "points", "% in two years")
"""Units of changes, which have no natural zero."""
MOMENT_UNITS = {
    "%/year": "%/年", "points": "百分点", "% in two years": "两年%", "10k units": "万台",
    "units/10k employees": "台/万人", "projects/year": "项/年", "10k CNY": "万元", "workers": "人",
    "10k persons": "万人", "% of investment": "占投资%", "% of firms": "占企业%",
    "% of adopting firms": "占采用企业%", "log points": "对数点", "exponent": "指数值",
    "index": "指数",
}  # fmt: skip
"""Chinese for the units of observed moments."""
COLUMN_WORDS = {
    "latent": ("实际值", "latent"), "reported": ("上报值", "reported"), "rank": ("位次", "rank"),
}  # fmt: skip


@dataclass(frozen=True)
class Series:
    """One yearly series.

    `units` are the ways in which its unit may be written, the first being the plain one;
    `within_year` is end, mean or sum; `ceiling` that of cumulative adoption; `bounds` what its
    values can be; `note_zh` and `note_en` what is weak about it.
    """

    name: str
    zh: str
    en: str
    units: tuple[str, ...]
    regions: tuple[str, ...]
    within_year: str
    prices: str
    ceiling: float | None
    bounds: tuple[float, float]
    note_zh: str = ""
    note_en: str = ""

    @property
    def unit(self) -> str:
        """Unit of a year's value."""
        return self.units[0]

    @property
    def has_zero(self) -> bool:
        """True if a share of its size means something: changes and balances have no natural zero."""
        return self.bounds[0] >= 0.0

    @property
    def additive(self) -> bool:
        """True if paths are compared by differences (shares, ranks), else by ratios."""
        return self.unit in (*SHARES, "rank") or not self.has_zero

    def label(self, lang: str) -> str:
        """Name for readers."""
        return self.zh if lang == "zh" else self.en


@cache
def catalogue() -> dict[str, Series]:
    """Every series by name."""
    bound = _bound()
    found = [_of_output(output, bound.get(output.name)) for output in OUTPUTS]
    found += [_of_target(target) for target in load_targets().rows]
    found += [_of_index(index, column) for index in yearly.INDICES for column in INDEX_COLUMNS]
    found += [_of_moment(moment) for moment in moments().values()]
    return {one.name: one for one in found if one.regions}


@cache
def moments() -> dict[str, Moment]:
    """Observed moments that are no plain yearly reading of an output, by series."""
    kept: dict[str, Moment] = {}
    for one in targets():
        if same_series(one) is None:
            kept.setdefault(moment_series(one), one)
    return kept


def moment_series(one: Moment) -> str:
    """Name of a moment's series: its own without the year, told apart from an output's."""
    name = re.sub(r"_\d{4}$", "", one.name)
    return f"{name}_edition" if name in BY_NAME else name


def same_series(one: Moment) -> str | None:
    """The output's or target's series that a moment is a value of, times its factor."""
    if one.reading == "edition" and one.output == "total":
        return "two_integration.reported"
    return one.output if one.reading in PLAIN and one.output in BY_NAME else None


@cache
def regions() -> dict[str, str]:
    """English name of a region by every way of writing it."""
    data = load_data()
    found = {PROVINCE: PROVINCE, "浙江": PROVINCE, "浙江省": PROVINCE}
    rows = city_rows(data.cities)
    return found | {word: str(data.cities["name_en"][row]) for word, row in rows.items()}


def region_label(region: str, lang: str) -> str:
    """Name of a region for readers."""
    if lang != "zh":
        return region
    return next(name for name, english in regions().items() if english == region != name)


@cache
def cells() -> tuple[tuple[str, str], ...]:
    """Every (series, region) in the order of `read`."""
    return tuple((one.name, region) for one in catalogue().values() for region in one.regions)


def read(run: Run, years: range) -> Array:
    """Values (cells, years) of one run; NaN where it has no such year."""
    found = np.full((len(cells()), len(years)), np.nan)
    offered = dict(_offered(run.results)) | dict(_asked(run, years))
    for place, cell in enumerate(cells()):
        for year, value in offered.get(cell, {}).items():
            if year in years:
                found[place, year - years.start] = value
    return found


def _offered(results: Results) -> Iterator[tuple[tuple[str, str], Mapping[int, float]]]:
    """Yearly values by series and region."""
    months = [str(month) for month in results.province["month"]]
    known = load_data().known_until(results.manifest["settings"]["exogenous"]["known_until"])
    consumer = known.paths(month_number(months[0]), len(months))["consumer_price"]
    cities = [str(name) for name in known.cities["name_en"]]
    for output in OUTPUTS:
        one = catalogue().get(output.name)
        if one is None:
            continue
        if PROVINCE in one.regions:
            values = results.province[output.name].to_numpy(dtype=np.float64)
            yield (one.name, PROVINCE), _by_year(one, values, months, consumer)
        if len(one.regions) > 1:
            table = results.cities[output.name].to_numpy(dtype=np.float64).reshape(len(months), -1)
            for place, city in enumerate(cities):
                yield (one.name, city), _by_year(one, table[:, place], months, consumer)
    for code, score in scores(results).items():
        yield (code, PROVINCE), score.years
    yield from _editions(results.indices)


def _asked(run: Run, years: range) -> Iterator[tuple[tuple[str, str], Mapping[int, float]]]:
    """What a run says of the observed moments in every year."""
    for name, moment in moments().items():
        (region,) = catalogue()[name].regions
        yield (name, region), {year: replace(moment, model_year=year).moment(run) for year in years}


def _editions(frame: pd.DataFrame) -> Iterator[tuple[tuple[str, str], Mapping[int, float]]]:
    whole = frame[frame["level"] == "total"]
    for (index, region), rows in whole.groupby(["index", "region"], sort=False):
        for column in INDEX_COLUMNS:
            values = dict(zip(rows["year"], rows[column], strict=True))
            yield (f"{index}.{column}", region), values


def _by_year(one: Series, values: Array, months: list[str], consumer: Array) -> dict[int, float]:
    """A figure for each whole year."""
    priced = values * consumer if one.prices == "consumer" else values
    found = {}
    for first, month in enumerate(months):
        if month.endswith("-01") and first + 12 <= len(months):
            part = priced[first : first + 12]
            found[int(month[:4])] = float(
                part[-1] if one.within_year == "end"
                else part.mean() if one.within_year == "mean" else part.sum()
            )  # fmt: skip
    return found


def _bound() -> dict[str, Target]:
    """The first target that an output of the province answers alone."""
    found: dict[str, Target] = {}
    for target in load_targets().rows:
        plain = target.table in ("province", "cities") and target.within_year != "gain"
        for output in target.outputs if plain else ():
            found.setdefault(output, target)
    return found


def _of_output(output: Output, target: Target | None) -> Series:
    if output.unit.endswith("/month"):
        within = "sum"
    elif output.unit.endswith(MEAN_UNITS) or output.name in AVERAGED:
        within = "mean"
    else:
        within = "end"
    if target is not None:
        within = target.within_year
    unit = output.unit.replace("/month", "/year") if within == "sum" else output.unit
    chinese = UNITS.get(output.unit, output.unit)
    units = [unit, chinese.replace("/月", "/年") if within == "sum" else chinese]
    if within == "sum":
        units += [one.removesuffix("/year").removesuffix("/年") for one in units]
    units += [one.removesuffix("/year") for one in units if one.endswith("/person/year")]
    return Series(
        output.name, output.zh, output.en, tuple(dict.fromkeys(units)),
        _places(output), within, target.prices if target is not None else "",
        1.0 if output.name.startswith(CUMULATIVE) else None, bounds(output.name),
        output.note_zh, output.note_en,
    )  # fmt: skip


def _places(output: Output) -> tuple[str, ...]:
    province = (PROVINCE,) if "province" in output.where else ()
    cities = tuple(str(name) for name in load_data().cities["name_en"])
    return (*province, *(cities if "cities" in output.where else ()))


def _of_target(target: Target) -> Series:
    within = "end" if target.within_year == "gain" else target.within_year
    share = target.unit in SHARES
    units: list[str] = []
    for unit, year in ((target.unit, "/year"), (target.unit_zh, "/年")):
        plain_unit = unit.removesuffix(year)
        units += [unit, plain_unit, *([plain_unit + year] if within == "sum" else [])]
    only = target.outputs[0] if len(target.outputs) == 1 else ""
    spread = share and only.startswith(CUMULATIVE)
    # The yearly figures of these two are in another unit than the target.
    plain = target.over_years not in ("least_ratio", "growth")
    return Series(
        target.code, target.zh, target.en, tuple(dict.fromkeys(units)),
        (PROVINCE,) if plain else (), within, target.prices, 1.0 if spread else None,
        (1.0 if target.unit == "rank" else 0.0, 1.0 if spread else np.inf),
        target.proxy_zh, target.proxy_en,
    )  # fmt: skip


def _of_moment(one: Moment) -> Series:
    # Figures of a county, or of the country, are what the province is held against.
    region = one.region if one.region in regions() else PROVINCE
    signed = one.unit in SIGNED
    return Series(
        moment_series(one), one.zh, one.en, (one.unit, MOMENT_UNITS[one.unit]), (region,), "end", "", None,
        (-np.inf if signed else 0.0, np.inf), one.note_zh, one.note_en,
    )  # fmt: skip


def _of_index(index: str, column: str) -> Series:
    zh, en = COLUMN_WORDS[column]
    rank = column == "rank"
    cities = tuple(str(name) for name in load_data().cities["name_en"])
    # The statistics bureau's index ranks cities only.
    whole = () if rank and index == "informatization" else (PROVINCE,)
    return Series(
        f"{index}.{column}", f"{INDEX_ZH[index]},{zh}", f"{index.replace('_', '-')} index, {en}",
        ("rank", "位") if rank else ("index", "指数"), (*whole, *cities), "end", "", None,
        (1.0 if rank else 0.0, np.inf),
    )  # fmt: skip


def describe(name: str, lang: str) -> dict[str, Any]:
    """Label and unit of a series for a table."""
    one = catalogue()[name]
    unit = next((unit for unit in one.units if not unit.isascii()), one.unit)
    return {"label": one.label(lang), "unit": unit if lang == "zh" else one.unit}
