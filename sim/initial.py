"""How a run is set up: scenario, population, world and context; manifest and checkpoints."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel

from sim.accounts import Account
from sim.circumstances import told
from sim.core.clock import Clock, month_number
from sim.core.errors import InputError
from sim.core.table import Array, Table
from sim.parameters import TechnologyFactors, numbers
from sim.processes.appraisal import TechnologyNumbers
from sim.processes.awards import Awards
from sim.processes.context import Context
from sim.scale import FEW_ROWS
from sim.scenario import Layer, Scenario, names_of
from sim.scenario_files import keys_of, nested
from sim.scenario_sections import PopulationSettings
from sim.source import commit, source_hash
from sim.world.cache import cached_population
from sim.world.data import ProvinceData, load_data
from sim.world.economy import Economy
from sim.world.population import population_from_economy, population_from_graph
from sim.world.state import World, critical_inputs
from sim.world.supply import Supply
from sim.world.synthesis import Population, PopulationParameters
from sim.world.tables import ABOVE_SCALE, CLUSTERS, SECTORS, TECHNOLOGIES

SECTIONS = (
    "information", "adoption", "finance", "providers", "skills", "production", "labour",
    "productivity", "accounts", "governments", "outcomes",
)  # fmt: skip
"""Sections of a scenario that the processes get as named tuples of floats."""


@dataclass
class Start:
    """What a run starts from; `data` with the run's own economy."""

    data: ProvinceData
    population: Population
    economy: Economy
    world: World
    city_names: tuple[str, ...]
    sector_codes: tuple[str, ...]


@dataclass
class TechnologySet:
    """The technologies of a run: numbers for the kernels and which are in play."""

    numbers: TechnologyNumbers
    active: Array
    active_bits: int

    @property
    def kind(self) -> Array:
        """Provider kind of each technology, (8,)."""
        kind: Array = self.numbers.kind
        return kind


def scenario_of(scenario: Scenario | str | Path, settings: Mapping[str, Any]) -> Scenario:
    """A loaded scenario; keyword settings name keys with double underscores for dots."""
    layers = [_setting(key, value) for key, value in settings.items()]
    if isinstance(scenario, Scenario):
        return scenario.with_settings(layers) if layers else scenario
    if not isinstance(scenario, str | Path):
        raise InputError("scenario", "", scenario, "a Scenario, or the name or path of one")
    return Scenario.load(scenario, layers)


def _setting(key: str, value: Any) -> Layer:
    """A keyword and its value as a layer of a scenario."""
    keys = keys_of(key.replace("__", "."))
    if not keys:
        raise InputError("Province", key, value, "a key such as adoption__reviews_per_year")
    try:
        return Layer(f"Province {key}", nested(keys, _plain(value)))
    except RecursionError:
        allowed = "a value that does not hold itself"
        raise InputError(f"Province {key}", "", value, allowed) from None


