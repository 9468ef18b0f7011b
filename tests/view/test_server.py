"""The server as a user starts it: mistakes, a page in a real browser without the internet, its end."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.sync_api import expect
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from sim.view.server.document import replacements
from sim.view.server.gate import FORM
from sim.view.server.hosts import addresses, bind
from sim.view.server.serve import NEEDED, announcement
from tests.view.browsers import settled, watch
from tests.view.elsewhere import elsewhere
from tests.view.servers import PATIENCE, REAL, ROOT, Running, serving
from tests.view.wire import Page

MAP = "/lianghua/zhejiang_cities.geojson"
ASSETS = ROOT / "sim" / "view" / "assets"


@pytest.fixture(scope="module")
def closed() -> Iterator[Running]:
    """A server that asks for a code."""
    with serving("--code", "auto") as running:
        yield running


def get(address: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body; headers' names have underscores for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=named)) as answer:
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, {k.lower(): v for k, v in error.headers.items()}, error.read()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--port", "70000"], "--port"),
        (["--port", "taken"], "a port that is not in use"),
        (["--host", "no such host"], "--host"),
        (["--host", ""], "--host"),
        (["--host", "198.51.100.7"], "--host"),
        (["--code", "123"], "--code"),
        (["--workers", "0"], "--workers"),
        (["--results", "no/such/folder"], "--results"),
    ],
)
def test_a_mistake_is_one_line_and_code_2(options: list[str], said: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        given = [one.replace("taken", str(taken.getsockname()[1])) for one in options]
        done = subprocess.run(
            [sys.executable, "-m", "sim.cli", "view", "--no-open", *given],
            capture_output=True, text=True, encoding="utf-8", cwd=ROOT, timeout=PATIENCE,
        )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert not done.stdout


def test_addresses_that_are_told() -> None:
    with bind("localhost", 0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"
    assert addresses("::1", 80) == ["http://[::1]:80"]
    everywhere = addresses("0.0.0.0", 8765)
    assert everywhere[0] == "http://127.0.0.1:8765"
    assert all(re.fullmatch(r"http://\d+(\.\d+){3}:8765", one) for one in everywhere)
    assert "warning" in "\n".join(announcement(everywhere, None, wide=True))
    assert "warning" not in "\n".join(announcement(everywhere[:1], None, wide=False))
    with_code = "\n".join(announcement(everywhere, "ABCD-EFGH", wide=True))
    assert "ABCD-EFGH" in with_code
    assert "warning" not in with_code


def test_health_and_addresses_that_are_not_served(small_running: Running) -> None:
    small_server = small_running.address
    status, headers, body = get(small_server + "/healthz")
    found = json.loads(body)
    assert (status, found["status"]) == (200, "ok")
    assert set(found) == {"status", "version", "sessions", "kept", "memory_mb"}
    assert found["memory_mb"] > 20
    assert headers["x-content-type-options"] == "nosniff"
    for path in ("/resourcez", "/_solara/api/evict/x", "/jupyter/api/kernels/x",
                 "/_solara/cdn/nothing@1.0.0/index.js", "/_solara/cdn/../../pyvenv.cfg",
                 "/lianghua/../page.py", "/static/public/x"):  # fmt: skip
        assert get(small_server + path)[0] in (404, 405), path
    # Nothing is asked of the internet: what is missing here is missing.
    assert "nothing is fetched: nothing@1.0.0/index.js" in small_running.said


def test_a_browser_is_who_this_server_says(small_server: str) -> None:
    """A session is neither taken as sent, nor loosened by a header, nor closed by another."""
    _, headers, _ = get(small_server, cookie="solara-session-id=mine", x_forwarded_proto="https")
    assert headers["set-cookie"].startswith("lianghua-")
    assert "mine" not in headers["set-cookie"]
    assert "SameSite=Lax" in headers["set-cookie"]
    assert "none" not in headers["set-cookie"].lower()

    async def visit() -> None:
        page = Page(small_server)
        await page.open()
        await page.until(lambda: page.marked("headline"), PATIENCE)
        place = f"{page._kernel}/channels?session_id={page._session}"
        address = f"{small_server.replace('http', 'ws', 1)}/jupyter/api/kernels/{place}"
        for cookie in ("", "solara-session-id=mine"):
            headers = {"Cookie": cookie, "Origin": small_server}
            with pytest.raises(InvalidStatus, match="403"):
                await connect(address, additional_headers=headers)
        own = get(small_server)[1]["set-cookie"].split(";")[0]
        for cookie in ("", "solara-session-id=mine", own):
            path = f"/_solara/api/close/{page._kernel}?session_id={page._session}"
            asked = urllib.request.Request(small_server + path, b"", {"Cookie": cookie})
            with pytest.raises(urllib.error.HTTPError, match="403"):
                await asyncio.to_thread(urllib.request.urlopen, asked)
        assert sessions() == 1
        await page.close()
        assert sessions() == 0
        await asyncio.to_thread(page._leave)  # gone already

    def sessions() -> int:
        return int(json.loads(get(small_server + "/healthz")[2])["sessions"])

    elsewhere(visit())


@pytest.mark.parametrize(
    ("name", "path", "body", "headers", "status"),
    [
        ("small_running", "/", b"a", {"Origin": "http://["}, 403),
        ("closed", "/", b"&".join([b"a=1"] * 6), {"Content-Type": FORM}, 400),
        ("small_running", "/lianghua/x%00", None, {}, 400),
        ("small_running", "/static/x%00", None, {}, 400),
        ("small_running", "/_solara/cdn/x%00", None, {}, 400),
        ("closed", "/_solara/api/close/x", b"", {}, 401),
    ],
)
def test_no_request_is_answered_by_a_bare_error(
    request: pytest.FixtureRequest,
    name: str,
    path: str,
    body: bytes | None,
    headers: dict[str, str],
    status: int,
) -> None:
    running: Running = request.getfixturevalue(name)
    before = len(running.said)
    with pytest.raises(urllib.error.HTTPError) as found:
        urllib.request.urlopen(
            urllib.request.Request(running.address + path, body, headers), timeout=PATIENCE
        )
    assert found.value.code == status
    assert found.value.headers["x-content-type-options"] == "nosniff"
    assert found.value.headers["content-security-policy"]
    assert b"Traceback" not in found.value.read()
    assert "Traceback" not in running.said[before:]


def test_the_document_says_its_language_and_allows_zoom(small_server: str) -> None:
    for lang, tag, word in (("zh", "zh-CN", "请刷新页面"), ("en", "en", "Please refresh the page")):
        body = get(f"{small_server}/?l={lang}")[2].decode("utf-8")
        assert f'<html lang="{tag}">' in body
        assert word in body
        assert "user-scalable" not in body
        assert "custom.css?v=" in body
    # A template of the library that says other things would be mended in vain.
    found = find_spec("solara.server")
    assert found is not None
    assert found.origin is not None
    path = Path(found.origin).parent / "templates" / "solara.html.j2"
    template = path.read_text(encoding="utf-8")
    assert [old for old, _ in replacements("zh") if old not in template] == []


def test_files_are_compressed_and_kept_by_the_browser(small_server: str) -> None:
    for path in (f"/_solara/cdn/{NEEDED[2]}", MAP):
        _, headers, body = get(small_server + path, accept_encoding="gzip")
        assert headers["content-encoding"] == "gzip", path
        assert len(body) < 700_000, path
    assert json.loads(get(small_server + MAP)[2])["features"]
    assert "max-age=3600" in headers["cache-control"]
    style = (ASSETS / "custom.css").read_text(encoding="utf-8")
    address = re.search(r'url\("(/lianghua/[^"]+)"\)', style)
    assert address is not None
    _, headers, font = get(small_server + address[1], accept_encoding="gzip")
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "content-encoding" not in headers  # it is compressed in itself
    assert headers["content-type"] == "font/woff2"
    assert hashlib.md5(font).hexdigest().startswith(address[1].split("?v=")[1])


def test_the_font_is_the_one_of_the_report() -> None:
    from fontTools.ttLib import TTFont

    ours = TTFont(ASSETS / "noto-sans-sc-subset.woff2")
    report = TTFont(ROOT / "sim" / "report" / "assets" / "NotoSansSC-subset.otf")
    assert ours.getBestCmap() == report.getBestCmap()
    assert (ASSETS / "OFL.txt").read_text(encoding="utf-8").count("SIL OPEN FONT LICENSE")


def test_a_page_loads_offline_and_follows_its_lever(watched: Any, small_server: str) -> None:
    sizes: list[int] = []
    watched.on("requestfinished", lambda one: sizes.append(one.sizes()["responseBodySize"]))
    watched.goto(small_server, wait_until="commit")
    settled(watched)
    headline = watched.get_by_test_id("headline")
    expect(headline).to_have_text("衢州 3")
    watched.locator(".lianghua-lever").get_by_role("slider").focus()
    watched.keyboard.press("ArrowRight")
    expect(headline).to_have_text("衢州 4")
    watched.wait_for_function("document.fonts.check('16px \"Lianghua Sans\"', '衢州')")
    family = headline.evaluate("element => getComputedStyle(element).fontFamily")
    assert family.startswith('"Lianghua Sans"')
    assert json.loads(get(small_server + "/healthz")[2])["sessions"] == 1
    # The library, its style, and a font that a machine with a Chinese one does not ask for.
    assert 400_000 < sum(sizes) < 1_800_000


def test_a_large_page_has_larger_type(watched: Any, small_server: str) -> None:
    watched.goto(small_server, wait_until="commit")
    settled(watched)
    size = "() => parseFloat(getComputedStyle(document.documentElement).fontSize)"
    plain = watched.evaluate(size)
    # The page may still be drawing itself and drop what it did not set.
    watched.wait_for_function(
        "plain => { document.querySelector('h1').classList.add('lianghua-large');"
        f" return ({size})() > 1.25 * plain; }}",
        arg=plain,
    )


def test_the_code_opens_the_page_and_is_told_to_nobody(page: Any, closed: Running) -> None:
    code = re.search(r"口令: (\S+)", closed.said)
    assert code is not None
    wrong = watch(page)
    page.goto(closed.address + "/?l=zh", wait_until="commit")
    page.get_by_label("口令").fill("not-the-code")
    page.get_by_role("button").click()
    expect(page.get_by_role("alert")).to_contain_text("口令不正确")
    page.screenshot(path="test-output/door.png")
    page.get_by_label("口令").fill(code[1].lower().replace("-", " "))
    page.get_by_role("button").click()
    settled(page)
    expect(page.get_by_test_id("headline")).to_have_text("衢州 3")
    assert page.url == closed.address + "/?l=zh"
    cookie = next(one for one in page.context.cookies() if one["name"].startswith("lianghua-"))
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    assert code[1] not in cookie["value"]
    assert closed.said.count(code[1]) == 1
    # The form itself is an answer of 401, and nothing else may be wrong.
    assert [one for one in wrong if "401" not in one] == []
    page.set_viewport_size({"width": 390, "height": 700})


def test_the_door_is_accessible(page: Any, closed: Running) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page.context.clear_cookies()
    page.goto(closed.address + "/?l=en")
    found = Axe().run(page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []


def test_another_site_cannot_drive_the_page(page: Any, small_server: str) -> None:
    # Another port is another origin.
    page.route("http://127.0.0.1:1/", lambda route: route.fulfill(body="<p>elsewhere"))
    page.goto("http://127.0.0.1:1/")
    socket_address = small_server.replace("http", "ws") + "/jupyter/api/kernels/x/channels"
    opened = page.evaluate(
        """address => new Promise(said => {
             const socket = new WebSocket(address + '?session_id=a');
             socket.onopen = () => said('open'); socket.onerror = () => said('refused'); })""",
        socket_address,
    )
    assert opened == "refused"


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["Ctrl-C", "terminated"]
)
def test_it_ends_with_pages_open(page: Any, number: int, code: int) -> None:
    with serving() as running:
        page.goto(running.address, wait_until="commit")
        settled(page)
        assert running.stop(number) == code  # it does not wait for the page
        assert not page.is_closed()
        assert "Traceback" not in running.said
        assert running.said.rstrip().endswith(("interrupted", "terminated"))


def test_it_leaves_no_process_behind(page: Any) -> None:
    with serving("--workers", "1", module=REAL) as running:
        page.goto(running.address, wait_until="commit")
        until = time.monotonic() + PATIENCE
        while len(running.family()) < 3 and time.monotonic() < until:
            page.wait_for_timeout(200)
        family = running.family()
        assert len(family) >= 3  # a clean process that forks, and a worker
        assert running.stop() == 130
        _, left = psutil.wait_procs(family, timeout=PATIENCE)
        assert left == []
