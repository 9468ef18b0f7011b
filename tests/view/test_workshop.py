"""A whole workshop in a real browser: a facilitator and three teams, each on a device of its own."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.view.accessible import barriers
from tests.view.browsers import patient, watch
from tests.view.conftest import OPTIONS
from tests.view.servers import REAL, serving

TEAMS = ("Red <b>team</b>", "Green", "Blue")


@pytest.fixture
def devices(browser, browser_context_args):
    """Opens pages that know nothing of each other, and are watched."""
    opened = []

    def device(address: str) -> Any:
        page = patient(browser.new_context(**browser_context_args)).new_page()
        opened.append((page, watch(page)))
        page.goto(f"{address}/?page=workshop&l=en", wait_until="commit")
        page.locator(".lh-room").wait_for()
        return page

    yield device
    wrong = [line for _, lines in opened for line in lines]
    for page, _ in opened:
        page.context.close()
    assert not wrong, "\n".join(wrong)


def press(page: Any, name: str) -> None:
    """The button of a name; there is one."""
    page.locator(f"button.lianghua-room-{name}").click()


def part(page: Any, name: str) -> Any:
    """The part of the room of a name, which is no button."""
    return page.locator(f".lianghua-room-{name}:not(button)")


def go_to(page: Any, name: str, phase: str, year: int) -> None:
    """Press once, and wait until the session is there."""
    press(page, name)
    if name in ("rewind", "finish"):
        press(page, f"{name}-yes")
    in_phase(page, phase, year)


def in_phase(page: Any, phase: str, year: int) -> None:
    """Wait until the page knows of a phase: a facilitator's says it once, a team's twice."""
    there = page.locator(f".lianghua-room-phase[data-phase='{phase}'][data-year='{year}']")
    there.first.wait_for()


def results(page: Any, year: int) -> Any:
    """The ranks of a year, not of the one before."""
    return page.locator(f".lianghua-room-ranks[data-year='{year}']")


def fill(page: Any, name: str, value: str) -> None:
    page.locator(f".lianghua-room-{name} input").first.fill(value)


def join(page: Any, code: str, name: str) -> None:
    fill(page, "code-field", code)
    press(page, "find")
    page.locator(".lianghua-room-name-field").wait_for()
    fill(page, "name-field", name)
    press(page, "join")
    expect(page.locator(".lianghua-room-team")).to_be_visible()


def commit(page: Any, year: int) -> None:
    in_phase(page, "commit", year)
    press(page, "commit")
    expect(part(page, "committed")).to_contain_text(str(year))


def reveal(leader: Any, year: int) -> None:
    """Once the facilitator's page knows that all have committed: before, it would ask."""
    expect(part(leader, "teams")).not_to_contain_text("not yet")
    go_to(leader, "reveal", "reveal", year)


def words_are_shown_on_demand(leader: Any, team: Any) -> None:
    """A facilitator's screen may be projected: what lets others into a team is not on it."""
    said = team.locator(".lianghua-room-team").inner_text()
    word = re.search(r"with the word ([A-Z]{6})", said)
    assert word is not None
    assert word[1] not in leader.locator(".lh-room").inner_text()
    press(leader, "words")
    expect(leader.locator(".lianghua-room-word", has_text=word[1])).to_be_visible()
    press(leader, "words")
    expect(leader.locator(".lianghua-room-word")).to_have_count(0)


def test_from_joining_to_the_memo(devices):
    # Few runs, so that four plans of three teams do not take long.
    with serving(*OPTIONS[:2], "--replicates", "2", module=REAL) as running:
        leader = devices(running.address)
        press(leader, "lead")
        expect(leader.locator("button.lianghua-room-open")).to_be_visible()
        assert barriers(leader) == ""  # the door
        press(leader, "open")
        code = leader.locator(".lianghua-room-code").first.inner_text().strip()
        assert re.fullmatch(r"[A-Z0-9]{4,8}", code.replace(" ", "").replace("-", ""))
        assert code not in leader.url

        teams = [devices(running.address) for _ in TEAMS]
        wrong = teams[0]
        fill(wrong, "code-field", "ZZZZZZ")
        press(wrong, "find")
        expect(part(wrong, "problem")).to_be_visible()
        for page, name in zip(teams, TEAMS, strict=True):
            join(page, code, name)
        for name in TEAMS:
            expect(part(leader, "teams")).to_contain_text(name)
        assert leader.locator(".lianghua-room-teams b", has_text="team").count() == 0
        words_are_shown_on_demand(leader, teams[0])

        for year in (2014, 2015, 2016, 2017):
            go_to(leader, "open-round", "commit", year)
            if year == 2014:
                teams[0].locator(".lianghua-room-note textarea:not([aria-hidden])").first.fill(
                    "why"
                )
                press(teams[0], "more")
                assert barriers(teams[0]) == ""
            for page in teams:
                commit(page, year)
            reveal(leader, year)
            expect(results(teams[1], year)).to_be_visible()
            if year == 2015:  # a year back: its moves are gone, those of 2014 are there
                go_to(leader, "rewind", "commit", year)
                for page in teams:
                    in_phase(page, "commit", year)
                    expect(part(page, "committed")).to_have_count(0)
                    commit(page, year)
                reveal(leader, year)
                expect(results(teams[1], year)).to_be_visible()
        expect(results(leader, 2017)).to_contain_text("Green")
        press(teams[1], "moves")
        press(leader, "log")
        expect(part(leader, "logged")).to_contain_text("went back to")
        for page in (teams[1], leader):  # the board under a team's part, and the facilitator's
            page.locator(".lianghua-chart[data-ready='1']").first.wait_for()
            assert barriers(page) == ""
        go_to(leader, "start-vote", "vote", 2017)
        for page in teams[:2]:
            page.locator("button[class*='lianghua-room-vote-']").first.click()
            expect(page.get_by_text("Your vote is for")).to_be_visible()
        assert barriers(teams[0]) == ""
        go_to(leader, "finish", "closed", 2017)
        in_phase(teams[2], "closed", 2017)
        expect(part(teams[2], "votes")).to_be_visible()

        with leader.expect_download() as download:
            leader.locator(".lianghua-room-memos").get_by_role(
                "button", name="Green", exact=True
            ).click()
        memo = Path(download.value.path()).read_text(encoding="utf-8")
        assert "Green" in memo
        assert "2017" in memo
        assert "<b>team</b>" not in memo
        paper = leader.context.new_page()
        paper.set_content(memo)
        assert barriers(paper) == ""
        paper.close()
        with leader.expect_download() as download:
            leader.locator(".lianghua-room-export").get_by_role("button").first.click()
        record = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
        assert len(record["teams"]) == 3 if "teams" in record else TEAMS[1] in json.dumps(record)
