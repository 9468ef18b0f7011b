"""The room's code beside the records: it goes on with the workshops, and never without them."""

from __future__ import annotations

import signal
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from sim.view.server import kept_code
from sim.view.server.kept_code import CODE, RecordsWithCode
from tests.view.browsers import patient
from tests.view.servers import serving

ROOM = "tests.view.room_server"


def test_a_code_is_kept_with_the_first_record(tmp_path: Path) -> None:
    records = RecordsWithCode(tmp_path / "there")
    records.keep_code("ABCD-EFGH")
    assert not (tmp_path / "there").exists()  # a page that is merely looked at leaves nothing
    records.write("ABCDEF", "{}")
    assert (tmp_path / "there" / CODE).stat().st_mode & 0o777 == 0o600
    after = RecordsWithCode(tmp_path / "there")
    assert (after.kept_code(), after.names()) == ("ABCD-EFGH", ["ABCDEF"])
    after.keep_code("浙江两化二零一四")
    assert RecordsWithCode(tmp_path / "there").kept_code() == "浙江两化二零一四"
    after.keep_code(None)
    assert RecordsWithCode(tmp_path / "there").kept_code() is None


@pytest.mark.parametrize("content", [b"", b"\xff" * 8, b"short", b"abcdef\n7"])
def test_what_is_no_code_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / CODE).write_bytes(content)
    assert RecordsWithCode(tmp_path).kept_code() is None


def test_a_code_that_cannot_be_kept_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    records = RecordsWithCode(tmp_path)
    records.write("ABCDEF", "{}")

    def full(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(kept_code, "_put", full)
        records.keep_code("ABCD-EFGH")
    assert "No space left" in caplog.text
    records.write("ABCDEF", "{}")
    assert records.kept_code() == "ABCD-EFGH"


def code_of(said: str) -> str:
    return said.partition("access code 访问口令: ")[2].split("\n")[0]


def status(address: str, cookie: str) -> int:
    asked = urllib.request.Request(address, headers={"Cookie": cookie})
    try:
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_who_was_in_is_in_after_a_kill_and_asked_anew_for_another_code(
    browser: Any, browser_context_args: dict[str, Any], tmp_path: Path
) -> None:
    folder = ("--workshops", str(tmp_path / "workshops"))
    page = patient(browser.new_context(**browser_context_args)).new_page()
    with serving("--code", "auto", *folder, module=ROOM) as running:
        port, code = running.address.rpartition(":")[2], code_of(running.said)
        again = ("--port", port, *folder)
        page.goto(running.address, wait_until="commit")
        page.locator("input[name=code]").fill(code)
        page.locator("input[name=code]").press("Enter")
        page.locator("button.lianghua-room-lead").click()
        page.locator("button.lianghua-room-open").click()
        page.locator(".lianghua-room-code").first.wait_for()
        cookie = "; ".join(f"{one['name']}={one['value']}" for one in page.context.cookies())
        running.process.send_signal(signal.SIGKILL)
        running.process.wait()
    with serving("--code", "auto", *again, module=ROOM) as running:
        assert code_of(running.said) == code
        assert status(running.address, cookie) == 200
        page.goto(running.address, wait_until="commit")
        page.locator("button.lianghua-room-back-facilitator").click()
        expect(page.locator(".lianghua-room-code").first).to_be_visible()
    with serving("--code", "another code", *again, module=ROOM) as running:
        assert status(running.address, cookie) == 401
    page.context.close()
    for one in (tmp_path / "workshops").glob("*.json"):
        one.unlink()  # the workshop was ended
    with serving("--code", "auto", *again, module=ROOM) as running:
        assert code_of(running.said) not in (code, "another code")
        assert status(running.address, cookie) == 401