def _plain(value: Any) -> Any:
    """A value of Python as a scenario file would hold it: arrays as lists, numpy's numbers as plain."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True)
    if isinstance(value, Mapping):
        return {str(key): _plain(inside) for key, inside in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inside) for inside in value]
    return value.tolist() if isinstance(value, np.generic | np.ndarray) else value


def population_parameters(settings: PopulationSettings) -> PopulationParameters:
    """What a scenario sets about its populations, but for their seeds."""
    return PopulationParameters(**settings.model_dump(exclude={"seed", "count"}))


def make(scenario: Scenario, clock: Clock, scale: float) -> Start:
    """Population and world of a run."""
    source_hash()  # taken before the first run: what is edited while it goes on is not what runs
    data = load_data()
    economy, graph = scenario.own()
    # Its sectors are what the scenario's names stand for, not those of the tables.
    bound = data if economy is None else replace(data, economy=economy)
    scenario.check_names(None if economy is None else bound.codes)
    settings = population_parameters(scenario.population)
    seed = scenario.population.seed
    if graph is not None:
        population = population_from_graph(graph, data, economy, scale, seed, settings)
    elif economy is not None:
        population = population_from_economy(economy, data)
    else:
        population = cached_population(data, scale, seed, settings)
    made = population.firms.weight.astype(np.float64) * population.firms.output
    population = replace(population, made=float(made.sum()))
    used = economy if economy is not None else data.economy
    used = population.economy if population.economy is not None else used
    world = build_world(population, used, data, scenario, clock)
    names = tuple(str(name) for name in data.cities["name_en"])
    return Start(bound, population, used, world, names, tuple(used.codes))


def build_world(
    population: Population, economy: Economy, data: ProvinceData, scenario: Scenario, clock: Clock
) -> World:
    """Tables and fixed arrays; money of the base year is scaled to the first month."""
    count, cities = len(economy.codes), population.cities.rows
    firms = population.firms
    index = float(data.paths(clock.start, clock.months)["domestic_demand"][0])
    if population.at_start:
        index = 1.0
    positions, group, binding = critical_inputs(economy.coefficients, economy.total_coefficients)
    _scale_to_start(firms, index)
    stock = scenario.production.inventory_months * firms.expected_demand
    firms.writable("stock")[:] = stock[:, None]
    _open_books(firms, population.cities, scenario)
    edges = population.edges
    buyer = np.repeat(np.arange(edges.rows), np.diff(edges.supplier_start))
    supplier = np.repeat(np.arange(edges.rows), np.diff(edges.customer_start))
    sector = firms.sector
    in_play = sum(1 << TECHNOLOGIES.index(code) for code in scenario.technologies)
    return World(
        tables={
            "firms": firms,
            "providers": population.providers,
            "cities": population.cities,
            "sectors": Table("sectors", SECTORS, count),
            "clusters": Table("clusters", CLUSTERS, count * cities),
        },
        edges=edges,
        sectors=count,
        cities=cities,
        # Copies that can be written, as those of a branch are: kernels are compiled for one kind.
        coefficients=economy.coefficients.copy(),
        imported_share=economy.imported_share.copy(),
        energy_share=economy.energy_share.copy(),
        capital_output_ratio=economy.capital_output_ratio.copy(),
        skilled_share=economy.skilled_share.copy(),
        automation_saving=economy.production_worker_share
        * data.technologies.labour_saving_share[0],
        critical=positions,
        critical_group=group,
        critical_binding=binding,
        base_demand=population.final_demand * index,
        export_share=economy.export_share.copy(),
        service_share=economy.service_share.copy(),
        applicable=population.applicable & np.uint8(in_play),
        distance=data.distance,
        supplier_group=group[sector[buyer], sector[edges.suppliers]],
        customer_group=group[sector[edges.customers], sector[supplier]],
        uid_stride=int(firms.uid.max()) + 1 if len(firms) else 1,
        measures=data.measures.of(economy.codes),
        indices=data.indices,
        labels=population.labels,
        shared=_shared(data, cities),
    )


def _shared(data: ProvinceData, cities: int) -> dict[str, Array]:
    """Rates by provider kind (7,), figures by city (C,), and the city of each county.

    By city: counties, residents, shares of public revenue and residents, revenue a head over the province's.
    """
    shared = {key: data.provider_kinds[key] for key in ("failure_rate", "learning_rate")}
    shared["counties"] = np.bincount(data.counties["city"], minlength=cities).astype(np.float64)
    shared["residents"] = data.cities["population_10k"] * 1e4
    shared["revenue_share"] = (
        data.cities["fiscal_revenue_100m"] / data.cities["fiscal_revenue_100m"].sum()
    )
    shared["residents_share"] = shared["residents"] / shared["residents"].sum()
    shared["revenue_per_head"] = shared["revenue_share"] / shared["residents_share"]
    shared["county_city"] = data.counties["city"].astype(np.int64)
    return shared


def _scale_to_start(firms: Table, index: float) -> None:
    """Scale the base year's money to the first month (demand index of the base year = 1)."""
    for name in ("output", "demand", "expected_demand", "efficiency", "productivity", "cash",
                 "profit", "capital", "debt"):  # fmt: skip
        column = firms.writable(name)
        column *= index


def _open_books(firms: Table, cities: Table, scenario: Scenario) -> None:
    """Banks' and lessors' books that match the firms'; the wage of an unskilled worker."""
    weight, count = firms.weight.astype(np.float64), cities.rows

    def by_city(values: Array) -> Array:
        return np.bincount(firms.city, weights=weight * values, minlength=count)

    cities.writable("bank_loans")[:] = by_city(firms.debt)
    cities.writable("lease_book")[:] = by_city(firms.lease)
    output = by_city(firms.output)
    cities.writable("bank_funds")[:] = scenario.finance.bank_funds * output
    cities.writable("lease_funds")[:] = scenario.finance.lessor_funds * output
    skilled, unskilled = by_city(firms.skilled), by_city(firms.unskilled)
    share = skilled / np.maximum(skilled + unskilled, 1e-9)
    premium = 1.0 + (scenario.skills.skill_premium - 1.0) * share
    cities.writable("wage")[:] /= premium


