"""Stories tell what the run did, and telling changes nothing."""

from __future__ import annotations

import math
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from sim.core.errors import InputError
from sim.core.streams import month_key, uniform
from sim.model import Province
from sim.story import FirmStory, city_story, firm_examples, firm_story
from sim.story.city import payments
from sim.story.record import STATES, FirmRecord
from sim.story.words import CHANNELS, EVENTS, WORDS
from sim.story.words import STATES as STATE_WORDS
from sim.world.tables import BARRIERS, TECHNOLOGIES

UNTIL = "2015-12"
SCALE = 0.02


@pytest.fixture(scope="module")
def stories() -> list[FirmStory]:
    """Stories of the firms that the program itself finds worth a look."""
    examples = firm_examples("document_2014", scale=SCALE, until=UNTIL)
    assert {one.why for one in examples} >= {"award_won", "waited", "never_adopted", "shut"}
    return [
        firm_story("document_2014", uid, scale=SCALE, until=UNTIL)
        for uid in sorted({one.uid for one in examples})
    ]


def told(stories: list[FirmStory], kind: str) -> list:
    return [event for story in stories for event in story.events if event.kind == kind]


def test_a_told_run_has_the_bits_of_a_plain_one() -> None:
    plain = Province("document_2014", scale=SCALE, time__end="2015-06")
    watched = Province("document_2014", scale=SCALE, time__end="2015-06")
    record = FirmRecord(watched, 50, int(watched.tables["firms"].uid[50]))
    one, other = plain.run(), watched.run()
    for name, frame in one.frames.items():
        pd.testing.assert_frame_equal(frame, other.frames[name], check_exact=True)
    for name, table in plain.tables.items():
        for column, values in table.arrays().items():
            np.testing.assert_array_equal(values, watched.tables[name][column])
    assert record.events
    assert watched.context.watch.meetings


def test_the_channels_add_up_to_the_hazard_that_is_drawn_on() -> None:
    province = Province(
        "document_2014", scale=SCALE, time__end="2015-12", information__marketing=1.5,
        information__innovation=0.5,
    )  # fmt: skip
    firms, watch = province.tables["firms"], province.context.watch
    heard: list[bool] = []

    def check(phase: str) -> None:
        row = watch.row
        if phase == "calls":
            check.before = int(firms.aware[row])  # type: ignore[attr-defined]
        elif phase == "information":
            key = month_key(province.seed, "awareness", province.clock.month)
            for k in range(len(TECHNOLOGIES)):
                if check.before >> k & 1 or not firms.alive[row]:  # type: ignore[attr-defined]
                    continue
                if not province.world.applicable[firms.sector[row]] >> k & 1:
                    continue
                chance = -math.expm1(-watch.channels[k].sum() / 12.0)
                expected = uniform(key, firms.uid[row], k) < chance
                assert bool(firms.aware[row] >> k & 1) == expected
                heard.append(expected)
            watch.row = (watch.row + 37) % firms.rows

    watch.row = 3
    province.watchers.append(check)
    province.run()
    assert 5 < sum(heard) < len(heard) - 5


def test_a_decision_is_told_with_the_terms_it_was_made_on(stories: list[FirmStory]) -> None:
    decisions = told(stories, "decision")
    assert len(decisions) > 30
    for event in decisions:
        said = event.values
        due = said["cost"] + said["interest"] - said["award"]
        years = due / said["benefit"] if said["benefit"] > 0 else math.inf
        assert said["payback"] == pytest.approx(years)
        assert 0.0 <= said["chance"] <= 1.0
        # A firm that goes ahead or not at even odds stands at its limit.
        assert (said["chance"] > 0.5) == (said["payback"] < said["limit"])
    for story in stories:
        by_month = {(e.month, e.technology): e.values for e in told([story], "decision")}
        orders = told([story], "ordered")
        for order in orders:
            terms = by_month[order.month, order.technology]
            assert terms["result"] == "ordered"
            assert order.values["cost"] == pytest.approx(terms["cost"], rel=1e-6)
            assert order.values["provider"] == terms["provider"]
            paid = sum(order.values[key] for key in ("own", "loan", "lease", "advance"))
            assert paid == pytest.approx(order.values["cost"], rel=1e-5)
            for key in ("loan", "lease"):
                assert order.values[key] == pytest.approx(terms[key], rel=1e-3, abs=0.05)
        assert len([t for t in by_month.values() if t["result"] == "ordered"]) == len(orders)
        months = story.months.set_index("month")
        for (month, code), terms in by_month.items():
            if terms["result"] == "ordered":
                continue
            assert months.loc[month, code] == terms["result"]


def test_the_money_told_is_the_money_received(stories: list[FirmStory]) -> None:
    kinds = ("paid", "pilot", "demonstration", "region")
    for story in stories:
        received = sum(event.values["paid"] for kind in kinds for event in told([story], kind))
        assert received == pytest.approx(story.months["subsidy"].iloc[-1], rel=1e-5, abs=1e-6)
    assert told(stories, "paid")
    assert told(stories, "refused") or told(stories, "offered")


