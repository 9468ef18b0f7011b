"""Populations: the synthetic province, a user's graph of firms, a user's input-output table."""

from __future__ import annotations

import re
from ast import literal_eval
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np

from sim.core.edges import Edges, build_edges
from sim.core.errors import InputError
from sim.core.table import Array, Column, Table
from sim.world.data import ProvinceData, city_rows
from sim.world.economy import CANNOT_PAY, Economy, part_made_here, unpaid
from sim.world.endowment import endow
from sim.world.links import among, gravity, make_links, open_shares, shares_of
from sim.world.network import LISTS, NUMBERS
from sim.world.synthesis import (
    Population,
    PopulationParameters,
    applicable_technologies,
    make_cities,
    make_providers,
    make_rows,
)
from sim.world.tables import (
    FIRMS,
    NEVER,
    NO_BARRIER,
    OWNERSHIPS,
    PROVIDER_KINDS,
    TECHNOLOGIES,
    TIERS,
    UNAWARE,
)

PLAIN_PRODUCTIVITY = 80.0
"""Output per employee of a user's firm, 10k CNY a year: the province's mean in 2013."""
MOST = 1e12
"""Largest number that a node may give, in any unit."""
LEAST_REACH = 0.5
"""Part of the output of a user's firms that they must be able to make and pay for."""
WEIGHTS = ("share", "flow", "none")
"""What the graph's attribute `weight` may say that the weights of its edges are."""


def synthesise(
    data: ProvinceData,
    scale: float,
    seed: int,
    settings: PopulationParameters,
    exists: Array | None = None,
    shares: Array | None = None,
) -> Population:
    """The province at a scale.

    `exists` (C, S) can leave out whole clusters of firms, `shares` say where else than `gravity`
    does firms buy (see `make_links`).
    """
    firms = make_rows(data, scale, seed, settings)
    if exists is not None:
        firms = _only(firms, exists)
    applicable = applicable_technologies(data)
    endow(data, firms, applicable, seed, settings)
    if shares is None:
        shares = gravity(data.cell_output, data.distance, settings, exists)
    present = np.zeros(data.cell_firms.shape, dtype=bool)
    present[firms.city, firms.sector] = True
    edges = make_links(firms, data, among(shares, present), seed, settings)
    firms.writable("share")[:] = open_shares(firms, edges, len(data.economy.codes))
    return Population(
        firms=firms,
        providers=make_providers(data, scale, seed),
        cities=make_cities(data, firms),
        edges=edges,
        final_demand=final_demand(firms, data.economy.coefficients),
        applicable=applicable,
    )


def final_demand(firms: Table, coefficients: Array) -> Array:
    """Final demand that keeps the firms' output: X - A X, at least nothing, 10k CNY a month."""
    weight = firms.weight.astype(np.float64)
    output = np.bincount(
        firms.sector, weights=weight * firms.output, minlength=coefficients.shape[0]
    )
    return np.maximum(output - coefficients @ output, 0.0)


def _only(firms: Table, exists: Array) -> Table:
    keep = np.asarray(exists, dtype=bool)[firms.city, firms.sector]
    arrays = {name: array[keep].copy() for name, array in firms.arrays().items()}
    return Table("firms", firms.columns.values(), int(keep.sum()), arrays)


def population_from_economy(
    economy: Economy, data: ProvinceData, firms_per_sector: int = 1
) -> Population:
    """Equal firms in one city at the economy's Leontief output, trading on the open market.

    A note says so, as neither scale nor anything that is aimed at other cities counts then.
    """
    sectors = len(economy.codes)
    firms = Table("firms", FIRMS, sectors * firms_per_sector)
    sector = np.repeat(np.arange(sectors), firms_per_sector)
    firms.writable("sector")[:] = sector
    _plain(firms, economy, economy.output[sector] / firms_per_sector)
    edges = build_edges(firms.rows, *(np.zeros(0, np.int64),) * 2, np.zeros(0))
    population = _assemble(firms, edges, economy, economy.final_demand, data, 1.0, 1, None)
    each = "one firm" if firms_per_sector == 1 else f"{firms_per_sector} firms"
    note = (
        f"an economy of its own gives this run {each} a sector, all in {data.cities['name_en'][0]}:"
        " scale changes nothing, and what is aimed at other cities reaches no firm"
    )
    return replace(population, notes=(note,))


