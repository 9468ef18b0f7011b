"""Mesa's tools on the model: data collector, batch run, browser view."""

from __future__ import annotations

import inspect
import itertools
import multiprocessing
from importlib.util import find_spec
from typing import Any

import mesa
import numpy as np
import pytest

from sim.facade import ColumnModel, RowAgent
from tests.facade.small_model import (
    LABELS,
    PayingFirm,
    PayingProvince,
    PlainFirm,
    PlainModel,
    SmallProvince,
    ids,
    make_firms,
)


def test_data_collector(model: PayingProvince) -> None:
    plain = PlainModel(model.agents_by_type[PayingFirm])
    reporters = {
        "cash": "cash",
        "twice": lambda firm: 2 * firm.cash,
        "barrier": "barrier",
        "more": [lambda firm, by: firm.skilled + by, [3]],
    }
    frames = []
    for province, view in ((model, PayingFirm), (plain, PlainFirm)):
        collector = mesa.DataCollector(
            {"mean": lambda m, view=view: m.agents_by_type[view].agg("cash", np.mean)},
            agenttype_reporters={view: reporters},
        )
        collector.collect(province)
        for agent in province.agents_by_type[view]:
            agent.cash += 1
        province.time = 1.0
        collector.collect(province)
        frames.append(
            (collector.get_model_vars_dataframe(), collector.get_agenttype_vars_dataframe(view))
        )
    (mine, mine_agents), (theirs, their_agents) = frames
    assert mine["mean"].tolist() == pytest.approx(theirs["mean"].tolist())
    assert mine_agents.index.equals(their_agents.index)
    for name in ("cash", "twice", "more"):
        assert mine_agents[name].tolist() == pytest.approx(their_agents[name].tolist(), rel=1e-6)
    assert mine_agents["barrier"].map(list).tolist() == their_agents["barrier"].map(list).tolist()


def test_agent_reporters_see_every_agent(model: PayingProvince) -> None:
    collector = mesa.DataCollector(
        agent_reporters={"id": "unique_id", "cash": lambda agent: getattr(agent, "cash", None)},
        agenttype_reporters={RowAgent: {"row": "row"}},
        tables={"closed": ["uid"]},
    )
    collector.collect(model)
    frame = collector.get_agent_vars_dataframe()
    assert frame.index.get_level_values("AgentID").tolist() == ids(model.agents)
    assert frame["cash"].notna().sum() == 10
    assert len(collector.get_agenttype_vars_dataframe(RowAgent)) == 15
    missing = mesa.DataCollector(agent_reporters={"cash": "cash"})
    with pytest.raises(AttributeError, match="City has no attribute 'cash'"):
        missing.collect(model)


@pytest.fixture
def start_method() -> Any:
    """`batch_run` sets the way processes start for good; put it back."""
    before = multiprocessing.get_start_method(allow_none=True)
    yield
    multiprocessing.set_start_method(before, force=True)


@pytest.mark.usefixtures("start_method")
def test_batch_run() -> None:
    rows = mesa.batch_run(
        SmallProvince,
        parameters={"firms": [6, 9], "gain": [1.0, 2.0]},
        rng=[1, 2],
        max_steps=10,
        data_collection_period=1,
        display_progress=False,
    )
    runs = {(r["firms"], r["gain"], r["rng"]) for r in rows}
    assert runs == set(itertools.product([6, 9], [1.0, 2.0], [1, 2]))
    assert {row["Step"] for row in rows} == {1, 2, 3}  # the model ends itself
    for row in rows:
        assert row["Firms"] == row["firms"] - 1
        start = make_firms(row["firms"])
        cash = start.cash[start.alive == 1].sum() + row["gain"] * row["Step"] * row["Firms"]
        assert row["Cash"] == pytest.approx(cash, rel=1e-5)
    assert {row["name"] for row in rows if "name" in row} == set(LABELS.cities)


def test_what_the_browser_view_asks_of_a_model() -> None:
    """SolaraViz remakes the model from keywords, steps it, and plots the collected frame."""
    parameters = inspect.signature(SmallProvince).parameters
    assert "seed" not in inspect.signature(ColumnModel).parameters
    assert all(p.kind is not inspect.Parameter.VAR_POSITIONAL for p in parameters.values())
    model = type(SmallProvince())(firms=5, rng=3)
    assert (model.scenario.model, model.scenario.rng) == (model, 3)
    model.step()
    frame = model.datacollector.get_model_vars_dataframe()
    assert frame.columns.tolist() == ["Cash", "Firms"]
    assert (model.running, model.time, model.rng is not None) == (True, 1, True)
    if find_spec("solara") is None:  # Mesa's components cannot be imported without it
        return
    import solara
    from mesa.visualization import Slider, SolaraViz, make_plot_component

    page = SolaraViz(
        model,
        components=[make_plot_component("Cash"), make_plot_component(["Firms"])],
        model_params={"firms": Slider("Firms", 5, 4, 9, 1), "gain": 1.0},
    )
    _, context = solara.render(page, handle_error=False)
    context.close()
