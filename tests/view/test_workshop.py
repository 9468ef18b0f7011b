"""A whole workshop in a real browser: a facilitator and three teams, each on a device of its own."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.view.accessible import barriers
from tests.view.browsers import watch
from tests.view.conftest import OPTIONS
from tests.view.servers import REAL, serving

TEAMS = ("Red <b>team</b>", "Green", "Blue")
PATIENCE = 150_000


@pytest.fixture
def devices(browser, browser_context_args):
    """Opens pages that know nothing of each other, and are watched."""
    opened = []

    def device(address: str) -> Any:
        page = browser.new_context(**browser_context_args).new_page()
        opened.append((page, watch(page)))
        page.goto(f"{address}/?page=workshop&l=en", wait_until="commit")
        page.locator(".lh-room").wait_for(timeout=60_000)
        return page

    yield device
    wrong = [line for _, lines in opened for line in lines]
    for page, _ in opened:
        page.context.close()
    assert not wrong, "\n".join(wrong)


def press(page: Any, name: str) -> None:
    page.locator(f".lianghua-room-{name}").first.click(timeout=60_000)


def go_to(page: Any, name: str, phase: str, year: int) -> None:
    """Press once, and wait until the session is there."""
    press(page, name)
    if name == "rewind":
        press(page, "rewind-yes")
    there = page.locator(f".lianghua-room-phase[data-phase='{phase}'][data-year='{year}']")
    there.first.wait_for(timeout=60_000)


def fill(page: Any, name: str, value: str) -> None:
    page.locator(f".lianghua-room-{name} input").first.fill(value)


def join(page: Any, code: str, name: str) -> None:
    fill(page, "code-field", code)
    press(page, "find")
    page.locator(".lianghua-room-name-field").wait_for(timeout=30_000)
    fill(page, "name-field", name)
    press(page, "join")
    expect(page.locator(".lianghua-room-team")).to_be_visible(timeout=30_000)


def commit(page: Any) -> None:
    button = page.locator(".lianghua-room-commit")
    button.wait_for(timeout=30_000)
    button.click(timeout=30_000)
    expect(page.locator(".lianghua-room-committed")).to_be_visible(timeout=30_000)


def test_from_joining_to_the_memo(devices):
    # Few runs, so that four plans of three teams do not take long.
    with serving(*OPTIONS[:2], "--replicates", "2", module=REAL) as running:
        leader = devices(running.address)
        press(leader, "lead")
        expect(leader.locator(".lianghua-room-open")).to_be_visible(timeout=30_000)
        assert barriers(leader) == ""  # the door
        press(leader, "open")
        code = leader.locator(".lianghua-room-code").first.inner_text(timeout=30_000).strip()
        assert re.fullmatch(r"[A-Z0-9]{4,8}", code.replace(" ", "").replace("-", ""))
        assert code not in leader.url

        teams = [devices(running.address) for _ in TEAMS]
        wrong = teams[0]
        fill(wrong, "code-field", "ZZZZZZ")
        press(wrong, "find")
        expect(wrong.locator(".lianghua-room-problem")).to_be_visible(timeout=30_000)
        for page, name in zip(teams, TEAMS, strict=True):
            join(page, code, name)
        expect(leader.locator(".lianghua-room-teams").first).to_contain_text(
            TEAMS[0], timeout=30_000
        )
        assert leader.locator(".lianghua-room-teams b", has_text="team").count() == 0

        for year in (2014, 2015, 2016, 2017):
            go_to(leader, "open-round", "commit", year)
            if year == 2014:
                teams[0].locator(".lianghua-room-note textarea").fill("why")
                press(teams[0], "more")
                assert barriers(teams[0]) == ""
            for page in teams:
                commit(page)
            go_to(leader, "reveal", "reveal", year)
            expect(teams[1].locator(".lianghua-room-ranks").first).to_be_visible(timeout=PATIENCE)
            if year == 2015:  # a year back: its moves are gone, those of 2014 are there
                go_to(leader, "rewind", "commit", year)
                for page in teams:
                    expect(page.locator(".lianghua-room-committed")).to_have_count(
                        0, timeout=30_000
                    )
                    commit(page)
                go_to(leader, "reveal", "reveal", year)
        expect(leader.locator(".lianghua-room-ranks").first).to_contain_text("Green")
        press(teams[1], "moves")
        press(leader, "log")
        leader.locator(".lianghua-room-log").wait_for(timeout=30_000)
        for page in (teams[1], leader):  # the board under a team's part, and the facilitator's
            page.locator(".lianghua-chart[data-ready='1']").first.wait_for(timeout=30_000)
            assert barriers(page) == ""
        go_to(leader, "start-vote", "vote", 2017)
        for page in teams[:2]:
            page.locator("[class*='lianghua-room-vote-']").first.click(timeout=30_000)
        assert barriers(teams[0]) == ""
        go_to(leader, "finish", "closed", 2017)
        expect(teams[2].locator(".lianghua-room-votes")).to_be_visible(timeout=30_000)

        with leader.expect_download(timeout=60_000) as download:
            leader.locator(".lianghua-room-memos").get_by_role("button", name="Green").click()
        memo = Path(download.value.path()).read_text(encoding="utf-8")
        assert "Green" in memo
        assert "2017" in memo
        assert "<b>team</b>" not in memo
        paper = leader.context.new_page()
        paper.set_content(memo)
        assert barriers(paper) == ""
        paper.close()
        with leader.expect_download(timeout=60_000) as download:
            leader.locator(".lianghua-room-export").get_by_role("button").first.click()
        record = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
        assert len(record["teams"]) == 3 if "teams" in record else TEAMS[1] in json.dumps(record)