def population_from_graph(
    graph: Any,
    data: ProvinceData,
    economy: Economy | None,
    scale: float,
    seed: int,
    settings: PopulationParameters,
) -> Population:
    """Run on a networkx graph of the user's; docs/own_data.md lists its attributes.

    A graph of firms: nodes with `sector` and `city`, or these as attributes of the graph for all of
    them, and what else is known of a firm; edges from supplier to customer, with `share` (bought
    from the supplier per unit of the customer's output) or `flow` (10k CNY a month) where it is
    known; an undirected edge links both ways. Or a graph of clusters, whose nodes are (city,
    sector) pairs as in `cluster_graph`: firms exist in its clusters only, and the clusters of a
    city and sector buy a good from clusters in proportion to the flows of the graph, on the open
    market where none is left.

    What the firms of the graph do not make of a good is bought outside (`local_supply`).
    """
    if not isinstance(graph, nx.Graph) or graph.is_multigraph():
        raise InputError(
            "supply graph", "", type(graph).__name__, "a networkx Graph or DiGraph, one edge a pair"
        )
    if graph.number_of_nodes() == 0:
        raise InputError("supply graph", "nodes", 0, "one or more")
    nodes = list(graph.nodes)
    clusters = [_cluster_of(node) for node in nodes]
    if all(clusters):
        if economy is not None:
            raise InputError(
                "supply graph", "", "clusters with an economy of its own",
                "clusters with the province's economy, or firms with any economy",
            )  # fmt: skip
        return _from_clusters(graph, dict(zip(nodes, clusters, strict=True)), data, scale, seed,
                              settings)  # fmt: skip
    return _firms_of_graph(graph, nodes, data, economy if economy is not None else data.economy)


def local_supply(economy: Economy, output: Array) -> Economy:
    """The table as sectors of this output (S,) can supply it (supply-demand pool technique).

    Of a good that all users together need more of than is made, every user buys the same part
    outside: coefficients fall, `imported_share` rises as much, and output can last.
    """
    part = part_made_here(economy.coefficients, output)
    if (part == 1.0).all():
        return economy
    local = economy.coefficients * part[:, None]
    outside = (economy.coefficients - local).sum(axis=0)
    return replace(economy, coefficients=local, imported_share=economy.imported_share + outside)


def _made(firms: Table, sectors: int) -> Array:
    """Output by sector, (S,)."""
    weight = firms.weight.astype(np.float64)
    return np.bincount(firms.sector, weights=weight * firms.output, minlength=sectors)


def _cluster_of(node: Any) -> tuple[str, str] | None:
    """City and sector of a node that names a cluster; files write the pair as text.

    A pair of numbers is a firm on a grid.
    """
    if isinstance(node, str) and node.startswith(("(", "[")):
        try:
            node = literal_eval(node)
        except (ValueError, SyntaxError):
            return None
    pair = isinstance(node, tuple | list) and len(node) == 2
    return (node[0], node[1]) if pair and all(isinstance(x, str) for x in node) else None


def _from_clusters(
    graph: Any, clusters: dict[Any, Any], data: ProvinceData, scale: float, seed: int,
    settings: PopulationParameters,
) -> Population:  # fmt: skip
    exists, shares = _clusters(graph, clusters, data)
    population = synthesise(data, scale, seed, settings, exists, shares)
    made = _made(population.firms, len(data.economy.codes))
    population.economy = local_supply(data.economy, made)
    # Where less of a good is made, links carry as much less of it.
    part = _part(population.economy.coefficients, data.economy.coefficients)
    edges = population.edges
    if (part < 1.0).any():
        source = population.firms.sector
        seller = np.repeat(np.arange(edges.rows), np.diff(edges.customer_start))
        population.edges = edges._replace(
            supplier_weight=(edges.supplier_weight * part[source[edges.suppliers]]).astype("f4"),
            customer_weight=(edges.customer_weight * part[source[seller]]).astype("f4"),
        )
        population.firms.writable("share")[:] = open_shares(
            population.firms, population.edges, len(part)
        )
    return population


