"""Main figures, adoption, obstacles, work: what they say, and that they can be drawn."""

from __future__ import annotations

import dataclasses

import pytest
import solara

from sim.view.panels import adoption, barriers, headline, shared, work
from sim.view.snapshot import Snapshot
from sim.world.tables import TECHNOLOGIES
from tests.view.fakes import snapshot, view

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def eight() -> Snapshot:
    """Eight runs of each, one saved plan."""
    return snapshot("en")


@pytest.mark.parametrize(
    ("output", "verdict"),
    [("adoption_erp", "more"), ("employees", "less"), ("two_integration_index", "uncertain")],
)
def test_a_card_says_more_less_or_cannot_be_told(
    eight: Snapshot, output: str, verdict: str
) -> None:
    """By whether the 95 % interval holds zero."""
    assert headline.figure(eight, output).verdict == verdict


def test_a_card_holds_value_difference_interval_and_runs(eight: Snapshot) -> None:
    """And changes when the numbers do."""
    card = headline.card_words(headline.figure(eight, "employees"), "en")
    words = {kind: said for kind, said, _ in card}
    assert words["difference"].startswith("▼ −")
    assert "8 runs" in words["interval"]
    other = headline.card_words(headline.figure(snapshot("en", shift=0.3), "employees"), "en")
    assert other != headline.card_words(headline.figure(eight, "employees"), "en")


@pytest.mark.parametrize("members", [1, 2, 7])
def test_nothing_is_said_before_eight_pairs(members: int) -> None:
    """Nor marked, nor given an interval: two runs would say it one way and eight another."""
    few, enough = snapshot("en", members=members), snapshot("en", members=8)
    for output in headline.OUTPUTS:
        one = headline.figure(few, output)
        card = headline.card_words(one, "en")
        assert one.verdict == "few"
        assert card[-1][1] == f"no verdict yet: {members} of 8 pairs"
        assert not any(mark in words for mark in "▲▼≈" for _, words, _ in card)
        assert headline.figure(enough, output).verdict != "few"
    assert not any(mark in adoption.short(few, "adoption_erp", "province", None) for mark in "▲▼≈")


def test_the_month_looked_at_is_the_one_that_counts() -> None:
    """Before the programme nothing differs."""
    early = snapshot("en", month="2013-01")
    one = headline.figure(early, "employees")
    assert (one.verdict, one.difference) == ("same", 0.0)


def test_plain_words_name_gains_losses_and_what_is_unclear(eight: Snapshot) -> None:
    """Fewer jobs are said as plainly as more machines."""
    said = headline.plainly(eight)
    assert "employees −" in said
    assert "adoption of machines for labour +" in said
    assert said.endswith("Not to be told from nothing: two-integration index.")
    assert "2017年12月" in headline.plainly(snapshot("zh"))


def test_plain_words_when_there_is_little_to_say(eight: Snapshot) -> None:
    """One run; the baseline itself; nothing that can be told."""
    for members in (1, 2, 7):
        assert f"{members} of 8 pairs" in headline.plainly(snapshot("en", members=members))
    itself = dataclasses.replace(eight, current=eight.baseline)
    assert "baseline itself" in headline.plainly(itself)
    assert "cannot tell" in headline.plainly(snapshot("en", month="2014-05"))


def test_adoption_by_size_reads_the_tiers(eight: Snapshot) -> None:
    """Eight technologies; micro firms are the tier table's last row."""
    frame = adoption.technologies_frame(eight, "adoption", adoption.WHOLE)
    assert len(frame) == len(TECHNOLOGIES)
    micro = adoption.figures(eight, "adoption_erp", **adoption.place_of("micro"))
    expected = eight.level(eight.current, "adoption_erp", "tiers").mean[-1, 3]  # type: ignore[arg-type]
    assert micro[0] == pytest.approx(100.0 * expected, rel=1e-5)
    assert "▲ +" in adoption.short(eight, "adoption_erp", "province", None)


