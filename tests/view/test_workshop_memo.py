"""Scores, ranks and memos from made-up runs: paired, with intervals, escaped, one page."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.comparison import half_width
from sim.model import Province
from sim.scenario import Scenario
from sim.view.choice import TITLES, Plan
from sim.view.plans import values_of
from sim.view.uploads import read_plan
from sim.view.workshop.limits import LONGEST_NOTE
from sim.view.workshop.memo import filename, memo
from sim.view.workshop.said import instruments_of, phrases, sentence
from sim.view.workshop.scores import COST, OUTCOMES, ranks, team_scores, told
from sim.view.workshop.state import Rules, Score, Session, Team, TeamScores, plans_at
from tests.view.fakes import MONTHS, track
from tests.view.rooms import played, usual

RULES = Rules("t", "package", 1e6)


def test_scores_are_paired_differences_at_the_end_of_their_year() -> None:
    baseline, plan = track("no_programme", 0.0, 5), track("document_2014", 0.2, 5)
    # Runs in another order, and one more on one side, change nothing.
    turned = replace(plan, members=(*reversed(plan.members[:4]),))
    for year in (2015, 2017):
        place = MONTHS.index(f"{year}-12")
        found = team_scores("package", year, "t1", "", baseline, turned)
        score = found.of("employees")
        assert score is not None
        gaps = np.array(
            [
                float(b.province["employees"][place]) - float(a.province["employees"][place])
                for a, b in zip(baseline.members[:4], plan.members[:4], strict=True)
            ]
        )
        assert score.more == pytest.approx(gaps.mean())
        assert score.low == pytest.approx(gaps.mean() - half_width(4) * gaps.std(ddof=1))
        assert score.value == pytest.approx(score.anyway + gaps.mean())
        assert score.pairs == 4
    assert {one.name for one in OUTCOMES["package"]} == {one.outcome for one in found.scores}
    assert found.of("targets").more == pytest.approx(9.0)  # type: ignore[union-attr]


def test_money_an_additional_adopter_is_told_only_where_there_are_any() -> None:
    baseline, plan = track("no_programme", 0.0, 8), track("document_2014", 0.2, 8)
    found = team_scores("package", 2017, "t1", "", baseline, plan)
    cost, money, adopters = (found.of(name) for name in (COST, "public_spending", "adopters"))
    assert cost is not None
    assert money is not None
    assert adopters is not None
    assert cost.more == pytest.approx(1e4 * money.more / adopters.more)
    assert cost.low is not None
    assert cost.high is not None
    assert cost.low < cost.more < cost.high
    nothing = team_scores("package", 2017, "t1", "", baseline, baseline).of(COST)
    assert nothing is not None
    assert nothing.more is None
    single = team_scores(
        "package", 2017, "t1", "", baseline, replace(plan, members=plan.members[:1])
    )
    assert single.of(COST).more is None  # type: ignore[union-attr]
    assert single.of("employees").low is None  # type: ignore[union-attr]


def test_a_citys_scores_are_its_own() -> None:
    baseline, plan = track("document_2014", 0.0, 4), track("document_2014", 0.2, 4)
    found = {
        city: team_scores("city", 2017, "t1", city, baseline, plan).of("employees")
        for city in ("Hangzhou", "Lishui")
    }
    for place, city in ((0, "Hangzhou"), (10, "Lishui")):
        score = found[city]
        assert score is not None
        expected = np.mean([float(one.cities["employees"][-1, place]) for one in baseline.members])
        assert score.anyway == pytest.approx(expected)


def ranked(
    values: dict[str, tuple[float, float, float]], outcome: str
) -> list[tuple[str, int, bool]]:
    session = Session(
        "ABCDEF", RULES, teams=tuple(Team(key, key) for key in values),
        scores=tuple(
            TeamScores(2014, key, (Score(outcome, 1.0, 1.0, more, low, high, 8),))
            for key, (low, more, high) in values.items()
        ),
    )  # fmt: skip
    return [(one.team, one.place, one.level) for one in ranks(session, 2014, outcome)]


def test_ranks_follow_what_is_better_and_say_what_cannot_be_told_apart() -> None:
    values = {
        "t1": (0.0, 1.0, 2.0),
        "t2": (1.5, 3.0, 4.5),
        "t3": (5.0, 6.0, 7.0),
        "t4": (5.0, 6.0, 7.0),
    }
    more = [("t3", 1, True), ("t4", 1, True), ("t2", 3, False), ("t1", 4, False)]
    assert ranked(values, "employees") == more
    less = [("t1", 1, True), ("t2", 2, True), ("t3", 3, False), ("t4", 3, False)]
    assert ranked(values, "public_spending") == less
    assert told(Score("x", 1.0, 1.0, 1.0, -0.1, 2.0, 8)) == "uncertain"
    assert told(Score("x", 1.0, 1.0, 1.0, 0.1, 2.0, 8)) == "more"
    assert told(Score("x", 1.0, 1.0, -1.0, -2.0, -0.1, 8)) == "less"
    assert told(Score("x", 1.0, 1.0, -1.0, -2.0, -0.1, 7)) == "few"


def test_outcomes_say_their_label_and_unit_in_both_languages() -> None:
    for mode in OUTCOMES:
        for one in OUTCOMES[mode]:
            assert re.search("[一-鿿]", one.label("zh")) or one.label("zh") == "ERP应用率"
            assert not re.search("[一-鿿]", one.label("en") + one.written(1.0, "en", True))
            assert one.written(None, "zh") == "–"


class Page(HTMLParser):
    """Tags and text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