def _part(less: Array, whole: Array) -> Array:
    """Share of each good (S,) that is left of the coefficients (S, S)."""
    total = whole.sum(axis=1)
    return np.where(total > 0, less.sum(axis=1) / np.where(total > 0, total, 1.0), 1.0)


def _clusters(graph: Any, named: dict[Any, Any], data: ProvinceData) -> tuple[Array, Array]:
    """Which clusters exist (C, S), and where users buy goods (S, S user, C buyer, C supplier)."""
    codes, cities = data.economy.codes, city_rows(data.cities)
    exists = np.zeros((len(data.codes["cities"]), len(codes)), dtype=bool)
    place: dict[Any, tuple[int, int]] = {}
    for node, (city, code) in named.items():
        if code in PROVIDER_KINDS:
            continue  # provider clusters are shown in the graph; providers are made from the data
        if city not in cities:
            allowed = ", ".join(data.codes["cities"])
            raise InputError("supply graph", f"node ({city}, {code})", city, allowed)
        if code not in codes:
            raise InputError("supply graph", f"node ({city}, {code})", code, ", ".join(codes))
        place[node] = cities[city], codes.index(code)
        if exists[place[node]]:
            raise InputError("supply graph", f"node ({city}, {code})", "named twice", "once")
        exists[place[node]] = True
    if not exists.any():
        raise InputError("supply graph", "nodes", "no cluster of firms", "one or more")
    flow = np.zeros((len(codes), len(codes), *(len(data.codes["cities"]),) * 2))
    for one, other, attributes in graph.edges(data=True):
        amount = _number(attributes.get("flow", 0.0), f"edge {one} -> {other}: flow")
        pairs = [(one, other)] if graph.is_directed() else [(one, other), (other, one)]
        for seller, buyer in pairs:
            if seller in place and buyer in place:
                (home, source), (away, user) = place[seller], place[buyer]
                flow[source, user, away, home] += amount
    total = flow.sum(axis=-1, keepdims=True)
    return exists, flow / np.where(total > 0, total, 1.0)


def _number(
    value: Any, where: str, high: float = np.inf, low: float = 0.0, whole: bool = False
) -> float:
    """A number within bounds; other programs write numbers as text."""
    try:
        found = np.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        found = np.nan
    if not (low <= found <= high and np.isfinite(found)) or (whole and not found.is_integer()):
        kind = "a whole number" if whole else "a number"
        raise InputError("supply graph", where, value, f"{kind} {_span(low, high)}")
    return found


def _span(low: float, high: float) -> str:
    """A range in words."""
    return f"from {low:g} to {high:g}" if np.isfinite(high) else f"of {low:g} or more, not infinite"


def _flag(value: Any, where: str) -> bool:
    words = {"true": True, "false": False, "1": True, "0": False}
    word = str(value).casefold()
    if word not in words:
        raise InputError("supply graph", where, value, "true or false")
    return words[word]


def _word(value: Any, words: Mapping[str, int], names: Sequence[str], where: str) -> int:
    """Place of a word among `words`; `names` are those told to the user."""
    if not isinstance(value, str) or value not in words:
        raise InputError("supply graph", where, value, ", ".join(names))
    return words[value]


def _codes(value: Any, where: str) -> int:
    """Bits of technology codes: a list of them, or one text as files have it."""
    if isinstance(value, str):
        value = re.findall(r"[^\s,;'\"\[\](){}]+", value)
    if not isinstance(value, Iterable):
        raise InputError("supply graph", where, value, "technology codes")
    bits = 0
    for code in value:
        if code not in TECHNOLOGIES:
            raise InputError("supply graph", where, code, ", ".join(TECHNOLOGIES))
        bits |= 1 << TECHNOLOGIES.index(code)
    return bits


def _attributes_of(graph: Any, nodes: list[Any]) -> list[dict[str, Any]]:
    """Attributes of every node, over what the graph says of all nodes."""
    plain = {key: graph.graph[key] for key in ("sector", "city") if key in graph.graph}
    plain |= graph.graph.get("node_default", {})
    return [plain | graph.nodes[node] for node in nodes]


