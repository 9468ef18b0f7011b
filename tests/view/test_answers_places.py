"""Answers about firms, cities and the network, from real runs; what cannot be asked is refused."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Any

import networkx as nx
import numpy as np
import pytest
import solara

from sim.core.edges import Edges
from sim.core.errors import InputError
from sim.view.answers import network, story, watched
from sim.view.choice import Plan
from sim.view.echarts import ChartWidget
from sim.view.live import Answer
from sim.view.panels import ego as ego_panel
from sim.view.panels import network as panel
from sim.view.panels import story as story_panel
from sim.view.panels.told import story_html
from sim.view.questions import Question, answer
from sim.world.tables import TECHNOLOGIES
from tests.view import fakes

PLAN = Plan(settings=(("time.end", "2014-09"),))
BASE = Plan("no_programme", (("time.end", "2014-09"),))
LARGEST_ANSWER = 400_000
"""Bytes."""


@pytest.fixture(autouse=True)
def small() -> Iterator[None]:
    """Runs of questions at the smallest scale."""
    patch = pytest.MonkeyPatch()
    patch.setattr(watched, "SCALE", 0.01)
    yield
    patch.undo()


def ask(kind: str, plan: Plan = PLAN, lang: str = "en", **arguments: Any) -> Any:
    made = answer(Question(kind, plan, 0, lang, tuple(sorted(arguments.items()))))
    assert len(pickle.dumps(made)) < LARGEST_ANSWER
    return made


def test_clusters_have_places_series_and_firms() -> None:
    told = ask("clusters")
    assert told["moments"] == ["2011-12", "2012-12", "2013-12", "2014-09"]
    assert len(told["nodes"]) == 220
    assert len({(node["x"], node["y"]) for node in told["nodes"]}) == 220
    assert all(0 <= node["x"] <= 1000 and 0 <= node["y"] <= 1000 for node in told["nodes"])
    assert len(told["links"]) == network.LINKS
    assert 0.2 < told["share"] < 1.0
    run = watched.watched(Question("clusters", PLAN))
    firms = run.province.tables["clusters"].firms
    assert sum(node["firms"][-1] for node in told["nodes"]) == pytest.approx(firms.sum(), rel=1e-3)
    assert all((node["use"][-1] is None) == (node["firms"][-1] == 0) for node in told["nodes"])


def test_the_layout_is_the_same_every_time() -> None:
    first = network.picture()
    network.picture.cache_clear()
    assert network.picture() == first


def test_a_cluster_is_drawn_at_its_moment_and_clicked_by_its_number() -> None:
    told = ask("clusters")
    assert [panel.moment_of(told["moments"], "month", month) for month in
            ("2012-05", "2012-12", "2014-08", "2014-09", "")] == [0, 1, 2, 3, 0]  # fmt: skip
    for colour in (panel.CITY, "erp"):
        option = panel.clusters_option(told, colour, "en")
        assert ("visualMap" in option) == (colour != panel.CITY)
        first, last = (panel.clusters_patch(told, colour, at, "zh") for at in (0, 3))
        assert first != last
        data = last["series"][0]["data"]
        assert [int(one["id"]) for one in data] == list(range(220))
        assert max(one["symbolSize"] for one in data) <= panel.LARGEST + 3
    opened: list[int] = []
    panel._clicked({"id": "17"}, opened.append)
    panel._clicked({"id": "", "name": "a > b"}, opened.append)
    assert opened == [17]
    frame = panel.clusters_frame(told, "erp", 3, "en")
    assert frame.iloc[:, 1].is_monotonic_decreasing


def test_neighbours_are_two_levels_of_the_heaviest_links() -> None:
    """0 buys of 1 (heavy) and 2, 1 buys of 3, 4 buys of 0, and 3 buys of 4: no firm twice."""
    links = [(1, 0, 0.9), (2, 0, 0.1), (3, 1, 1.0), (0, 4, 0.5), (4, 3, 0.2)]
    sides: list[Any] = []
    for mine, other in ((1, 0), (0, 1)):
        order = sorted(links, key=lambda link, mine=mine: link[mine])
        counts = np.bincount([link[mine] for link in order], minlength=5)
        sides += [np.concatenate([[0], np.cumsum(counts)]).astype(np.uint32),
                  np.array([link[other] for link in order], dtype=np.uint32),
                  np.array([link[2] for link in order], dtype=np.float32)]  # fmt: skip
    levels, found = network.neighbours(Edges(*sides), 0)
    assert levels == {0: 0, 1: -1, 2: -1, 3: -2, 4: 1}
    assert {(a, b) for a, b, _ in found} == {(a, b) for a, b, _ in links}


def test_an_ego_network_is_bounded_and_of_the_supply_graph() -> None:
    told = ask("clusters")
    biggest = max(
        (one for node in told["nodes"] for one in node["biggest"]), key=lambda one: one[2]
    )
    found = ask("ego", firm=biggest[0])
    near, far = network.NEAR, network.FAR
    assert 1 < len(found["nodes"]) <= 1 + 2 * near * (1 + far)
    centre = next(node for node in found["nodes"] if node["level"] == 0)
    assert centre["firm"] == biggest[0]
    assert centre["people_first"] == pytest.approx(biggest[2])
    run = watched.watched(Question("ego", PLAN))
    graph = run.province.supply.graph
    rows = {int(uid): row for row, uid in enumerate(run.uid)}
    for supplier, customer, weight in found["links"]:
        assert graph[rows[supplier]][rows[customer]]["weight"] == pytest.approx(weight, abs=1e-4)
    shown = {node["firm"] for node in found["nodes"]}
    assert {one for link in found["links"] for one in link[:2]} <= shown
    linked: Any = nx.Graph([link[:2] for link in found["links"]])
    assert nx.is_connected(linked)
    frame = ego_panel.ego_frame(found, "zh")
    assert len(frame) == len(shown)
    option = ego_panel.ego_option(found, "erp", "end", "zh")
    kinds = {int(one["id"]): one["category"] for one in option["series"][0]["data"]}
    assert kinds[centre["firm"]] == (
        2 if centre["closed"] else int("erp" not in centre["use_last"])
    )


def test_every_firm_that_is_offered_opens() -> None:
    """Also where its place is another firm's by the end: a third of them after three years."""
    offered = [one for node in ask("clusters")["nodes"] for one in node["biggest"]]
    run = watched.watched(Question("clusters", PLAN))
    end = dict(zip(run.uid.tolist(), run.province.tables["firms"].uid.tolist(), strict=True))
    assert sum(end[uid] != uid for uid, _, _ in offered) > 20
    shown: set[int] = set()
    for uid, tier, people in offered:
        found = ask("ego", firm=uid)
        centre = next(node for node in found["nodes"] if node["level"] == 0)
        assert (found["firm"], centre["firm"], centre["tier"]) == (uid, uid, tier)
        assert centre["people_first"] == pytest.approx(people)
        assert centre["closed"] or end[uid] == uid
        shown |= {node["firm"] for node in found["nodes"]}
    for uid in shown:  # a click on a neighbour makes it the centre
        assert ask("ego", firm=uid)["firm"] == uid


