"""Whatever the public constructors are given, a month is run or an InputError says why not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import networkx as nx
import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.core.errors import InputError
from sim.model import Province
from sim.world.economy import Economy

SIZE = 3
EXAMPLES = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
HUGE = 10**400

odd = st.one_of(
    st.floats(), st.integers(), st.text(max_size=3), st.none(), st.booleans(),
    st.sampled_from([HUGE, -HUGE, 1j, np.float32(0.3), np.int64(2), [], {}, ("a", "b"), np.ones(2)]),
)  # fmt: skip


def row(plain: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(plain, min_size=SIZE, max_size=SIZE)


def spoilt(plain: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A row with an odd value in it, of another length, or no row at all."""
    changed = st.builds(
        lambda have, x, k: [*have[:k], x, *have[k + 1 :]], row(plain), odd, st.integers(0, SIZE - 1)
    )
    return st.one_of(changed, st.lists(plain, max_size=SIZE + 1), odd)


def mostly_good(
    good: dict[str, st.SearchStrategy[Any]], bad: dict[str, st.SearchStrategy[Any]]
) -> st.SearchStrategy[dict[str, Any]]:
    """Some of the good keywords; in every other example one that may be bad."""
    one_bad = st.one_of([value.map(lambda x, key=key: {key: x}) for key, value in bad.items()])
    return st.builds(
        lambda some, wrong: some | wrong,
        st.fixed_dictionaries({}, optional=good), st.one_of(st.just({}), one_bad),
    )  # fmt: skip


SHARE = st.floats(0.0, 1.0)
FIELDS = {
    "imported_share": st.floats(0.0, 0.1),
    "labour_share": SHARE,
    "energy_share": SHARE,
    "export_share": st.floats(0.0, 0.5),
    "service_share": st.floats(0.0, 0.5),
    "capital_output_ratio": st.floats(0.01, 100.0),
    "skilled_share": SHARE,
    "production_worker_share": SHARE,
    "robot_density_multiple": st.floats(0.0, 1000.0),
    "names_zh": st.text("农业", min_size=1, max_size=3),
}
TABLE = row(row(st.floats(0.0, 0.3)))
DEMAND = st.one_of(
    row(st.floats(0.0, 1e6)), row(st.floats(-10.0, 1e3)), row(st.sampled_from([0.0, 1e-300, 1e11]))
)
TABLES = mostly_good(
    {name: row(plain) for name, plain in FIELDS.items()}
    | {"coefficients": TABLE, "final_demand": DEMAND, "codes": st.just(["TEX", "农业", "A b"])},
    {name: spoilt(plain) for name, plain in FIELDS.items()}
    | {
        "coefficients": st.one_of(
            spoilt(st.just([0.1] * SIZE)), row(spoilt(SHARE)), row(row(SHARE))
        ),
        "final_demand": spoilt(st.floats(-1e6, 1e300)),
        "codes": st.one_of(st.lists(st.text(max_size=3), max_size=SIZE + 1), odd),
        "unheard_of": odd,
    },
)


def made(build: Callable[..., Any], given_here: dict[str, Any]) -> Any:
    """What is built, or None where an error of one line says what cannot be used."""
    try:
        return build(**given_here)
    except InputError as error:
        message = str(error)
    assert len(message.splitlines()) == 1
    return None


def runs_a_month(**given_here: Any) -> None:
    """Run a month of finite figures, or be told what cannot be used."""
    province = made(Province, {"scenario": "no_programme"} | given_here)
    if province is None:
        return
    province.step()
    for table in province.tables.values():
        for column in table:
            assert np.isfinite(np.asarray(table[column], dtype=float)).all(), column


@EXAMPLES
@given(TABLES)
def test_any_table_gives_a_month_or_an_input_error(fields: dict[str, Any]) -> None:
    plain = {
        "codes": "ABC",
        "coefficients": np.full((SIZE, SIZE), 0.1),
        "final_demand": [9.0] * SIZE,
    }
    economy = made(Economy.from_table, plain | fields)
    if economy is not None:
        runs_a_month(economy=economy)