HOSTILE = "<script>x</script>&\"'"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("mode", ["package", "city"])
def test_a_memo_says_everything_and_runs_nothing(mode: str, lang: str) -> None:
    board, lead, _ = played(mode, names=(HOSTILE, "乙队"), note=HOSTILE)  # type: ignore[arg-type]
    board.start_vote(lead)
    board.finish(lead)
    page = memo(board.see(lead), "t1", lang)
    found = Page(page)
    assert not {"script", "img", "link", "iframe", "a"} & set(found.tags)
    assert not [
        name for name in found.attributes if name.startswith("on") or name in ("src", "href")
    ]
    assert HOSTILE in found.text
    assert f"{HOSTILE} 2016" in found.text
    assert "url(" not in page
    assert "@import" not in page
    for year in (2014, 2015, 2016, 2017):
        assert str(year) in found.text
    said = {
        "zh": ["本来也会发生", "名次与得票", "0票", "95%区间", "extends", "2017-01"],
        "en": ["happened anyway", "Ranks and votes", "0 of 0 votes", "95 % interval", "extends", "2017-01"],
    }  # fmt: skip
    for words in said[lang]:
        assert words in found.text, words
    if lang == "en":
        assert not re.search("[一-鿿]", found.text.replace("全省研讨", ""))


def test_a_memo_tells_only_what_is_revealed() -> None:
    board, lead, (one, _) = played("package", 1)
    board.open_round(lead)
    board.commit(one, [("instruments.backbone_software.rate", 0.25)], "not yet to be seen")
    page = memo(board.see(lead), "t1", "en")
    assert "not yet to be seen" not in page
    assert "25 %" not in page
    assert "why 2014" in page
    with pytest.raises(KeyError):
        memo(board.see(lead), "t9", "en")
    board.reset(lead)
    assert "No results yet" in memo(board.see(lead), "t1", "en")


def everything(mode: str, team: str, year: int) -> list[tuple[str, object]]:
    """A move that sets as much as it can without more money."""
    document = Plan("document_2014").scenario()
    found: list[tuple[str, object]] = []
    for name, policy in document.instruments.items():
        found.append(
            (
                f"instruments.{name}.budget.{year}",
                policy.budget[str(year)] * (0.5 + len(name) % 3 * 0.1),
            )
        )
        if hasattr(policy, "cap"):
            found.append((f"instruments.{name}.cap", 100.0 + year - 2000))
    return found


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("how", [everything, usual], ids=["much", "little"])
def test_the_plan_in_a_memo_is_whole_and_the_teams(how: Any, lang: str, tmp_path: Path) -> None:
    """However much a team has set: read by the program and by the page it is the team's plan."""
    note = "长" * (LONGEST_NOTE - 5)
    board, lead, _ = played("package", names=("甲队", "乙队"), note=note, settings=how)
    session = board.see(lead)
    page = memo(session, "t1", lang)
    code = unescape(page.split("<pre>")[1].split("</pre>")[0])
    path = tmp_path / "my.toml"
    path.write_text(code, encoding="utf-8")
    plan, read = plans_at(session, 2017)["t1"], Scenario.load(path)
    assert read.hash == plan.scenario().hash
    assert [one.month for one in read.revisions] == ["2015-01", "2016-01", "2017-01"]
    opened = read_plan(code.encode())  # the page leaves out what says the same as the year before
    for month in ("", "2014-12", "2015-12", "2016-12", "2017-12"):
        here, there = (
            {key: value for key, value in values_of(one, month).items() if key not in TITLES}
            for one in (opened, plan)
        )
        assert here == there
    assert read.title.zh == read.title.en == "甲队"
    # One printed line of the page holds a setting, and nothing on it is hidden.
    assert max(len(line) for line in code.splitlines()) < 120
    assert "overflow:hidden" not in page
    assert "max-height" not in page
    assert page.count(note) == 4


def test_a_plan_from_a_memo_runs(tmp_path: Path) -> None:
    board, lead, _ = played("package", settings=everything)
    code = memo(board.see(lead), "t1", "en").split("<pre>")[1].split("</pre>")[0]
    path = tmp_path / "my.toml"
    path.write_text(unescape(code), encoding="utf-8")
    province = Province(str(path), scale=0.01, seed=1)
    province.step()
    assert province.clock.month == 1


def test_an_action_scaled_as_a_whole_is_one_phrase() -> None:
    document = Plan("document_2014").scenario()
    names = instruments_of(document)["A2"]
    settings = tuple(
        (f"instruments.{name}.budget.2015", document.instruments[name].budget["2015"] * 1.5)
        for name in names
    )
    assert phrases(RULES, settings, "en") == [
        "A2 machines for labour: 1.5 times the document's money in 2015"
    ]
    changed = (*settings[1:], (settings[0][0], 1.0))
    assert len(phrases(RULES, changed, "zh")) == len(names)
    assert sentence(RULES, changed, "en", 2).endswith(f"; {len(names) - 2} more")
    assert phrases(RULES, (("programme.funding", 0.5), ("programme.without", ("A1", "S6"))), "zh") == [
        "全部资金:0.5倍", "取消:A1 产品与装备智能化开发、S6 健全评价机制",
    ]  # fmt: skip
    assert sentence(RULES, (), "zh") == ""


def test_file_names_hold_nothing_that_a_file_system_minds() -> None:
    session = Session("ABCDEF", RULES, teams=(Team("t1", "../<a>:队 1"), Team("t2", "/..")))
    assert filename(session, "t1", "zh") == "lianghua-ABCDEF-a队1-zh.html"
    assert filename(session, "t2", "en") == "lianghua-ABCDEF-t2-en.html"
