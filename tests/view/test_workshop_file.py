"""A session's file in a real browser: read in a process apart, and led by who handed it in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from sim.view.workshop.record import export
from tests.view.rooms import played
from tests.view.servers import serving


def test_who_hands_a_file_in_leads_its_session(page: Any, tmp_path: Path) -> None:
    board, lead, _ = played("package", 1)
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(export(board, lead), encoding="utf-8")
    bad.write_text("[]")
    with serving("--workshops", str(tmp_path / "kept"), module="tests.view.room_server") as running:
        page.goto(running.address, wait_until="commit")
        page.locator("button.lianghua-room-lead").click()
        file = page.get_by_test_id("room-restore-file")
        file.set_input_files(bad)
        expect(page.get_by_role("alert").filter(has_text="cannot be taken in")).to_be_visible()
        file.set_input_files(good)
        expect(page.locator(".lianghua-room-phase").first).to_have_attribute("data-year", "2014")
        expect(page.get_by_text("甲队").first).to_be_visible()
        page.goto(running.address, wait_until="commit")
        page.locator("button.lianghua-room-back-facilitator").click()
        expect(page.locator("button.lianghua-room-key-renew")).to_be_visible()
