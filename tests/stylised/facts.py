"""The stylised facts of the design: statistic, band, source, and how each is measured on the runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.world.tables import AUTOMATION, ERP, TECHNOLOGIES
from tests.stylised import measures
from tests.stylised.runs import WAGE_RISE, Runs

SIZE_CLASSES = (50, 100, 200, 400, 1000)
SUBSIDY = 0.12


@dataclass(frozen=True)
class Fact:
    """One fact: `low < figure < high` is its band."""

    code: str
    title: str
    statistic: str
    low: float
    high: float
    source: str
    measure: Callable[[Runs], float]

    def met(self, figure: float) -> bool:
        """Does the figure lie in the band?"""
        return self.low < figure < self.high

    @property
    def band(self) -> str:
        """The band in words."""
        if np.isinf(self.high):
            return f"> {self.low:g}"
        return f"< {self.high:g}" if np.isinf(self.low) else f"{self.low:g} to {self.high:g}"


# ------------------------------------------------------------------ diffusion
def s_curve(runs: Runs) -> float:
    """Worst R2 over technologies: new users among the firms that lacked it, from nought."""
    base, fits = runs.base, []
    months = base.monthly["output"].shape[1]
    for k in range(len(TECHNOLOGIES)):
        first = base.first_use[base.lacking(k), k]
        share = np.array([((first >= 0) & (first <= month)).mean() for month in range(months)])
        if share[-1] >= 0.05:
            fits.append(measures.bass_fit(np.arange(months) / 12.0, share)[3])
    return min(fits)


def _adopting(runs: Runs) -> tuple[measures.Flags, measures.Flags]:
    """Firms that lacked machines at the start, and which of them ordered some."""
    lacking = runs.base.lacking(AUTOMATION)
    return lacking, runs.base.first_order[lacking, AUTOMATION] >= 0


def size_slope(runs: Runs) -> float:
    """Logit slope of ordering machines on ln employees."""
    lacking, ordered = _adopting(runs)
    return float(measures.logit_slopes(ordered, np.log(runs.base.size[lacking])[:, None])[0])


def size_ratio(runs: Runs) -> float:
    """Adopting share of the largest fifth over the smallest."""
    lacking, ordered = _adopting(runs)
    return measures.top_over_bottom(ordered, runs.base.size[lacking])


def productive_first(runs: Runs) -> float:
    """Logit slope of ordering machines on ln output per employee in the sector, given size."""
    lacking, ordered = _adopting(runs)
    base = runs.base
    edge = measures.within(np.log(base.start["productivity"].astype(float)), base.sector)
    factors = np.column_stack([np.log(base.size[lacking]), edge[lacking]])
    return float(measures.logit_slopes(ordered, factors)[1])


def wage_elasticity(runs: Runs) -> float:
    """First orders of machines in three years where wages are a tenth higher, as an elasticity."""
    counts = []
    for panel in (runs.base, runs.dear):
        first = panel.first_order[panel.official, AUTOMATION]
        counts.append(float(((first >= 0) & (first < 36)).sum()))
    return measures.elasticity(counts[0], counts[1], WAGE_RISE)


def cluster_odds(runs: Runs) -> float:
    """Odds of ordering in years 3-6 above over below the sector's median cluster, all technologies.

    The cluster's share of users after two years leaves out the firm itself; strata are technology,
    sector and size class; clusters of 20 firms or more.
    """
    base, when = runs.base, 24
    cluster = base.firms.city.astype(np.int64) * base.province.world.sectors + base.sector
    count = np.bincount(cluster[base.stayed], minlength=int(cluster.max()) + 1)
    size = np.digitize(base.size, SIZE_CLASSES)
    cases, exposures, strata = [], [], []
    for k in range(len(TECHNOLOGIES)):
        first_use, first_order = base.first_use[:, k], base.first_order[:, k]
        uses = base.stayed & (base.used_at_start(k) | ((first_use >= 0) & (first_use < when)))
        users = np.bincount(cluster, weights=uses, minlength=len(count))[cluster] - uses
        share = users / np.maximum(count[cluster] - 1, 1)
        free = base.lacking(k) & ~((first_order >= 0) & (first_order < when))
        free &= count[cluster] >= 20
        exposed = np.zeros(len(share), dtype=bool)
        for one in np.unique(base.sector[free]):
            rows = free & (base.sector == one)
            exposed |= rows & (share > np.median(share[rows]))
        cases.append(first_order[free] >= when)
        exposures.append(exposed[free])
        strata.append((100 * k + base.sector[free]) * 10 + size[free])
    return measures.common_odds_ratio(*(np.concatenate(one) for one in (cases, exposures, strata)))


# ------------------------------------------------------------------ firms
def size_tail(runs: Runs) -> float:
    """Exponent of employees above 500 at the end."""
    base = runs.base
    alive = base.official & (base.firms.alive == 1)
    employees = (base.firms.skilled + base.firms.unskilled).astype(np.float64)
    return measures.tail_exponent(employees[alive], 500.0)


def _growth(runs: Runs) -> tuple[measures.Floats, measures.Floats]:
    """Yearly growth of output less the sector's mean, and output before, of all pairs of years."""
    base = runs.base
    output = base.yearly_output
    rows = base.stayed & (output > 0).all(axis=1)
    growth, size = [], []
    for year in range(1, output.shape[1] - 1):
        change = np.log(output[rows, year + 1] / output[rows, year])
        growth.append(measures.within(change, base.sector[rows]))
        size.append(output[rows, year])
    return np.concatenate(growth), np.concatenate(size)