def test_a_firm_whose_place_is_anothers_has_its_story() -> None:
    run = watched.watched(Question("clusters", PLAN))
    firms = run.province.tables["firms"]
    row = int(np.flatnonzero((firms.uid != run.uid) & (firms.alive == 1))[0])
    for uid in (int(run.uid[row]), int(firms.uid[row])):  # who was there, and who is there now
        told = ask("firm", firm=uid)
        assert told["firm"] == uid
        assert told["months"]


@pytest.mark.parametrize("kind", ["ego", "firm"])
@pytest.mark.parametrize("given", [-1, 10**12, 2**32 - 1, 1.5, "12", True])
def test_what_is_no_firm_is_refused(kind: str, given: Any) -> None:
    with pytest.raises(InputError, match="firm"):
        ask(kind, firm=given)


def test_a_question_without_its_firm_is_refused() -> None:
    with pytest.raises(InputError, match="firm"):
        ask("ego")


@pytest.mark.parametrize("given", ["Atlantis", "", "x" * 10_000, 3])
def test_what_is_no_city_is_refused(given: Any) -> None:
    with pytest.raises(InputError, match="city"):
        ask("city", city=given)


def test_a_firm_is_told_in_the_plan_and_in_the_baseline() -> None:
    found = ask("firms")
    assert found["examples"]
    uid = found["examples"][0]["firm"]
    told, other = ask("firm", firm=uid), ask("firm", BASE, firm=uid)
    assert told["firm"] == uid
    assert str(uid) in told["title"]
    assert told["html"].startswith("<!doctype html>")
    assert len(told["months"]) == len(told["states"]["erp"]) == len(told["figures"]["employees"])
    before = told["months"].index("2013-12")
    assert told["figures"]["employees"][:before] == other["figures"]["employees"][:before]
    for lang in ("zh", "en"):
        assert story_panel.against(told, other, lang)
        strip = story_panel.strip_option(told, lang)
        rows = [code for code in TECHNOLOGIES if set(told["states"][code]) != {"not_applicable"}]
        assert len(strip["series"][0]["data"]) == len(rows) * len(told["months"])
        legend = story_panel.legend_html(told)
        assert legend.count("<span") == len(story_panel.states_of(told)) > 1
    both = story_panel.both_option(told, other, "employees", "en")
    assert [len(one["data"]) for one in both["series"]] == [len(told["months"])] * 2