def _needed(attributes: dict[str, Any], key: str, where: str, allowed: Sequence[str]) -> Any:
    """An attribute without which a node is no firm."""
    if attributes.get(key) is None:
        have = ", ".join(map(str, attributes)) or "no attributes"
        raise InputError(
            "supply graph", f"{where}: {key}", f"only {have}" if attributes else have,
            f"{', '.join(allowed)}; or one for all nodes in graph.graph['{key}']",
        )  # fmt: skip
    return attributes[key]


def _firms_of_graph(
    graph: Any, nodes: list[Any], data: ProvinceData, economy: Economy
) -> Population:
    firms = Table("firms", FIRMS, len(nodes))
    write, count = firms.writable, len(nodes)
    cities, names = city_rows(data.cities), tuple(data.codes["cities"])
    keys = (economy.codes, economy.names_en, economy.names_zh)
    sectors = {word: row for words in reversed(keys) for row, word in enumerate(words)}
    employees, output = np.zeros(count), np.zeros(count)
    bits = {name: np.zeros(count, dtype=np.int64) for name in LISTS}
    given = {name: np.full(count, np.nan) for name in NUMBERS}
    bounds = {name: _bounds(firms.columns[name]) for name in NUMBERS}
    attributes = _attributes_of(graph, nodes)
    sector, city, alive = (np.zeros(count, dtype=np.int64) for _ in range(3))
    for row, (node, have) in enumerate(zip(nodes, attributes, strict=True)):
        where = f"node {node!r}"
        wanted = _needed(have, "sector", where, economy.codes)
        sector[row] = _word(wanted, sectors, economy.codes, f"{where}: sector")
        wanted = _needed(have, "city", where, names)
        city[row] = _word(wanted, cities, names, f"{where}: city")
        for key, words, usual in (
            ("tier", TIERS, "above_scale"), ("ownership", OWNERSHIPS, OWNERSHIPS[0]),
        ):  # fmt: skip
            known = {word: place for place, word in enumerate(words)}
            write(key)[row] = _word(have.get(key, usual), known, words, f"{where}: {key}")
        alive[row] = _flag(have.get("alive", True), f"{where}: alive")
        employees[row] = _number(have.get("employees", 100.0), f"{where}: employees", 1e7)
        plain = employees[row] * PLAIN_PRODUCTIVITY / 12.0
        output[row] = _number(have.get("output", plain), f"{where}: output", 1e12)
        for name in NUMBERS:
            if have.get(name) is not None:
                given[name][row] = _number(have[name], f"{where}: {name}", *bounds[name])
        if given["skilled"][row] > employees[row] * (1.0 + 1e-6):
            allowed = f"at most its employees, {employees[row]:g}"
            raise InputError("supply graph", f"{where}: skilled", have["skilled"], allowed)
        for name in LISTS:
            bits[name][row] = _codes(have.get(name, ()), f"{where}: {name}")
    employees, output = employees * alive, output * alive
    given["skilled"] *= alive
    if output.sum() <= 0:
        raise InputError("supply graph", "output of its firms", 0, "some output")
    write("sector")[:], write("city")[:] = sector, city
    home = data.counties["city"].tolist()
    write("county")[:] = np.array([home.index(c) for c in range(len(names))])[city]
    _plain(firms, economy, output, employees)
    write("alive")[:] = alive
    _as_given(firms, given, employees, data, nodes)
    adopted, aware = bits["adopted"], bits["adopted"] | bits["aware"]
    write("adopted")[:], write("aware")[:] = adopted, aware
    uses = (adopted[:, None] >> np.arange(len(TECHNOLOGIES))) & 1 == 1
    write("adopted_month")[:] = np.where(uses, -1, NEVER)
    write("realised")[:] = np.where(uses, 1.0, 0.0)
    write("barrier")[:] = np.where(uses, NO_BARRIER, UNAWARE)
    _check_living(firms, economy, data, nodes)
    local = local_supply(economy, _made(firms, len(economy.codes)))
    edges, notes = _links(graph, nodes, firms, local.coefficients)
    demand = final_demand(firms, local.coefficients)
    firms.writable("share")[:] = open_shares(firms, edges, len(economy.codes))
    population = _assemble(
        firms, edges, economy, demand, data, len(nodes) / 39_561, 1, tuple(nodes)
    )
    return replace(population, economy=local, at_start=True, notes=notes)


