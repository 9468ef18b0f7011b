"""The runs that the facts are measured on: one province, followed firm by firm, and its twins."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from sim.model import Province
from sim.results import Results
from sim.world.tables import ABOVE_SCALE, AUTOMATION, PROVIDER_KINDS, TECHNOLOGIES

SCALE = 0.5
"""Share of the province's firms that have a row: about 20,000 above-scale firms."""
MONTHLY = ("output", "productivity", "investment")
WAGE_RISE = 1.1
EVERYBODY = {
    "instruments__equipment_subsidy__allocation": "first_come",
    "instruments__equipment_subsidy__decision_months": 0,
    "instruments__equipment_subsidy__call_months": list(range(1, 13)),
    "instruments__equipment_subsidy__cap": 1e8,
    "instruments__equipment_subsidy__floor": 0.0,
    "instruments__equipment_subsidy__tiers": [],
    "instruments__equipment_subsidy__technologies": ["automation"],
} | {f"instruments__equipment_subsidy__budget__{year}": 9e8 for year in range(2014, 2018)}
"""An equipment subsidy for everybody who asks, at once and without a limit."""


class Panel:
    """A run to the end, with monthly columns of its firms (rows, months).

    `first_order` and `first_use` (rows, 8) are the months, counted from the start, in which a firm
    first ordered a technology in the run and first had it accepted; -1 for never. `delivered`
    (7, months) counts what providers of each kind have completed.
    """

    def __init__(self, scenario: str, wage: float = 1.0, **changes: Any) -> None:
        self.province = Province(scenario, scale=SCALE, parameters="central", **changes)
        if wage != 1.0:
            self.province.tables["cities"].writable("wage")[:] *= wage
        firms, providers = self.province.tables["firms"], self.province.tables["providers"]
        self.start = {
            name: firms[name].copy() for name in ("uid", "adopted", "automation", "productivity")
        }
        self.size = (firms.skilled + firms.unskilled).astype(np.float64)
        self.first_order = np.full((firms.rows, len(TECHNOLOGIES)), -1)
        self.first_use = np.full((firms.rows, len(TECHNOLOGIES)), -1)
        kept: dict[str, list[Any]] = {name: [] for name in (*MONTHLY, "delivered")}
        clock = self.province.clock
        while not clock.finished:
            month = clock.month
            self.province.step()
            for name in MONTHLY:
                kept[name].append(firms[name].copy())
            done = providers.experience.astype(np.float64) * providers.weight
            kept["delivered"].append(np.bincount(providers.kind, done, len(PROVIDER_KINDS)))
            self._note(firms, month)
        self.monthly = {name: np.array(kept[name]).T for name in MONTHLY}
        self.delivered = np.array(kept["delivered"]).T
        self.results: Results = self.province.results()

    def _note(self, firms: Any, month: int) -> None:
        same = firms.uid == self.start["uid"]
        book = self.province.context.projects
        signed = book.signed_in(month)
        signed = signed[(book.under_way[signed] == 1) & same[book.row[signed]]]
        ordered, which = book.row[signed], book.technology[signed]
        new = self.first_order[ordered, which] < 0
        self.first_order[ordered[new], which[new]] = month
        self.first_use[same[:, None] & (firms.adopted_month == month) & (self.first_use < 0)] = (
            month
        )

    @cached_property
    def firms(self) -> Any:
        """The firms at the end."""
        return self.province.tables["firms"]

    @cached_property
    def sector(self) -> Any:
        """Sector of every row."""
        return self.firms.sector.astype(np.int64)

    @cached_property
    def official(self) -> Any:
        """Flag of above-scale rows."""
        return self.firms.tier < ABOVE_SCALE

    @cached_property
    def stayed(self) -> Any:
        """Flag of above-scale firms in operation from start to end."""
        return self.official & (self.firms.alive == 1) & (self.firms.uid == self.start["uid"])

    @cached_property
    def yearly_output(self) -> Any:
        """Output by calendar year, (rows, years), 10k CNY."""
        output = self.monthly["output"]
        return output.reshape(len(output), -1, 12).sum(axis=2).astype(np.float64)

    def used_at_start(self, technology: int) -> Any:
        """Flag of firms that used a technology when the run began."""
        return (self.start["adopted"] >> technology) & 1 == 1

    def lacking(self, technology: int) -> Any:
        """Flag of stayers that could use a technology and did not at the start."""
        fits = (self.province.world.applicable[self.sector] >> technology) & 1 == 1
        return self.stayed & fits & ~self.used_at_start(technology)


