"""The province: a Mesa model whose month is the list `PHASES`, one line a phase."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any, ClassVar

import numpy as np
from mesa.datacollection import DataCollector

from sim import branching, checkpoint, initial
from sim.circumstances import POSTERIOR, Parameters, as_made, parameters_of
from sim.core.clock import Clock
from sim.core.errors import InputError, NotFiniteError
from sim.core.phase import Phase
from sim.facade import ColumnModel, Labels, without_seed
from sim.instruments import Instruments
from sim.outputs import BY_NAME, series
from sim.processes import (
    accounts,
    administration,
    adoption,
    exogenous,
    governments,
    identities,
    indicators,
    information,
    labour,
    production,
    productivity,
    provision,
)
from sim.processes.context import Context, Flows
from sim.results import Recorder, Results
from sim.scale import USUAL_SCALE, as_scale
from sim.scenario import Scenario
from sim.seeds import NOT_GIVEN, NotGiven, SeedLike, one_seed
from sim.timetable import Policies, in_force, timetable
from sim.words import headline_names


def _latest(model: Any, name: str) -> float:
    """This month's value of a province output, 0 before the first month."""
    return float(model.recorder.latest(name))


def _phase(number: int, name: str, zh: str, en: str, module: Any, function: Any) -> Phase:
    return Phase(number, name, zh, en, function, module.VIEWS, getattr(module, "WRITES", {}))


# ------------------------------------------------------------------ the month, in its order
PHASES = (
    _phase(1, "exogenous", "外部条件", "paths from outside", exogenous, exogenous.begin_month),
    Phase(
        2,
        "awards",
        "评审与兑现",
        "awards decided",
        governments.decide_awards,
        governments.AWARD_VIEWS,
        governments.AWARD_WRITES,
    ),
    _phase(3, "calls", "申报与培训", "calls and training", governments, governments.run_calls),
    _phase(
        4, "information", "信息传播", "information", information, information.spread_information
    ),
    _phase(5, "adoption", "采用决策", "decisions and orders", adoption, adoption.decide_and_order),
    _phase(
        6, "providers", "服务商交付", "provider delivery", provision, provision.deliver_projects
    ),
    _phase(7, "production", "生产与交易", "production", production, production.produce_and_trade),
    _phase(8, "labour", "就业与工资", "labour and wages", labour, labour.match_labour),
    _phase(9, "productivity", "生产率", "gains", productivity, productivity.grow_productivity),
    _phase(10, "accounts", "账户与进出", "accounts, exit, entry", accounts, accounts.keep_accounts),
    _phase(11, "indicators", "指标", "indicators", indicators, indicators.measure),
    _phase(12, "identities", "核对", "identities", identities, identities.check_identities),
)