def _bounds(column: Column) -> tuple[float, float, bool]:
    """Highest and lowest number that a column takes, and whether it takes whole ones only."""
    whole = np.dtype(column.dtype).kind in "iu"
    low, high = (np.iinfo(column.dtype).min, np.iinfo(column.dtype).max) if whole else (-MOST, MOST)
    return (
        float(high if column.high is None else column.high),
        float(low if column.low is None else column.low), whole,
    )  # fmt: skip


def _as_given(
    firms: Table, given: dict[str, Array], employees: Array, data: ProvinceData, nodes: list[Any]
) -> None:
    """Columns as the nodes say, over what is plain."""
    for name, values in given.items():
        known = ~np.isnan(values)
        if name == "uid" and known.any():
            # Firms without an id get further ones.
            missing = np.flatnonzero(~known)
            values[missing] = np.nanmax(values) + 1 + np.arange(len(missing))
            known[:] = True
        firms.writable(name)[known] = values[known]
    firms.writable("unskilled")[:] = np.maximum(employees - firms.skilled, 0.0)
    if len(np.unique(firms.uid)) < firms.rows:
        raise InputError("supply graph", "uid of its nodes", "the same id twice", "different ids")
    home = data.counties["city"]
    for row in np.flatnonzero(home[np.minimum(firms.county, len(home) - 1)] != firms.city)[:1]:
        own = ", ".join(map(str, np.flatnonzero(home == firms.city[row])))
        where = f"node {nodes[row]!r}: county"
        allowed = f"{own}: the counties of its city"
        raise InputError("supply graph", where, int(firms.county[row]), allowed)


def _check_living(firms: Table, economy: Economy, data: ProvinceData, nodes: list[Any]) -> None:
    """Refuse firms that together cannot pay or make their output: it would collapse.

    Single firms may close, or make less than they are given.
    """
    weight = firms.weight.astype(np.float64)
    made, people = weight * firms.output, weight * (firms.skilled + firms.unskilled)
    inputs = (economy.coefficients.sum(axis=0) + economy.imported_share)[firms.sector] * made
    wages = people * data.cities["wage"][firms.city] * firms.wage_premium / 12.0
    if unpaid(made.sum(), inputs.sum(), wages.sum()):
        raise InputError(
            "supply graph", "output of its firms",
            f"{made.sum():.6g} (10k CNY a month) with {people.sum():.6g} employees",
            f"wages of {wages.sum():.6g} at most what output leaves after inputs, "
            f"{made.sum() - inputs.sum():.6g}: {CANNOT_PAY}",
        )  # fmt: skip
    limits = _limits(firms, economy, (inputs + wages) / np.maximum(weight, 1e-9))
    reach = np.minimum(np.min([most for _, most, _ in limits], axis=0), firms.output)
    lost = weight * (firms.output - reach)
    if lost.sum() <= (1.0 - LEAST_REACH) * made.sum():
        return
    worst = int(lost.argmax())
    key, most, why = min(limits, key=lambda limit: limit[1][worst])
    short = np.flatnonzero(most < LEAST_REACH * firms.output)
    names = ", ".join(repr(nodes[row]) for row in short[:5])
    more = f" and {len(short) - 5} others" if len(short) > 5 else ""
    nodes_of = f"node{'s' if len(short) > 1 else ''} {names}{more}"
    raise InputError(
        "supply graph", f"{nodes_of}: {key}", f"{firms.arrays()[key][worst]:.6g}",
        f"what lets the graph's firms make {LEAST_REACH:.0%} of their output; output of node "
        f"{nodes[worst]!r} is {firms.output[worst]:.6g} a month, but {why.format(most[worst])}",
    )  # fmt: skip