ATTRIBUTES = {
    "sector": st.sampled_from(["A", "B", "C"]),
    "city": st.sampled_from(["Hangzhou", "宁波市"]),
    "tier": st.sampled_from(["backbone", "micro"]),
    "employees": st.one_of(
        st.floats(0.0, 1e7), st.integers(0, 10), st.sampled_from([1e-300, 1e-30])
    ),
    "output": st.one_of(
        st.floats(1e3, 1e12), st.floats(0.0, 1e4), st.sampled_from([1e-300, 1e-30])
    ),
    "alive": st.booleans(),
    "weight": st.floats(0.0, 1e4),
    "threshold": st.floats(0.0, 10.0),
    "adopted": st.just(["erp", "cloud"]),
    "aware": st.just(("automation",)),
}
PLACE = {name: ATTRIBUTES.pop(name) for name in ("sector", "city")}
NODE = st.fixed_dictionaries(PLACE, optional=ATTRIBUTES)
ODD_NODE = st.builds(lambda key, x: {key: x}, st.sampled_from(sorted({**PLACE, **ATTRIBUTES})), odd)
EDGE = st.tuples(
    st.integers(0, 4),
    st.integers(0, 4),
    st.fixed_dictionaries(
        {}, optional={"share": st.floats(0.0, 0.2), "flow": st.floats(0.0, 50.0)}
    ),
)
ODD_EDGE = st.tuples(
    st.integers(0, 1), st.integers(0, 1),
    st.builds(lambda key, x: {key: x}, st.sampled_from(["share", "flow", "weight"]), odd),
)  # fmt: skip


@EXAMPLES
@given(
    nodes=st.lists(NODE, max_size=5), edges=st.lists(EDGE, max_size=6),
    wrong=st.one_of(st.just(()), st.just(()), st.lists(ODD_NODE, max_size=1)),
    odd_edge=st.one_of(st.just(()), st.just(()), st.lists(ODD_EDGE, max_size=1)),
    kind=st.sampled_from([nx.DiGraph] * 8 + [nx.Graph, nx.MultiGraph]),
)  # fmt: skip
def test_any_graph_gives_a_month_or_an_input_error(
    nodes: Any, edges: Any, wrong: Any, odd_edge: Any, kind: Any
) -> None:
    graph = kind()
    graph.add_nodes_from(enumerate([*nodes, *wrong]))
    used = [edge for edge in edges if edge[0] != edge[1]]
    graph.add_edges_from(one for one in (*used, *odd_edge) if max(one[:2]) < len(graph))
    economy = Economy.from_table("ABC", np.full((SIZE, SIZE), 0.1), [100.0, 200.0, 300.0])
    runs_a_month(supply_graph=graph, economy=economy)


SHOCK = {"start": "2012-01", "end": "2012-03", "factor": 0.5, "sectors": ("B",)}
KEYWORDS = mostly_good(
    {
        "scale": st.floats(0.01, 25.0),
        "check": st.booleans(),
        "adoption__reviews_per_year": st.floats(0.1, 1200.0),
        "exogenous__demand_shocks": st.just([SHOCK]),
        "technologies": st.just(("erp",)),
        "population__seed": st.integers(0, 1000).map(np.int64),
        "parameters": st.sampled_from(["central", "posterior"]),
    },
    {
        "scale": odd,
        "check": odd,
        "economy": odd,
        "supply_graph": odd,
        "scenario": odd,
        "parameters": odd,
        "adoption__reviews_per_year": odd,
        "exogenous__demand_shocks": st.one_of(
            st.lists(odd, max_size=1),
            st.builds(lambda key, x: [SHOCK | {key: x}], st.sampled_from(sorted(SHOCK)), odd), odd,
        ),
        "time__end": odd,
        "population": odd,
        "technologies": odd,
        "a____b": odd,
    },
)  # fmt: skip


@EXAMPLES
@given(KEYWORDS)
def test_any_keywords_give_a_month_or_an_input_error(keywords: dict[str, Any]) -> None:
    economy = Economy.from_table("ABC", np.full((SIZE, SIZE), 0.1), [100.0, 200.0, 300.0])
    runs_a_month(**{"economy": economy} | keywords)