def technology_numbers(data: ProvinceData, factors: TechnologyFactors) -> TechnologyNumbers:
    """Technologies as the kernels take them, with a scenario's factors."""
    one = data.technologies
    scaled = one.scaled_cost_10k.copy()
    scaled[0] = one.cost_per_worker_displaced_10k[0]
    base, complement = data.complement
    each = [getattr(factors, code) for code in TECHNOLOGIES]
    cost, gain = (np.array([getattr(one, name) for one in each]) for name in ("cost", "gain"))
    step = one.step.copy()
    step[0] = min(step[0] * factors.automation.step, 1.0)
    return TechnologyNumbers(
        fixed_cost=one.fixed_cost_10k * cost,
        scaled_cost=scaled * cost,
        size_reference=one.size_reference,
        size_exponent=one.size_exponent,
        running_cost=one.running_cost_share,
        training_cost=one.training_cost_share,
        gain=one.productivity_gain * gain,
        energy_saving=one.energy_saving_share * gain,
        sales_gain=one.sales_gain_share * gain,
        dip=one.dip,
        skill_requirement=one.skill_requirement,
        kind=one.provider_kind,
        step=step,
        project_months=one.project_months,
        world_price=np.ones(len(TECHNOLOGIES)),
        lease=np.array([1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0]),
        complement_base=base,
        complement=complement,
    )


def context_of(scenario: Scenario, clock: Clock, start: Start, seed: int, check: bool) -> Context:
    """Everything a process is handed besides its columns."""
    if not isinstance(check, bool):
        raise InputError("check", "", check, "True or False")
    in_play = np.array([code in scenario.technologies for code in TECHNOLOGIES])
    technologies = TechnologySet(
        technology_numbers(start.data, scenario.technology_factors),
        in_play,
        int((1 << np.flatnonzero(in_play)).sum()),
    )
    return Context(
        seed=seed,
        clock=clock,
        mechanisms=scenario.mechanisms,
        world=start.world,
        technologies=technologies,
        paths=shifted_paths(scenario, clock, start),
        awards=Awards(),
        pilot_bits=pilot_bits_of(scenario),
        public=accounts_of(scenario),
        check=check,
        **{name: numbers(getattr(scenario, name)) for name in SECTIONS},
    )


def pilot_bits_of(scenario: Scenario) -> dict[str, int]:
    """The bit of the firms' column `pilot` of each instrument that names firms."""
    kinds = ((name, policy.kind) for name, policy in scenario.instruments.items())
    naming = (name for name, kind in kinds if kind == "management_pilot")
    return {name: position for position, name in enumerate(naming)}


def accounts_of(scenario: Scenario) -> dict[str, Account]:
    """An empty account for each instrument."""
    return {
        name: Account(payer="cities" if policy.fund == "cities" else "province")
        for name, policy in scenario.instruments.items()
    }


def shifted_paths(scenario: Scenario, clock: Clock, start: Start) -> dict[str, Array]:
    """The exogenous paths with the scenario's shifts and shocks."""
    exogenous = scenario.exogenous
    known = start.data.known_until(exogenous.known_until)
    paths = {name: np.array(path) for name, path in known.paths(clock.start, clock.months).items()}
    if exogenous.frozen:
        paths = {name: np.full_like(path, path[0]) for name, path in paths.items()}
    months = np.arange(clock.months)
    paths["wage"] = paths["wage"] * (1.0 + exogenous.wage_growth_shift) ** (months / 12.0)
    paths["minimum_wage"] = paths["minimum_wage"] * exogenous.minimum_wage_factor
    paths["robot_price"] = paths["robot_price"] * np.where(
        months > 0, exogenous.robot_price_factor, 1.0
    )
    shock = np.ones((clock.months, len(start.sector_codes)))
    for one in exogenous.demand_shocks:
        first = max(month_number(one.start) - clock.start, 0)
        last = min(month_number(one.end) - clock.start, clock.months - 1)
        hit = [start.sector_codes.index(code) for code in one.sectors] or slice(None)
        shock[first : last + 1, hit] *= one.factor
    paths["demand_shock"] = shock
    paths["supply_shock"] = _supply_shocks(scenario, clock, start)
    return paths


def _supply_shocks(scenario: Scenario, clock: Clock, start: Start) -> Array:
    """Capacity left in each cluster over its own, (months, cities, sectors)."""
    left = np.ones((clock.months, len(start.city_names), len(start.sector_codes)))
    for place, one in enumerate(scenario.exogenous.supply_shocks):
        if _own(scenario):
            _require_firms(scenario, place, start)
        first = max(month_number(one.start) - clock.start, 0)
        last = min(month_number(one.end) - clock.start, clock.months - 1)
        city, sector = start.city_names.index(one.city), start.sector_codes.index(one.sector)
        left[first : last + 1, city, sector] *= 1.0 - one.share
    return left


