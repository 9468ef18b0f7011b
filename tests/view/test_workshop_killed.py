"""A server that is killed in a round, and the next one: each device finds its role in the page."""

from __future__ import annotations

import re
import signal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.view.browsers import patient
from tests.view.servers import serving

ROOM = "tests.view.room_server"


def press(page: Any, name: str) -> None:
    page.locator(f"button.lianghua-room-{name}").click()


def fill(page: Any, name: str, value: str) -> None:
    page.locator(f".lianghua-room-{name} input").first.fill(value)


def test_devices_find_their_roles_in_the_next_server(
    browser: Any, browser_context_args: dict[str, Any], tmp_path: Path
) -> None:
    folder = tmp_path / "workshops"
    leader, team = (
        patient(browser.new_context(**browser_context_args)).new_page() for _ in range(2)
    )
    with serving("--workshops", str(folder), module=ROOM) as running:
        port = urlsplit(running.address).port
        for page in (leader, team):
            page.goto(running.address, wait_until="commit")
        press(leader, "lead")
        press(leader, "open")
        code = leader.locator(".lianghua-room-code").first.inner_text().strip()
        fill(team, "code-field", code)
        press(team, "find")
        fill(team, "name-field", "甲队")
        press(team, "join")
        press(leader, "open-round")
        press(team, "commit")
        expect(team.locator(".lianghua-room-committed:not(button)")).to_contain_text("2014")
        running.process.send_signal(signal.SIGKILL)
        running.process.wait()

    with serving("--workshops", str(folder), "--port", str(port), module=ROOM) as running:
        assert re.search(
            rf"workshop 研讨: .* · {code} · 2014: teams decide .* 1$", running.said, re.M
        )
        for page, role in ((leader, "facilitator"), (team, "t1")):
            page.goto(running.address, wait_until="commit")
            press(page, f"back-{role}")
        expect(team.locator(".lianghua-room-committed:not(button)")).to_contain_text("2014")
        press(team, "commit")
        press(leader, "reveal")
        there = ".lianghua-room-phase[data-phase='reveal'][data-year='2014']"
        team.locator(there).first.wait_for()
    for page in (leader, team):
        page.context.close()