def test_obstacles_stack_and_their_differences_do_not(eight: Snapshot) -> None:
    """Shares are of a whole; a difference can be negative."""
    series = barriers.barriers_option(eight)["series"]
    stacked = [one for one in series if one.get("stack") == "all"]
    assert [one["id"] for one in stacked] == list(barriers.NAMES)
    other = barriers.barriers_option(eight, "difference")
    assert not [one for one in other["series"] if one.get("stack")]
    assert [one for one in other["series"] if one["id"] == "zero"]


def test_the_sentence_names_the_largest_obstacle(eight: Snapshot) -> None:
    """That of the month looked at and of the size chosen, with how it has moved."""
    for size in (barriers.WHOLE, "micro"):
        now = barriers.shares(eight, "plan", size)[eight.place]
        name = barriers.word(barriers.NAMES[int(now.argmax())], "en")
        assert f"“{name}”, {now.max():.1f} %" in barriers.largest(eight, size)
    assert "over 12 months" in barriers.largest(eight)
    assert "over 3 months" in barriers.largest(snapshot("en", month="2012-04"))


def test_cities_table_has_every_city_with_differences(eight: Snapshot) -> None:
    """Eleven cities, plan and difference of five outputs."""
    assert work.cities_frame(eight).shape == (11, 11)


def test_a_table_is_escaped_and_carries_its_caption(eight: Snapshot) -> None:
    """A title from a saved plan cannot become markup; spreadsheets get the mark of UTF-8."""
    frame = barriers.barriers_frame(eight, "plan", barriers.WHOLE)
    frame = frame.rename(columns={frame.columns[1]: "<script>"})
    made = shared.table_html(frame, "A & <b>")
    assert "<caption>A &amp; &lt;b&gt;</caption>" in made
    assert "<script>" not in made
    assert shared.csv_bytes(frame).startswith(b"\xef\xbb\xbf")
    assert shared.filename("ERP应用率, 2017-12") == "ERP应用率_2017_12.csv"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("members", [0, 1, 6])
def test_panels_draw_themselves(lang: str, members: int) -> None:
    """Also while there is nothing to show, and with a single run."""
    seen = view(lang, members=members)
    for part in (headline.Headline, adoption.Panel, barriers.Panel, work.Panel):
        _, context = solara.render(part(seen), handle_error=False)
        context.close()


def test_a_small_chart_opens_large_and_goes_back() -> None:
    """By its name; the way back is a button."""
    _, context = solara.render(adoption.Panel(view("en")), handle_error=False)
    try:
        # A click on the name rises to the card, as any click on it does.
        assert "enlarge-erp" in _handles(context)
        _handles(context)["small-erp"].fire_event("click", {})
        assert "adoption-back" in _handles(context)
        assert "shown-adoption_erp-difference" in _handles(context)
        _handles(context)["adoption-back"].fire_event("click", {})
        assert "enlarge-erp" in _handles(context)
    finally:
        context.close()


def test_an_explanation_can_be_closed_with_its_page() -> None:
    """No trait hides a method of widgets, or they would stay behind when a page is left."""
    assert callable(shared.ExplainWidget.close)


def test_a_table_opens_on_demand() -> None:
    """Closed it is not made at all."""
    made = []

    def frame():  # type: ignore[no-untyped-def]
        made.append(1)
        return work.cities_frame(seen.snapshot)

    seen = view("en")
    _, context = solara.render(shared.Table(frame, "Cities", seen, "cities"), handle_error=False)
    try:
        assert not made
        _handles(context)["table-cities"].fire_event("click", {})
        assert made
        assert _handles(context)["table-cities"].attributes["aria-expanded"] == "true"
    finally:
        context.close()


def _handles(context):  # type: ignore[no-untyped-def]
    """Widgets by their `data-testid`."""
    found, waiting = {}, [context.widget if hasattr(context, "widget") else context.container]
    while waiting:
        one = waiting.pop()
        if not hasattr(one, "children"):
            continue
        name = (getattr(one, "attributes", None) or {}).get("data-testid")
        if name:
            found[name] = one
        waiting.extend(child for child in one.children or [] if not isinstance(child, str))
    return found