def test_a_story_repeats_with_the_settings_it_ran_with() -> None:
    rate = "instruments.equipment_subsidy.rate"
    plan = Plan(settings=((rate, 0.3), ("time.end", "2014-09")))
    uid = ask("firms", plan)["lowest"]
    page = ask("firm", plan, firm=uid)["html"]
    assert f"lianghua story firm {uid} document_2014 --scale 0.01 --seed 1 --until 2014-09" in page
    assert f"--set {rate}=0.3" in page
    assert page.count("--set") == 1


def test_a_city_has_its_counties_and_money() -> None:
    told = ask("city", lang="zh", city="绍兴")
    assert told["city"] == "Shaoxing"
    places = [row["rank_last"] for row in told["counties"] if row["rank_last"]]
    assert places == sorted(places)
    assert min(places) >= 1
    assert max(places) <= told["ranked"] <= 89
    assert len(told["figures"]["rank"]) == len(told["months"]) == 33
    assert all(row["money"] > 0 for row in told["received"])
    everywhere = [ask("city", city=city)["received"]
                  for city in ("Hangzhou", "Ningbo", "Wenzhou", "Shaoxing")]  # fmt: skip
    assert any(everywhere)


def test_a_city_without_a_programme_receives_nothing() -> None:
    assert ask("city", BASE, city="Hangzhou")["received"] == []


def test_ranks_give_equals_the_better_place() -> None:
    assert story.ranks(np.array([0.2, np.nan, 0.5, 0.2, 0.1])) == [2, None, 1, 2, 4]


@pytest.mark.parametrize(
    ("typed", "found"),
    [(" 12 ", 12), ("-1", None), ("1e9", None), ("", None), ("१२", None), ("9" * 11, None)],
)
def test_a_typed_id_is_digits(typed: str, found: int | None) -> None:
    assert story_panel.typed_id(typed) == found


def test_a_story_in_the_page_is_text_and_never_markup() -> None:
    parts = [{"title": "<b>t</b>", "lines": [(1, "<script>x</script>")]}]
    made = story_html(parts)
    assert "<script>" not in made
    assert "<b>" not in made
    assert "<details open>" in made
    assert "<details open>" not in story_html(parts, 0)


def test_the_page_shows_strip_legend_and_text() -> None:
    told = ask("firm", firm=ask("firms")["lowest"])
    element = story_panel.One(fakes.view(members=0), Answer(told), "plan")
    _, context = solara.render(element, handle_error=False)
    try:
        written = [one.unsafe_innerHTML or "" for one in context.find(solara.widgets.HTML).widgets]
        assert story_panel.legend_html(told) in written
        assert story_html(told["parts"]) in written
        assert [one.name for one in context.find(ChartWidget).widgets] == ["strip-plan"]
    finally:
        context.close()