def _limits(firms: Table, economy: Economy, costs: Array) -> list[tuple[str, Array, str]]:
    """Key, output (n,) that it allows, 10k CNY a month, and why; `costs` (n,) inputs and wages.

    As in the model, people in skilled places beyond the sector's share are let go, output per
    employee soon follows efficiency, and a firm that runs out of money closes.
    """
    sector = firms.sector
    output, skilled, unskilled, efficiency, productivity, capital, cash, running = (
        firms.arrays()[name].astype(np.float64)
        for name in (
            "output", "skilled", "unskilled", "efficiency", "productivity", "capital", "cash",
            "running_cost",
        )
    )  # fmt: skip
    owed = firms.debt.astype(np.float64) + firms.lease
    people = skilled + unskilled
    # Tasks automated save at most the work of all production workers.
    left = 1.0 - economy.production_worker_share[sector] * firms.automation
    lasting = efficiency * np.exp(np.clip(firms.gain, -50.0, 50.0)) / np.maximum(left, 1e-9)
    best = np.maximum(lasting, productivity)
    wanted = 12.0 * output / np.maximum(best, 1e-9)
    used = ((firms.adopted[:, None] >> np.arange(len(TECHNOLOGIES))) & 1).sum(axis=1)
    places = np.minimum(0.9, economy.skilled_share[sector] * (1.0 + 0.05 * used)) * wanted
    staff = np.minimum(skilled, places) + unskilled
    year = cash + 12.0 * (output - costs - running)
    worth = np.maximum(cash, 0.0) + capital + 12.0 * output
    debt = "debt" if firms.debt.sum() >= firms.lease.sum() else "lease"
    by_people, closes = (
        "its people can make {:.3g}",
        "it runs out of money within a year and closes",
    )
    return [
        ("efficiency", people * lasting / 12.0, by_people),
        ("productivity", people * productivity / 12.0, by_people),
        ("skilled", staff * best / 12.0, f"with few others {by_people}"),
        ("capital", capital / economy.capital_output_ratio[sector] / 12.0, "its capital can make {:.3g}"),
        ("running_cost", np.where((year < 0) & (year + 12.0 * running >= 0), 0.0, np.inf), closes),
        ("cash", np.where(year + 12.0 * running < 0, 0.0, np.inf), closes),
        (debt, np.where(owed > worth, 0.0, np.inf), "it owes more than it is worth and closes"),
    ]  # fmt: skip


def _links(
    graph: Any, nodes: list[Any], firms: Table, coefficients: Array
) -> tuple[Edges, tuple[str, ...]]:
    """The links and a note on what they cannot carry.

    How much of a good a firm buys stands in the table; links say from whom. So they carry what the
    customer's sector needs of the good at most, and what the supplier makes at most.
    """
    buyer, supplier, share = _edges_of_graph(graph, nodes, firms)
    bought = np.bincount(buyer, weights=share, minlength=len(nodes))
    if bought.max(initial=0.0) >= 1.0:
        worst = nodes[int(bought.argmax())]
        raise InputError(
            "supply graph", f"node {worst!r}: shares of its suppliers",
            f"a sum of {bought.max():.3f}", "less than 1 per unit of its output",
        )  # fmt: skip
    sectors = coefficients.shape[0]
    source, user = firms.sector[supplier].astype(np.int64), firms.sector[buyer]
    group = buyer * sectors + source
    total = np.bincount(group, weights=share, minlength=1)[group]
    need = coefficients[source, user]
    cut = share * need / np.where(total > 0, total, 1.0)
    # float32 shares must never add to more than the coefficient they are part of.
    cut = np.nextafter(cut.astype(np.float32), np.float32(0)).astype(np.float64)
    used = np.where(total > need, cut, share)
    made = firms.weight.astype(np.float64) * firms.output
    orders = np.bincount(supplier, weights=used * made[buyer], minlength=len(nodes))
    used *= np.where(orders > made, made / np.where(orders > made, orders, 1.0), 1.0)[supplier]
    edges = build_edges(len(nodes), buyer, supplier, used)
    wanted, kept = float((share * made[buyer]).sum()), float((used * made[buyer]).sum())
    if kept >= wanted * (1.0 - 1e-6):
        return edges, ()
    return edges, (
        f"links of the supply graph carry {kept / wanted:.1%} of their shares: a customer buys no "
        "more of a good than the table says its sector needs and the graph's firms make of it, and "
        "no supplier sells more than it makes",
    )


