"""What a package is judged by: figures read off a run, and measures made of them and of a twin.

The twin is the scenario without the programme under the same seed and parameters, so a difference to
it is what the programme added in that future. `additional_users_per_money` is the cheapest honest
figure of additionality: the ledger of `sim.additionality` says of each payment what it did, but needs
a twin for each instrument.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.core.table import Array
from sim.results import Results
from sim.world.tables import TECHNOLOGIES

FIGURES = (
    "targets_met", "users", "invested", "public_money", "provincial_money", "employees",
    "unemployment", "city_gap", "labour_productivity",
)  # fmt: skip
"""Read off every run, in this order."""


@dataclass(frozen=True)
class Measure:
    """A measure of a package in a future: `better` is 1 where more is better, -1 where less is.

    `best_zh` and `best_en` name the package that is best in it.
    """

    name: str
    unit: str
    unit_zh: str
    better: int
    zh: str
    en: str
    best_zh: str
    best_en: str


MEASURES = (
    Measure(
        "targets_met", "targets", "项", 1, "达成目标数(期望)",
        "targets of the document met, expected number", "达成目标最多", "most targets",
    ),
    Measure(
        "additional_users_per_money", "firms x technologies / 1m CNY", "家次/百万元", 1,
        "每百万元财政支出新增技术应用(家次,对比无方案)",
        "additional users per 1m CNY of public money paid, against no programme",
        "每元带动应用最多", "most users a yuan",
    ),
    Measure(
        "additional_investment_per_money", "CNY / CNY", "元/元", 1,
        "每元财政支出新增技术项目投资(对比无方案)",
        "additional technology investment per yuan of public money paid, against no programme",
        "每元带动投资最多", "most investment a yuan",
    ),
    Measure(
        "additional_users", "firms x technologies", "家次", 1, "新增技术应用(家次,对比无方案)",
        "additional users, against no programme", "带动应用最多", "most users",
    ),
    Measure(
        "employees", "10k persons", "万人", 1, "期末规模以上工业从业人员",
        "employees of above-scale industry at the end", "岗位流失最少", "fewest jobs lost",
    ),
    Measure(
        "unemployment", "share", "占比", -1, "期末失业率", "unemployment rate at the end",
        "失业率最低", "lowest unemployment",
    ),
    Measure(
        "city_gap", "share", "占比", -1, "城市差距(各市劳动生产率的变异系数)",
        "gap between cities, coefficient of variation of labour productivity",
        "城市差距最小", "smallest city gap",
    ),
    Measure(
        "labour_productivity", "10k CNY/person/year", "万元/人·年", 1, "期末全员劳动生产率",
        "labour productivity at the end", "劳动生产率最高", "highest productivity",
    ),
    Measure(
        "public_money", "10k CNY", "万元", -1, "已支付财政资金(含市县)",
        "public money paid, cities' included", "财政支出最少", "least public money",
    ),
    Measure(
        "provincial_money", "10k CNY", "万元", -1, "已支付省级资金", "provincial money paid",
        "省级支出最少", "least provincial money",
    ),
)  # fmt: skip
BY_NAME = {one.name: one for one in MEASURES}
MONEY_SHOWN = ("public_money", "provincial_money")
"""What is told beside the objectives: budgets are the same, what is paid is not."""


def figures(results: Results) -> Array:
    """`FIGURES` of a run: users are above-scale firms times technologies, money is in 10k CNY.

    Raises ArithmeticError naming those that are not finite: such a run is a failed one.
    """
    from sim.scoring import scores

    last = results.province.iloc[-1]
    chances = [one.probability for one in scores(results).values()]
    cities = results.cities[results.cities["month"] == last["month"]]
    gap = cities["labour_productivity"].to_numpy()
    settings = results.manifest["settings"]["instruments"]
    paid = results.programme[results.programme["month"] == last["month"]]
    ours = [settings[name]["fund"] != "cities" for name in paid["instrument"]]
    found = np.array(
        [
            # A target whose years the run does not cover has no chance of its own.
            np.nansum(chances),
            last["firms"] * sum(last[f"adoption_{code}"] for code in TECHNOLOGIES),
            1e4 * results.province["technology_investment"].sum(),
            paid["paid"].sum(),
            paid["paid"].to_numpy()[np.array(ours, dtype=bool)].sum(),
            last["employees"],
            last["unemployment"],
            gap.std() / gap.mean(),
            last["labour_productivity"],
        ],
        dtype=np.float64,
    )
    wrong = [name for name, value in zip(FIGURES, found, strict=True) if not np.isfinite(value)]
    if wrong:
        raise ArithmeticError(f"not finite: {', '.join(wrong)}")
    return found


def measures(found: Array, twin: Array) -> Array:
    """`MEASURES` (..., k) of figures (..., m) and those of the twin in the same futures.

    Per-money measures are missing where nothing was paid.
    """
    run = {name: found[..., place] for place, name in enumerate(FIGURES)}
    without = {name: twin[..., place] for place, name in enumerate(FIGURES)}
    users, invested = (run[name] - without[name] for name in ("users", "invested"))
    paid = np.where(run["public_money"] > 0, run["public_money"], np.nan)
    made = {
        **run,
        "additional_users": users,
        "additional_users_per_money": 100.0 * users / paid,
        "additional_investment_per_money": invested / paid,
    }
    return np.stack([made[one.name] for one in MEASURES], axis=-1)