def test_every_project_is_told_from_order_to_end(stories: list[FirmStory]) -> None:
    for story in stories:
        line = [e for e in story.events if e.kind in ("ordered", "started", "accepted", "failed")]
        # Projects of different technologies may run side by side.
        for code in {event.technology for event in line}:
            kinds = [event.kind for event in line if event.technology == code]
            assert kinds[0] == "ordered"
            for before, after in pairwise(kinds):
                assert (
                    after
                    in {
                        "ordered": ("started",),
                        "started": ("accepted", "failed"),
                        "accepted": ("ordered",),
                        "failed": ("ordered",),
                    }[before]
                )
    assert told(stories, "accepted")
    assert max(event.values["waited"] for event in told(stories, "started")) > 0


def test_periods_cover_every_month_once(stories: list[FirmStory]) -> None:
    for story in stories:
        for code in TECHNOLOGIES:
            assert set(story.months[code]) <= set(STATES)
            periods = [one for one in story.periods if one.technology == code]
            months = list(story.months["month"])
            covered = [m for one in periods for m in months if one.start <= m <= one.end]
            expected = [] if (story.months[code] == "not_applicable").all() else months
            assert covered == expected
        assert sum(len(one.reviews) for one in story.periods) == len(told([story], "decision"))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_stories_read_in_both_languages(stories: list[FirmStory], lang: str, tmp_path) -> None:
    for story in stories:
        text = story.text(lang)
        assert str(story.uid) in text.splitlines()[0]
        assert "{" not in text
        assert "None" not in text
        for word in ("not_reviewed", "no_finance", "equipment_subsidy"):
            assert word not in text, "a code instead of a name"
        page = story.html(lang)
        assert "http" not in page.replace("http-equiv", "")
        ElementTree.fromstring(page[page.index("<svg") : page.index("</svg>") + 6])
    files = {path.name for path in stories[0].save(tmp_path / "out", lang)}
    assert files == {
        "story.txt", "story.html", "events.csv", "months.csv", "periods.csv", "manifest.json"
    }  # fmt: skip


def test_both_catalogues_say_the_same_things() -> None:
    for catalogue in (EVENTS, WORDS, CHANNELS, STATE_WORDS):
        assert set(catalogue["en"]) == set(catalogue["zh"])
    for kind, sentence in EVENTS["en"].items():
        holes = {part.split("}")[0] for part in sentence.split("{")[1:]}
        other = {part.split("}")[0] for part in EVENTS["zh"][kind].split("{")[1:]}
        assert other <= holes | {"instrument"}, kind
    assert set(STATES) - set(BARRIERS) == {"in_use", "on_order", "not_reviewed"}


def test_what_cities_received_adds_up_to_what_was_paid() -> None:
    province = Province("document_2014", scale=SCALE, time__end=UNTIL)
    province.context.watch.on = True
    province.run()
    sums = payments(province).groupby("instrument")["money"].sum()
    met = {meeting.instrument for meeting in province.context.watch.meetings}
    grants = {n for n, p in province.policies.items() if p.kind in ("project_grant", "city_fund")}
    assert len(met) > 10
    # Platforms are founded for a city before they visit firms.
    founding = {n for n, p in province.policies.items() if getattr(p, "platforms", 0) > 0}
    assert all(0 < sums[n] < province.context.public[n].paid for n in founding)
    for name in (met | grants) - founding:
        paid = province.context.public[name].paid
        assert sums.get(name, 0.0) == pytest.approx(paid, rel=1e-5), name
    story = city_story("document_2014", "杭州", scale=SCALE, until=UNTIL)
    assert story.city == "Hangzhou"
    here = payments(province)
    here = here[here["city"] == 0]
    assert story.received["money"].sum() == pytest.approx(here["money"].sum())
    cities = province.tables["cities"]
    last = story.months.iloc[-1]
    assert last["effort"] == cities.effort[0]
    assert last["rank"] == cities.rank[0] > 0
    assert last["fund_promised"] <= last["fund"] * (1 + 1e-9)
    assert story.winners["money"].is_monotonic_decreasing
    for lang in ("en", "zh"):
        assert "{" not in story.text(lang)
        assert "<svg" not in story.html(lang)


def test_a_firm_founded_in_the_run_has_a_story_of_its_own() -> None:
    province = Province("document_2014", scale=SCALE, time__end="2013-12")
    before, stride = province.tables["firms"].uid.copy(), province.world.uid_stride
    province.run()
    after = province.tables["firms"].uid
    row = int(np.flatnonzero(after != before)[0])
    story = firm_story("document_2014", int(after[row]), scale=SCALE, until="2013-12")
    assert story.uid == int(before[row]) + stride
    assert story.events[0].kind == "founded"
    old = firm_story("document_2014", int(before[row]), scale=SCALE, until="2013-12")
    assert old.events[-1].kind == "closed"
    assert old.months["month"].iloc[-1] == old.events[-1].month
    assert old.months["month"].iloc[-1] <= story.months["month"].iloc[0]


@pytest.mark.parametrize("uid", [-1, 3, 10**9])
def test_an_unknown_firm_is_refused_with_examples(uid: int) -> None:
    with pytest.raises(InputError, match=r"12 to 1002 at scale 0\.02, such as"):
        firm_story("document_2014", uid, scale=SCALE, until="2012-02")


def test_an_unknown_city_is_refused_with_the_names() -> None:
    with pytest.raises(InputError, match=r"did you mean Hangzhou"):
        city_story("document_2014", "Hangzou", scale=SCALE, until="2012-02")