def growth_shape(runs: Runs) -> float:
    """Subbotin shape of yearly growth rates of output."""
    return measures.subbotin_shape(_growth(runs)[0])


def growth_spread(runs: Runs) -> float:
    """Slope of ln sd of growth on ln output."""
    return measures.spread_by_size(*_growth(runs))


def productivity_spread(runs: Runs) -> float:
    """90th over 10th percentile of output per employee within sectors at the end."""
    base = runs.base
    alive = base.official & (base.firms.alive == 1)
    return measures.ratio_90_10(
        base.monthly["productivity"][alive, -1].astype(float), base.sector[alive]
    )


def productivity_persistence(runs: Runs) -> float:
    """Rank correlation within sectors of output per employee, a year apart."""
    base = runs.base
    rows = base.stayed
    value = np.log(base.monthly["productivity"][rows].astype(float))
    now, before = (measures.within(value[:, at], base.sector[rows]) for at in (-1, -13))
    return measures.rank_correlation(now, before)


def lumpiness(runs: Runs) -> float:
    """Share of firm-months without investment."""
    return float((runs.base.monthly["investment"][runs.base.stayed] == 0).mean())


# ------------------------------------------------------------------ effects
def _path(runs: Runs, technology: int) -> measures.Floats:
    """Log output per employee from the month of first use to three years on."""
    base = runs.base
    rows = base.stayed
    value = np.log(np.maximum(base.monthly["productivity"][rows].astype(float), 1e-9))
    event = base.first_use[rows, technology]
    return measures.event_path(value, event, base.sector[rows], range(37))


def j_dip(runs: Runs) -> float:
    """Output per employee over non-adopters' in the month after ERP goes live."""
    return float(_path(runs, ERP)[1])


def j_rise(runs: Runs) -> float:
    """The same three years later."""
    return float(_path(runs, ERP)[36])


def _output_change(runs: Runs) -> tuple[float, float]:
    """Log output of the last year over the twin's without machines: adopters, non-adopters."""
    base, twin = runs.base, runs.without_machines
    output, other = base.yearly_output[:, -1], twin.yearly_output[:, -1]
    rows = base.stayed & twin.stayed & (output > 0) & (other > 0)
    change = np.log(np.where(rows, output, 1.0) / np.where(rows, other, 1.0))
    first = base.first_use[:, AUTOMATION]
    early = rows & (first >= 0) & (first < 24)
    never = rows & (base.first_order[:, AUTOMATION] < 0)
    return float(change[early].mean()), float(change[never].mean())


def adopters_output(runs: Runs) -> float:
    """Adopters of the first two years, four to six years on."""
    return _output_change(runs)[0]


def others_output(runs: Runs) -> float:
    """Firms that never bought machines."""
    return _output_change(runs)[1]


def shock_loss(runs: Runs) -> float:
    """Output lost in a year by customers of specific suppliers that stood still for a month."""
    found = runs.stopped
    return -float(found["change"][found["customers"]].mean())