class Province(ColumnModel):
    """A province of firms, providers and cities under a scenario.

    `scale` is the share of the province's firms that have a row of their own (0.01 to 25); totals
    are the province's at every scale. `seed` is 1 unless given, as `seed` or as Mesa's `rng`, which
    both take what `sim.seeds.as_seed` takes: None draws a fresh one. The attribute `seed`, and the
    manifest, have the whole number that runs it again. `supply_graph` replaces the generated firms
    and links by a networkx graph of the user's, `economy` the input-output table; both may be paths
    of files (docs/own_data.md), which alone can be repeated from a result. An economy without a
    supply graph has one firm a sector, all in Hangzhou, at every scale: what is aimed at other
    cities reaches no firm, as a note of the manifest says. `check` verifies the
    identities every month; `watchers` are called with the name of each phase after it, and no copy
    has them. `changes` set single keys of the scenario, with double underscores for dots:
    `Province("document_2014", adoption__reviews_per_year=1)`. `parameters` are posterior (a draw of
    the shipped fit, chosen by the seed, as the population is: see `sim.circumstances`), central
    (the scenario's own) or the folder of a calibration. `settings` is the scenario as given
    (Mesa keeps the name `scenario` for its own). Raises InputError for whatever cannot be used.
    """

    shared_attributes: ClassVar[frozenset[str]] = frozenset(
        {"data", "population", "settings", "parameters", "timetable", "_labels"}
    )
    rebuilt_attributes: ClassVar[frozenset[str]] = frozenset({"_views", "watchers"})

    @without_seed
    def __init__(
        self,
        scenario: Scenario | str = "document_2014",
        *,
        scale: float = USUAL_SCALE,
        seed: SeedLike | NotGiven = NOT_GIVEN,
        rng: SeedLike | NotGiven = NOT_GIVEN,
        supply_graph: Any = None,
        economy: Any = None,
        check: bool = False,
        parameters: str | Path | Parameters = POSTERIOR,
        **changes: Any,
    ) -> None:
        chosen = initial.scenario_of(scenario, changes)
        self.settings = chosen.with_own(economy=economy, supply_graph=supply_graph)
        self.scale, self.seed, self.check = as_scale(scale), one_seed(seed, rng), check
        super().__init__(rng=self.seed)
        drawn = parameters_of(parameters)
        ran = drawn.of(self.settings, self.seed)
        self.parameters = drawn.taken([self.seed])
        clock = Clock.between(ran.time.start, ran.time.end)
        start = initial.make(ran, clock, self.scale)
        self.data, self.population = start.data, start.population
        self.context = initial.context_of(ran, clock, start, self.seed, check)
        self.timetable = timetable(self.settings)
        self._labels = Labels(start.sector_codes, start.city_names)
        self.recorder = Recorder(
            clock.months, start.city_names, start.sector_codes, tuple(self.context.public)
        )
        # Mesa's batch_run and SolaraViz read a model's series from here.
        self.datacollector = DataCollector(
            # With the seed, as a row of batch_run else says only that it was None.
            {"seed": "seed"} | {name: partial(_latest, name=name) for name in headline_names()}
        )
        self.watchers: list[Callable[[str], None]] = []
        self.seconds = dict.fromkeys((phase.name for phase in PHASES), 0.0)
        cities = self.tables["cities"]
        administration.prepare(self.context, *(cities.writable(name) for name in ("effort", "mix")))
        self._bind()
        self._measure_start()

    # ------------------------------------------------------------------ running
    @property
    def world(self) -> Any:
        """Tables, edges and fixed arrays."""
        return self.context.world

    @property
    def labels(self) -> Labels:
        """Names of cities and codes of sectors."""
        return self._labels

    @property
    def codes(self) -> dict[str, Any]:
        """Positions by code of sectors and cities, and the bit of each instrument that names firms."""
        return {**self.data.codes, "pilots": self.context.pilot_bits}

    @property
    def clock(self) -> Clock:
        """Where the run stands."""
        return self.context.clock

    @property
    def policies(self) -> Policies:
        """The instruments in force in the month that is simulated, or comes next, by name."""
        return in_force(self.timetable, self.clock.month)

    @property
    def supply(self) -> Any:
        """The supply network: `graph` is a networkx view of the arrays."""
        return initial.supply_of(self)

    def step(self) -> None:
        """Simulate one month."""
        if self.clock.finished:
            raise InputError("time", "end", self.clock.name, "a month within the scenario")
        context = self.context
        context.flows = Flows()
        self._apply_policies()
        for phase in PHASES:
            began = perf_counter()
            phase.function(context, **self._views[phase.name])
            self.seconds[phase.name] += perf_counter() - began
            for watcher in self.watchers:
                watcher(phase.name)
        if self.check:
            self._verify()
        self._note_payments()
        self._record()
        self._require_finite()
        self.clock.month += 1
        self.running = not self.clock.finished

    def run(self, progress: Callable[[Clock], None] | None = None) -> Results:
        """Simulate every month that is left and return the results."""
        while not self.clock.finished:
            self.step()
            if progress is not None:
                progress(self.clock)
        return self.results()

    def results(self) -> Results:
        """The series so far, with their origin."""
        return self.recorder.results(initial.manifest(self))

    def branch(self, scenario: Scenario | str | Path | None = None) -> Province:
        """An independent copy at this month; equal settings continue with equal bits.

        With a scenario, or the name or path of one, it goes on under that one, just as a run of it from the start would. Raises
        InputError unless what differs (instruments, programme, revisions) has not mattered yet.
        """
        new = copy.deepcopy(self)
        if scenario is not None:
            branching.go_on_under(new, initial.scenario_of(scenario, {}))
        return new

    def save(self, folder: Path | str) -> None:
        """Write a checkpoint: columns, clock and scenario, whole or not at all."""
        checkpoint.write(self, checkpoint.folder_of(folder))

    @classmethod
    def load(cls, folder: Path | str, *, supply_graph: Any = None, economy: Any = None) -> Province:
        """A province as it was saved; it continues bit for bit.

        A run on an object of the user's needs the same `supply_graph` or `economy` again; files are
        read again.
        """
        saved = checkpoint.read(checkpoint.folder_of(folder))
        settings = Scenario.from_dict(saved.manifest["settings"], name=saved.manifest["scenario"])
        given = settings.with_own(economy=economy, supply_graph=supply_graph)
        if given.hash != settings.hash:
            raise InputError(
                folder, "", "another supply_graph or economy", "the same as when it was saved"
            )
        model = cls(
            given,
            scale=saved.manifest["scale"],
            seed=saved.manifest["seed"],
            check=saved.manifest["check"],
            parameters=as_made(folder, saved.manifest),
        )
        checkpoint.restore(model, saved)
        model._bind()
        return model

    # ------------------------------------------------------------------ details
    def _bind(self) -> None:
        self._views = {phase.name: phase.bind(self.tables) for phase in PHASES}

    def rebuild(self) -> None:
        """Hand the phases a copy's own columns; nobody watches it yet."""
        self._bind()
        self.watchers = []

    def _measure_start(self) -> None:
        """Sums before the first month, which information, prices and relative figures start from."""
        for phase in PHASES[10:]:
            phase.function(self.context, **self._views[phase.name])
        self._publish(series(self.context))

    def _publish(self, tables: dict[str, dict[str, Any]]) -> None:
        """Put where the processes can read it what the cities are evaluated on."""
        self.context.measures["city_index"] = tables["cities"]["two_integration_index"]

    def _note_payments(self) -> None:
        """Keep what was paid in each of the last twelve months, 10k CNY."""
        measures = self.context.measures
        paid = float(sum(account.paid for account in self.context.public.values()))
        months = measures.setdefault("paid_months", np.zeros(12))
        months[self.clock.month % 12] = paid - measures.get("paid_total", 0.0)
        measures["paid_total"] = paid

    def _apply_policies(self) -> None:
        """Open the year's budgets and let every instrument set this month's calls and rates."""
        context, clock = self.context, self.clock
        context.instruments = Instruments()
        if not context.mechanisms.governments:
            return
        codes = self.codes
        for name, policy in self.policies.items():
            account = context.public[name]
            if clock.month_of_year == 1 or clock.month == 0:
                account.new_year(policy.year_budget(clock.year))
            policy.apply(name, clock, account.available, codes, context.instruments)

    def _verify(self) -> None:
        wrong = self.context.flows.violations()
        for name, table in self.tables.items():
            for column, (low, high) in table.out_of_bounds().items():
                wrong.append(f"{name}.{column} out of bounds: {low!r} to {high!r}")
        if wrong:
            raise ArithmeticError(f"{self.clock.name}: " + "; ".join(wrong))

    def _require_finite(self) -> None:
        """Stop a run whose figures are not finite: what follows would be no result.

        Everything that is recorded is tested every month, every column once a year and at the end.
        """
        figure = self.recorder.not_finite()
        whole = self.clock.month_of_year == 12 or self.clock.month + 1 == self.clock.months
        if figure is None and not whole:
            return
        bad = [(name, one) for name, table in self.tables.items() for one in table.not_finite()]
        if not bad:
            if figure is not None:
                # The state is sound: what was derived from it is not.
                raise NotFiniteError(self.clock.name, "indicators", *figure)
            return
        # A phase spoils what later ones read, so what was last written first lies nearest the cause.
        last = {place: phase for phase in PHASES for place in phase.written()}
        found = sorted(bad, key=lambda place: last[place].number if place in last else 0)
        phase = last[found[0]].name if found[0] in last else "the start"
        raise NotFiniteError(self.clock.name, phase, *found[0])

    def _record(self) -> None:
        tables = series(self.context)
        self._publish(tables)
        self.recorder.record(self.clock, tables, self.context.public)
        self.datacollector.collect(self)


__all__ = ["BY_NAME", "PHASES", "Context", "Province"]