def _own(scenario: Scenario) -> bool:
    """Does the scenario stand on an economy or a supply graph of the user's?"""
    return scenario.economy is not None or scenario.supply_graph is not None


def _require_firms(scenario: Scenario, place: int, start: Start) -> None:
    """Refuse a loss of capacity where data of the user's has no firm: it would be none."""
    one = scenario.exogenous.supply_shocks[place]
    firms = start.population.firms
    clusters = {
        (start.city_names[city], start.sector_codes[sector])
        for city, sector in zip(firms.city.tolist(), firms.sector.tolist(), strict=True)
    }
    if (one.city, one.sector) in clusters:
        return
    path = ("exogenous", "supply_shocks", place)
    told = [f"{city} {sector}" for city, sector in sorted(clusters)]
    more = f" and {len(told) - 8} others" if len(told) > 8 else ""
    raise InputError(
        scenario.origins.get((*path, "city"), f"scenario {scenario.name}"),
        ".".join(map(str, path)), f"{one.city} {one.sector}, where this run has no firm",
        f"a city and sector of this run's firms: {', '.join(told[:8])}{more}",
    )  # fmt: skip


def supply_of(model: Any) -> Supply:
    """The supply network of a run."""
    world = model.world
    return Supply(
        world.edges, world.tables["firms"], model.data, model.labels.sectors, model.labels.cities,
        world.labels,
    )  # fmt: skip


@cache
def program_version() -> str:
    """Version of this program."""
    try:
        return version("lianghua")
    except PackageNotFoundError:
        return "0+unknown"


def versions() -> dict[str, str]:
    """What a result depends on: this program's code, Python and libraries.

    `code` is the hash of the source, `commit` where that stands in the repository, if there is one.
    """
    packages = ("numpy", "numba", "scipy", "mesa", "networkx", "pandas", "pyarrow")
    found = {"code": source_hash(), "python": platform.python_version()}
    found |= {name: _version(name) for name in packages}
    return found | {"commit": commit()} if commit() else found


@cache
def _version(package: str) -> str:
    """Reading what is installed takes longer than many a month."""
    return version(package)


def manifest(model: Any) -> dict[str, Any]:
    """Where a result comes from: enough to repeat it, and nothing that changes between repeats."""
    scenario: Scenario = model.settings
    return {
        "program": "lianghua",
        "version": program_version(),
        "scenario": scenario.name,
        "scenario_hash": scenario.hash,
        "settings": scenario.model_dump(mode="json"),
        "seed": model.seed,
        "scale": model.scale,
        **told(model.parameters, scenario, [model.seed]),
        "start": scenario.time.start,
        "end": scenario.time.end,
        "versions": versions(),
        "data": dict(model.data.checksums),
        "few_rows": _few_rows(model),
        **({"notes": notes} if (notes := _notes(model)) else {}),
    }


def _few_rows(model: Any) -> dict[str, int]:
    """Above-scale rows of the cities that have some, but fewer than `FEW_ROWS`, by name."""
    firms, names = model.tables["firms"], model.labels.cities
    rows = np.bincount(firms.city[firms.tier < ABOVE_SCALE], minlength=len(names)).tolist()
    return {name: n for name, n in zip(names, rows, strict=True) if 0 < n < FEW_ROWS}


def _notes(model: Any) -> list[str]:
    """What a reader of the result should know of the data that it stands on."""
    scenario: Scenario = model.settings
    notes = list(model.population.notes)
    if not _own(scenario):
        return notes
    notes += _out_of_reach(model)
    if not any(policy.enabled for policy in scenario.instruments.values()):
        return notes
    share = model.population.made / float(load_data().economy.output.sum())
    if not 0.5 <= share <= 2.0:
        notes.append(
            f"firms of this run make {100.0 * share:.2g} % of what Zhejiang's make, but budgets,"
            " targets and indices are the scenario's and Zhejiang's as they stand"
        )
    return notes


def _out_of_reach(model: Any) -> list[str]:
    """A note on the cities, and one on the sectors, that the scenario names and that have no firm."""
    firms, notes = model.population.firms, []
    for kind, column in (("cities", firms.city), ("sectors", firms.sector)):
        have, places = set(np.unique(column).tolist()), model.codes[kind]
        empty = [
            one for one in names_of(model.settings)
            if one.kind == kind and places[one.word] not in have
        ]  # fmt: skip
        if empty:
            words = ", ".join(dict.fromkeys(one.word for one in empty))
            keys = dict.fromkeys(".".join(map(str, one.path[:-1])) for one in empty)
            notes.append(
                f"scenario {model.settings.name}: this run has no firm in {words}, which"
                f" {', '.join(keys)} name{'' if len(keys) > 1 else 's'}: no firm there is reached"
            )
    return notes