def price_fall(runs: Runs) -> float:
    """Fall of integrators' price per doubling of what they delivered."""
    base = runs.base
    price = base.results.province["price_robot_integrator"].to_numpy()
    return measures.fall_per_doubling(base.delivered[0], price)


# ------------------------------------------------------------------ programme
def additionality_slope(runs: Runs) -> float:
    """Logit slope on ln employees of owing one's machines to the equipment subsidy.

    Of the firms paid, those more automated at the end, by a quarter of a project or more, than in
    the twin without the instrument.
    """
    owed, size = [], []
    for panel, twin in runs.subsidised:
        awards = panel.province.context.awards
        index = list(panel.province.context.public).index("equipment_subsidy")
        paid = (awards.instrument == index) & (awards.technology == AUTOMATION) & (awards.paid > 0)
        rows = np.unique(awards.row[paid])
        rows = rows[panel.stayed[rows] & twin.stayed[rows]]
        owed.append(panel.firms.automation[rows] > twin.firms.automation[rows] + 0.025)
        size.append(np.log(panel.size[rows]))
    slopes = measures.logit_slopes(np.concatenate(owed), np.concatenate(size)[:, None])
    return float(slopes[0])


def _pass_through(runs: Runs, tight: bool) -> float:
    passed = [
        measures.pass_through(
            runs.late_price(0.0, tight, seed), runs.late_price(SUBSIDY, tight, seed), SUBSIDY
        )
        for seed in (1, 2)
    ]
    return float(np.mean(passed))


def tight_pass_through(runs: Runs) -> float:
    """Rise of the price over the rate of the subsidy where teams are short."""
    return _pass_through(runs, True)


def slack_pass_through(runs: Runs) -> float:
    """The same where they are not."""
    return _pass_through(runs, False)


def _city_levels(runs: Runs) -> tuple[measures.Floats, measures.Floats]:
    """Mean adoption over technologies by city, in the first month and the last."""
    cities = runs.programme.results.cities
    mean = sum(
        cities.pivot(index="month", columns="city", values=f"adoption_{name}").to_numpy(float)
        for name in TECHNOLOGIES
    ) / len(TECHNOLOGIES)
    return mean[0], mean[-1]


def city_ranks(runs: Runs) -> float:
    """Rank correlation of cities' mean adoption, first month and last."""
    return measures.rank_correlation(*_city_levels(runs))


def city_convergence(runs: Runs) -> float:
    """Spread of ln mean adoption over cities, last month over first."""
    return measures.convergence(*_city_levels(runs))


def subsidy_share(runs: Runs) -> float:
    """Public money paid over investment of above-scale industry, May 2014 to the end."""
    province = runs.programme.results.province
    invested = province["investment"][province["month"] >= "2014-05"].sum()
    return float(province["public_spending"].iloc[-1] / invested)