def _edges_of_graph(graph: Any, nodes: list[Any], firms: Table) -> tuple[Array, Array, Array]:
    """Rows of customer and supplier of every link, and its share of the customer's output."""
    place = {node: row for row, node in enumerate(nodes)}
    made = firms.weight.astype(np.float64) * firms.output
    plain = graph.graph.get("edge_default", {})
    meaning = graph.graph.get("weight")
    if meaning not in (None, *WEIGHTS):
        raise InputError("supply graph", "graph.graph['weight']", meaning, ", ".join(WEIGHTS))
    buyer, supplier, shares = [], [], []
    for one, other, given in graph.edges(data=True):
        where = f"edge {one!r} -> {other!r}"
        if one == other:
            raise InputError("supply graph", where, "a loop", "two nodes")
        attributes = plain | given
        kind = next((k for k in ("share", "flow") if attributes.get(k) is not None), None)
        key = kind
        if kind is None and attributes.get("weight") is not None:
            kind, key = meaning, "weight"
            if kind is None:
                raise InputError(
                    "supply graph", f"{where}: weight", attributes["weight"],
                    "share (bought per unit of the customer's output) or flow (10k CNY a month); "
                    f"or graph.graph['weight'] says what a weight is: {', '.join(WEIGHTS)}",
                )  # fmt: skip
        amount = 0.0
        if key is not None and kind != "none":
            amount = _number(attributes[key], f"{where}: {key}")
        pairs = [(one, other)] if graph.is_directed() else [(one, other), (other, one)]
        for seller, customer in pairs:
            row = place[customer]
            if kind == "flow" and amount > 0 and made[row] <= 0:
                raise InputError("supply graph", f"{where}: {key}", amount, "0 without output")
            supplier.append(place[seller])
            buyer.append(row)
            shares.append(amount / made[row] if kind == "flow" and amount > 0 else amount)
    return (
        np.array(buyer, dtype=np.int64), np.array(supplier, dtype=np.int64), np.array(shares),
    )  # fmt: skip


def _plain(firms: Table, economy: Economy, output: Array, employees: Array | None = None) -> None:
    """Average firms of given output: everything that a user's graph or table does not say."""
    write = firms.writable
    sector = firms.sector
    people = output * 12.0 / PLAIN_PRODUCTIVITY if employees is None else employees
    write("uid")[:] = np.arange(firms.rows) + 12
    if employees is None:
        write("tier")[:] = 1
    write("weight")[:] = 1.0
    write("alive")[:] = 1
    write("founded")[:] = -120
    for name in ("output", "demand", "expected_demand"):
        write(name)[:] = output
    skilled = economy.skilled_share[sector]
    write("skilled")[:], write("unskilled")[:] = people * skilled, people * (1.0 - skilled)
    # Of a firm without people or output nothing is known of what people make there.
    productivity = np.where(
        (people > 0) & (output > 0), 12.0 * output / np.maximum(people, 1e-9), PLAIN_PRODUCTIVITY
    )
    write("productivity")[:], write("efficiency")[:] = productivity, productivity
    write("capital")[:] = 1.2 * economy.capital_output_ratio[sector] * 12.0 * output
    write("cash")[:], write("wage_premium")[:] = output, 1.0
    write("capability")[:], write("payback_limit")[:] = 0.5, 2.5
    write("belief")[:] = 1.0
    bought = (economy.coefficients.sum(axis=0) + economy.imported_share)[sector]
    write("unit_cost")[:] = bought + economy.labour_share[sector]
    write("share")[:] = shares_of(output, firms.weight.astype(np.float64), sector)


def _assemble(
    firms: Table, edges: Any, economy: Economy, demand: Array, data: ProvinceData, scale: float,
    seed: int, labels: tuple[Any, ...] | None,
) -> Population:  # fmt: skip
    return Population(
        firms=firms,
        providers=make_providers(data, scale, seed),
        cities=make_cities(data, firms),
        edges=edges,
        final_demand=demand,
        applicable=np.full(len(economy.codes), 0xFF, dtype=np.uint8),
        labels=labels,
    )