class Runs:
    """Every run that some fact needs, made when it is first asked for."""

    @cached_property
    def base(self) -> Panel:
        """Without a programme."""
        return Panel("no_programme")

    @cached_property
    def dear(self) -> Panel:
        """The same with wages a tenth higher."""
        return Panel("no_programme", wage=WAGE_RISE)

    @cached_property
    def without_machines(self) -> Panel:
        """The same where nobody can replace labour by machines."""
        others = [name for name in TECHNOLOGIES if name != TECHNOLOGIES[AUTOMATION]]
        return Panel("no_programme", technologies=others)

    @cached_property
    def programme(self) -> Panel:
        """The 2014 programme."""
        return Panel("document_2014")

    @cached_property
    def subsidised(self) -> list[tuple[Panel, Panel]]:
        """The core programme with and without its equipment subsidy, for two seeds.

        The whole programme spreads less money over more applicants, too little to tell sizes apart.
        """
        without = {"instruments__equipment_subsidy__enabled": False}
        return [
            (Panel("core_programme", seed=seed), Panel("core_programme", seed=seed, **without))
            for seed in (1, 2)
        ]

    @cached_property
    def stopped(self) -> dict[str, Any]:
        """A year's output after one supplier in twenty stood still for a month, and of the twin.

        `hit` flags the suppliers, `customers` the above-scale firms, not hit themselves, that buy a
        critical input from one; `change` is the log of output over the twin's, (rows,).
        """
        twin = Province("no_programme", scale=SCALE, parameters="central")
        for _ in range(24):
            twin.step()
        shocked = twin.branch()
        firms, other = shocked.tables["firms"], twin.tables["firms"]
        alive = firms.alive == 1
        hit = alive & (np.random.default_rng(1).uniform(size=firms.rows) < 0.05)
        capital = firms.capital.copy()
        output = np.zeros((2, firms.rows))
        for month in range(12):
            firms.writable("capital")[hit] *= 0.0 if month == 0 else 1.0
            twin.step()
            shocked.step()
            if month == 0:
                firms.writable("capital")[hit] = capital[hit]
            output += np.array([firms.output, other.output])
        world, edges = twin.world, twin.world.edges
        buyer = np.repeat(np.arange(firms.rows), np.diff(edges.supplier_start))
        group = np.asarray(world.supplier_group, dtype=np.int64)
        binding = world.critical_binding[firms.sector[buyer], np.minimum(group, 2)]
        specific = (group < 3) & (binding > 0) & hit[edges.suppliers]
        customers = np.bincount(buyer[specific], minlength=firms.rows) > 0
        stayed = (firms.alive == 1) & (other.alive == 1) & (output > 0).all(axis=0)
        stayed &= alive & (firms.tier < ABOVE_SCALE)
        change = np.log(np.maximum(output[0], 1e-9) / np.maximum(output[1], 1e-9))
        return {
            "hit": hit & stayed,
            "customers": customers & ~hit & stayed,
            "change": change,
        }

    def late_price(self, rate: float, tight: bool, seed: int) -> float:
        """Integrators' mean price over the last three years under a subsidy for everybody.

        Learning is off, so the price moves with the market alone. The tight market has half the
        teams, whose number is fixed (the short run); in the slack one they grow as usual.
        """
        changes = EVERYBODY | {
            "instruments__equipment_subsidy__rate": rate,
            "providers__learning_scale": 0.0,
        }
        if tight:
            changes["providers__hiring_lag"] = 1e6
        province = Province(
            "core_programme",
            scale=0.1,
            seed=seed,
            parameters="central",
            population__count=1,
            **changes,
        )
        if tight:
            providers = province.tables["providers"]
            providers.writable("teams")[providers.kind == 0] *= 0.5
        return float(province.run().province["price_robot_integrator"].iloc[-36:].mean())