NONE = float("inf")
FACTS = (
    Fact("s_curve", "S-shaped diffusion", "R2 of a Bass curve, worst technology", 0.95, NONE,
         "Bass 1969", s_curve),
    Fact("size_slope", "Larger firms adopt first", "logit slope on ln employees", 0.0, NONE,
         "David 1966; Davies 1979", size_slope),
    Fact("size_ratio", "Larger firms adopt first", "top fifth by size over bottom fifth", 3.0, NONE,
         "Acemoglu, Lelarge & Restrepo 2020", size_ratio),
    Fact("productive_first", "Productive firms adopt first, given size",
         "logit slope on ln output per employee", 0.0, NONE,
         "Koch, Manuylov & Smolka 2021; Fan, Hu & Tang 2021", productive_first),
    Fact("wage_elasticity", "Wages drive adoption", "elasticity of first orders", 2.0, 8.0,
         "Fan, Hu & Tang 2021: 5.8", wage_elasticity),
    Fact("size_tail", "Heavy tail of firm size", "exponent above 500 employees", 1.0, 1.5,
         "Axtell 2001", size_tail),
    Fact("growth_shape", "Laplace growth rates", "Subbotin shape", 0.8, 1.3,
         "Bottazzi & Secchi 2006", growth_shape),
    Fact("growth_spread", "Growth varies less in larger firms", "slope of ln sd on ln output",
         -0.25, -0.10, "Stanley et al. 1996", growth_spread),
    Fact("productivity_spread", "Productivity differs within sectors", "90/10 ratio", 3.0, NONE,
         "Hsieh & Klenow 2009", productivity_spread),
    Fact("productivity_persistence", "Productivity differences persist",
         "rank correlation a year apart", 0.6, NONE, "Syverson 2011: 0.6-0.8 a year",
         productivity_persistence),
    Fact("lumpiness", "Lumpy investment", "share of firm-months without", 0.8, NONE,
         "Doms & Dunne 1998", lumpiness),
    Fact("cluster_odds", "Neighbours adopt together", "odds ratio by the cluster's users", 1.3,
         NONE, "Li, Jin & Cheng 2024; size a prior", cluster_odds),
    Fact("shock_loss", "Shocks travel along links", "loss at customers of specific suppliers",
         0.02, 0.03, "Barrot & Sauvagnat 2016", shock_loss),
    Fact("additionality_slope", "Additionality falls with size", "logit slope on ln employees",
         -NONE, 0.0, "Criscuolo et al. 2019", additionality_slope),
    Fact("tight_pass_through", "Tight providers capture the subsidy", "price rise over rate", 0.35,
         0.70, "Goolsbee 1998", tight_pass_through),
    Fact("slack_pass_through", "Slack providers do not", "price rise over rate", -0.05, 0.05,
         "Goolsbee 1998: none where supply is elastic", slack_pass_through),
    Fact("j_dip", "Productivity dips first", "log points, month 1 of ERP", -NONE, 0.0,
         "Brynjolfsson, Rock & Syverson 2021; Hitt, Wu & Zhou 2002", j_dip),
    Fact("j_rise", "and rises later", "log points, month 36 of ERP", 0.0, NONE,
         "Brynjolfsson, Rock & Syverson 2021", j_rise),
    Fact("price_fall", "Prices fall with experience", "fall per doubling, integrators", 0.10, 0.25,
         "Wright 1936", price_fall),
    Fact("city_ranks", "Ranks of cities persist", "rank correlation 2012-2017", 0.7, NONE,
         "editions of the official indices", city_ranks),
    Fact("city_convergence", "while their levels converge", "spread of ln levels, end over start",
         -NONE, 1.0, "editions of the official indices", city_convergence),
    Fact("subsidy_share", "Subsidies are small", "paid over technical renovation", 0.001, 0.016,
         "Hangzhou, Leqing and provincial figures of 2014-2015", subsidy_share),
    Fact("adopters_output", "Adopters' output rises", "log points over the twin without machines",
         0.01, NONE, "Koch, Manuylov & Smolka 2021: 0.20; at least a twentieth of it",
         adopters_output),
    Fact("others_output", "non-adopters' falls", "log points over the twin without machines",
         -NONE, 0.0, "Koch, Manuylov & Smolka 2021; Acemoglu, Lelarge & Restrepo 2020",
         others_output),
)  # fmt: skip

MISSED = {
    "cluster_odds": (
        1.15,
        "Users near by only make a firm aware (together with what its partners use); whether it then "
        "buys does not depend on them, and beliefs are learned from partners alone. At full scale, "
        "where shares of users are less noisy, 1.17: PLM 1.35, cloud 1.28, ERP 1.26, machines 1.10, "
        "networks 1.05, e-commerce, of which nine in ten firms know, 0.97.",
    ),
    "shock_loss": (
        0.005,
        "Every firm aims at stocks of critical inputs for a month and a half, so suppliers that stand "
        "still for a month (which costs them 12 % of a year's output) are hardly missed; after two "
        "months the loss is 0.021, after three 0.040. Suppliers of one good replace each other, and "
        "firms with little stock, whom short shocks hit, are missing.",
    ),
    "city_convergence": (
        1.78,
        "Adoption at the start differs over tiers and sectors but not over cities (no figures by "
        "city are known for 2012), so cities begin nearly alike and differences grow from there.",
    ),
    "adopters_output": (
        0.003,
        "Machines cut the unit cost of adopters by 1.1 %, for wages and charges are about 7 % of "
        "output; prices are all 1 and market shares follow cost at a rate of one a year, so sales "
        "hardly move (-0.003 to 0.004 over four seeds). Better quality and larger capacity, which are "
        "in the estimates, are not in the model.",
    ),
}
"""Facts that the model misses: the figure when it was recorded, and why."""
