"""The gate: names, code, cookie, other sites, sizes, headers."""

from __future__ import annotations

import inspect
import re
import time
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from sim.core.errors import InputError
from sim.view.server import gate as gate_module
from sim.view.server.clock import now
from sim.view.server.code import LETTERS, Code, checked_code, drawn_code
from sim.view.server.gate import FORM, LARGEST_BODY, LARGEST_HEADERS, Gate
from sim.view.server.hosts import hosts_of
from sim.view.server.identity import KEPT, Identity
from sim.view.server.tries import ADDRESS_TRIES, ADDRESS_WAIT, Tries
from tests.view.asking import Answer, ask
from tests.view.clocks import Clock

COOKIE = "lianghua-8765"
KEY = b"k" * 32
OWN = "http://127.0.0.1:8765"


async def behind(scope: Any, receive: Any, send: Any) -> None:
    """The application behind the gate: repeats what it is sent."""
    if scope["path"] == "/wrong":
        raise RuntimeError("/home/secret/place.py")
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    body = await Request(scope, receive).body() if scope["method"] == "POST" else b""
    await PlainTextResponse(b"inside " + body)(scope, receive, send)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    monkeypatch.setattr(gate_module, "SLOWED", 0.0)
    return Clock()


@pytest.fixture
def closed(clock: Clock) -> Gate:
    return Gate(behind, hosts_of("127.0.0.1"), Code("Qian Jiang-2014", clock), COOKIE)


def enter(gate: Gate, code: str, address: str = "/", client: str = "127.0.0.1") -> Answer:
    """Send the form as it was served."""
    token = re.search('name="token" value="([^"]+)"', ask(gate, client=client).body)
    assert token is not None
    return send_form(gate, {"code": code, "token": token[1]}, address, client)


def send_form(
    gate: Gate, fields: dict[str, str], address: str = "/", client: str = "127.0.0.1", **more: str
) -> Answer:
    return ask(
        gate, address, "POST", urlencode(fields).encode(), client=client, content_type=FORM, **more
    )


def pass_of(answer: Answer) -> str:
    return answer.headers["set-cookie"].split(";")[0]


@pytest.mark.parametrize("path", ["/", "/_solara/cdn/x.js", "/static/x.css", "/lianghua/x.woff2"])
def test_without_the_code_every_address_shows_the_form(closed: Gate, path: str) -> None:
    answer = ask(closed, path, accept_language="zh-CN")
    assert (answer.status, "inside" in answer.body) == (401, False)
    assert '<html lang="zh-CN">' in answer.body
    assert "口令" in answer.body
    assert "Enter the access code" in answer.body
    assert answer.headers["cache-control"] == "no-store"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "src=" not in answer.body
    assert "href=" not in answer.body


def test_the_form_is_in_the_language_of_the_browser(closed: Gate) -> None:
    assert '<html lang="en">' in ask(closed, accept_language="en-GB,zh").body
    assert '<html lang="en">' in ask(closed, "/?l=en", accept_language="zh").body


def test_the_right_code_lets_in_and_keeps_the_address(closed: Gate) -> None:
    answer = enter(closed, "qianjiang 2014", "/?plan=a%20b&l=en")
    assert (answer.status, answer.headers["location"]) == (303, "/?plan=a%20b&l=en")
    said = answer.headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=strict" in said
    assert "qian" not in str(answer).lower().replace("plan", "")
    assert ask(closed, cookie=f"other=1; {pass_of(answer)}").body == "inside "
    socket = ask(closed, "/k", kind="websocket", origin=OWN, cookie=pass_of(answer))
    assert socket.status == 0


@pytest.mark.parametrize("path", ["//evil.example/x", "/\\evil.example", "///evil.example"])
def test_the_code_never_leads_to_another_site(closed: Gate, path: str) -> None:
    place = enter(closed, "qianjiang2014", path).headers["location"]
    assert place.startswith("/")
    assert not place.startswith(("//", "/\\"))


@pytest.mark.parametrize("code", ["", "qianjiang2015", "qianjiang20144", "x" * 5000, "\x00"])
def test_a_wrong_code_shows_the_form_again(closed: Gate, code: str) -> None:
    answer = enter(closed, code)
    assert answer.status == 401
    assert 'role="alert"' in answer.body
    assert "set-cookie" not in answer.headers


def test_wrong_tries_have_to_wait_and_others_need_not(closed: Gate, clock: Clock) -> None:
    for _ in range(ADDRESS_TRIES):
        assert enter(closed, "wrong-code", client="10.0.0.9").status == 401
    answer = enter(closed, "qianjiang2014", client="10.0.0.9")
    assert answer.status == 429
    assert int(answer.headers["retry-after"]) >= 1
    assert "稍候" in answer.body
    assert enter(closed, "qianjiang2014", client="10.0.0.8").status == 303
    clock.now += 2
    assert enter(closed, "qianjiang2014", client="10.0.0.9").status == 303


def test_waiting_grows_to_seconds_for_an_address(clock: Clock) -> None:
    code = Code("qianjiang2014", clock)
    for _ in range(ADDRESS_TRIES + 20):
        clock.now += code.wait("10.0.0.9")
        assert not code.right("10.0.0.9", "wrong")
    assert code.wait("10.0.0.9") == ADDRESS_WAIT


def test_one_machine_has_a_whole_network_of_addresses(closed: Gate) -> None:
    for number in range(ADDRESS_TRIES):
        enter(closed, "wrong-code", client=f"2001:db8::{number}")
    assert enter(closed, "qianjiang2014", client="2001:db8::ffff").status == 429
    assert enter(closed, "qianjiang2014", client="2001:db8:1::1").status == 303


def test_one_persons_wrong_codes_keep_a_room_behind_one_address_out_for_seconds(
    closed: Gate, clock: Clock
) -> None:
    for _ in range(40):
        enter(closed, "wrong-code", client="10.0.0.9")
    assert enter(closed, "qianjiang2014", client="10.0.0.9").status == 303
    for _ in range(1_000):
        enter(closed, "wrong-code", client="10.0.0.9")
        clock.now += 1.0
    clock.now += 5.0
    assert enter(closed, "qianjiang2014", client="10.0.0.9").status == 303


def test_a_cookie_is_of_its_key_and_names_a_browser() -> None:
    identity = Identity(KEY)
    cookie = identity.issue()
    name = identity.browser(cookie)
    assert name is not None
    assert name not in cookie
    assert name == Identity(KEY).browser(cookie)  # the server that comes after
    assert Identity().browser(cookie) is None
    assert name != identity.browser(identity.issue())
    first = "0" if cookie[0] != "0" else "1"
    for wrong in (first + cookie[1:], cookie[:-1] + "é", "", ".", "..", cookie * 9):
        assert identity.browser(wrong) is None
        assert not identity.lets_in(wrong)


def test_a_cookie_lets_in_for_its_own_code_alone() -> None:
    without, monday, thursday = Identity(KEY), Identity(KEY, "monday"), Identity(KEY, "thursday")
    cookie = monday.issue()
    last = "0" if cookie[-1] != "0" else "1"
    assert monday.lets_in(cookie)
    assert without.lets_in(cookie)
    assert not monday.lets_in(cookie[:-1] + last)
    assert not monday.lets_in(without.issue())
    assert not thursday.lets_in(cookie)
    again = thursday.issue(cookie)
    assert thursday.lets_in(again)
    assert not monday.lets_in(again)
    assert len({one.browser(each) for one in (monday, thursday) for each in (cookie, again)}) == 1
    assert thursday.browser(thursday.issue("x" + cookie[1:])) != monday.browser(cookie)


def test_another_code_is_asked_for_and_the_browser_stays_who_it_was(clock: Clock) -> None:
    monday, thursday = (
        Gate(behind, hosts_of("127.0.0.1"), Code(code, clock), COOKIE, KEY)
        for code in ("the code of monday", "the code of thursday")
    )
    former = pass_of(enter(monday, "the code of monday"))
    assert ask(monday, cookie=former).status == 200
    assert ask(thursday, cookie=former).status == 401
    assert ask(thursday, "/k", kind="websocket", origin=OWN, cookie=former).status == 403
    token = thursday.identity.form_token("127.0.0.1")
    fields = {"code": "the code of thursday", "token": token}
    own = pass_of(send_form(thursday, fields, cookie=former))
    assert own != former
    seen = [seen_by_the_library(gate, cookie=one)[0]["cookie"] for gate, one in
            ((monday, former), (thursday, own))]  # fmt: skip
    assert seen[0] == seen[1]


def test_what_waits_does_not_go_by_the_machines_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    for one in (Tries, Code):
        assert inspect.signature(one).parameters["clock"].default is now
    for hours in (-1, 13):
        before, moment = now(), time.time() + hours * 3600
        monkeypatch.setattr(time, "time", lambda moment=moment: moment)
        assert 0 <= now() - before < 60


def test_a_websocket_needs_the_cookie_and_a_page_of_this_server(closed: Gate) -> None:
    open_gate = Gate(behind, hosts_of("127.0.0.1"), None, COOKIE)
    for gate, cookie in (
        (closed, pass_of(enter(closed, "qianjiang2014"))),
        (open_gate, pass_of(ask(open_gate))),
    ):
        assert ask(gate, "/k", kind="websocket", origin=OWN, cookie=cookie).status == 0
        assert ask(gate, "/k", kind="websocket", origin=OWN).status == 403
        wrong = COOKIE + "=1.2.3"
        assert ask(gate, "/k", kind="websocket", origin=OWN, cookie=wrong).status == 403
        for origin in ("http://evil.example", "http://127.0.0.1:9999", "null", "", "file://"):
            answer = ask(gate, "/k", kind="websocket", origin=origin, cookie=cookie)
            assert answer.status == 403, origin


@pytest.mark.parametrize(
    ("served", "host", "allowed"),
    [
        ("127.0.0.1", "localhost:8765", True),
        ("127.0.0.1", "[::1]:8765", True),
        ("127.0.0.1", "127.0.0.1:9000", True),
        ("127.0.0.1", "evil.example", False),
        ("127.0.0.1", "localhost.evil.example", False),
        ("127.0.0.1", "192.168.1.7:8765", False),
        ("127.0.0.1", "", False),
        ("127.0.0.1", "127.0.0.1:8765; script-src *", False),
        ("127.0.0.1", "127.0.0.1:8765\n", False),
        ("0.0.0.0", "192.168.1.7:8765", True),
        ("0.0.0.0", "evil.example:8765", False),
        ("192.168.1.7", "192.168.1.7", True),
    ],
)
def test_only_names_of_this_server_are_answered(served: str, host: str, allowed: bool) -> None:
    gate = Gate(behind, hosts_of(served), None, COOKIE)
    answer = ask(gate, host=host)
    assert answer.status == (200 if allowed else 421)
    assert allowed or not host or host not in answer.headers["content-security-policy"]
    cookie = f"{COOKIE}={gate.identity.issue()}"
    origin = f"http://{host}"
    socket = ask(gate, "/k", kind="websocket", host=host, origin=origin, cookie=cookie)
    assert socket.status == (0 if allowed else 403)


def test_what_another_site_sends_is_refused() -> None:
    gate = Gate(behind, hosts_of("127.0.0.1"), None, COOKIE)
    assert ask(gate, "/x", "POST", b"a", origin="http://evil.example").status == 403
    assert ask(gate, "/x", "POST", b"a", origin="http://127.0.0.1:8765").body == "inside a"


def test_bodies_and_addresses_are_bounded(closed: Gate) -> None:
    gate = Gate(behind, hosts_of("127.0.0.1"), None, COOKIE)
    assert ask(gate, "/x", "POST", b"a" * LARGEST_BODY).status == 200
    assert ask(gate, "/x", "POST", b"a" * (LARGEST_BODY + 1)).status == 413
    assert ask(gate, "/x", "POST", b"a", content_length="-1").status == 413
    assert ask(gate, "/?" + "a" * 40_000).status == 414
    many = [b"a" * 1000] * 100
    assert ask(closed, "/", "POST", chunks=many, content_type=FORM).status == 413
    assert ask(gate, "/x", "POST", chunks=many).status == 413


def test_security_headers_are_on_every_answer(closed: Gate) -> None:
    entered = pass_of(enter(closed, "qianjiang2014"))
    for answer in (
        ask(closed),
        ask(closed, "/healthz"),
        ask(closed, host="evil.example"),
        ask(closed, "/wrong", cookie=entered),
        ask(closed, "/%00", cookie=entered),
    ):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    policy = ask(closed, "/healthz").headers["content-security-policy"]
    assert "ws://127.0.0.1:8765" in policy
    assert "http" not in policy
    assert "*" not in policy


def test_whether_the_server_is_up_is_no_secret(closed: Gate) -> None:
    assert ask(closed, "/healthz").body == "inside "
    assert ask(closed, "/readyz").body == "inside "
    assert ask(closed, "/healthz/x").status == 401


def test_codes_that_are_drawn_and_given() -> None:
    drawn = {drawn_code() for _ in range(50)}
    assert len(drawn) == 50
    assert all(set(one) <= {*LETTERS, "-"} and len(one) == 9 for one in drawn)
    assert checked_code("auto") != checked_code("auto")
    assert checked_code("浙江两化二零一四") == "浙江两化二零一四"
    for given in ("", "12345", "a-b-c d e", "a" * 65, "abcdef\n7"):
        with pytest.raises(InputError, match="--code") as error:
            checked_code(given)
        assert not given or given not in str(error.value)


@pytest.mark.parametrize("asks_for_code", [True, False])
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_no_cookie_is_slow_to_read(clock: Clock, asks_for_code: bool, kind: str) -> None:
    """60,000 backslashes took half a minute; what fits the bound must cost next to nothing."""
    code = Code("qianjiang2014", clock) if asks_for_code else None
    gate = Gate(parsing, hosts_of("127.0.0.1"), code, COOKIE)
    entered = f"{COOKIE}={gate.identity.issue()}"
    hostile = "\\" * 60_000
    refused = 403 if kind == "websocket" else 431
    for size, expected in (
        (60_000, refused),
        (LARGEST_HEADERS - 1000, 0 if kind != "http" else 200),
    ):
        cookie = f'{entered}; {COOKIE}="{hostile[:size]}"; other="{hostile[:1]}'
        begun = time.perf_counter()
        assert ask(gate, "/", kind=kind, origin=OWN, cookie=cookie).status == expected
        assert time.perf_counter() - begun < 0.5


async def parsing(scope: Any, receive: Any, send: Any) -> None:
    """An application that reads its cookies, as the page's library does."""
    if scope["type"] == "http":
        Request(scope, receive).cookies  # noqa: B018
    await behind(scope, receive, send)


def test_headers_are_bounded_before_anything_reads_them(closed: Gate) -> None:
    for headers in ({"x_long": "a" * 200_000}, {f"x_{one}": "a" for one in range(200)}):
        assert ask(closed, **headers).status == 431
        assert ask(closed, "/k", kind="websocket", origin=OWN, **headers).status == 403


def seen_by_the_library(gate: Gate, **headers: str) -> tuple[dict[str, str], Answer]:
    """The headers that come through, and the answer."""
    found: dict[str, str] = {}

    async def library(scope: Any, receive: Any, send: Any) -> None:
        found.update({k.decode(): v.decode() for k, v in scope["headers"]})
        answer = PlainTextResponse("inside ")
        answer.set_cookie("solara-session-id", "as-the-library-likes", samesite="none")
        await answer(scope, receive, send)

    gate.app = library
    return found, ask(gate, **headers)


def test_a_browser_is_who_its_cookie_says_and_nothing_else_is_heard(closed: Gate) -> None:
    own = pass_of(enter(closed, "qianjiang2014"))
    name = closed.identity.browser(own.partition("=")[2])
    forged = {
        "x_forwarded_proto": "https", "x_forwarded_host": "evil.example", "script_name": "/x",
        "range": "bytes=0-1,0-1", "authorization": "Bearer x", "accept_encoding": "gzip",
        "x_lianghua_address": "10.9.9.9",
    }  # fmt: skip
    found, answer = seen_by_the_library(
        closed, cookie=f"solara-session-id=mine; {own}; solara-session-id-lax=mine", **forged
    )
    assert found["cookie"] == f"solara-session-id={name}"
    assert found["x-lianghua-address"] == "127.0.0.1"
    assert set(found) == {"host", "accept-encoding", "cookie", "x-lianghua-address"}
    assert "set-cookie" not in answer.headers


def test_without_a_code_the_document_gives_the_cookie(clock: Clock) -> None:
    gate = Gate(behind, hosts_of("127.0.0.1"), None, COOKIE, KEY)
    found, answer = seen_by_the_library(gate, cookie="solara-session-id=mine")
    value = answer.headers["set-cookie"]
    assert value.startswith(f"{COOKIE}=")
    for part in ("HttpOnly", "SameSite=Lax", f"Max-Age={KEPT}", "Path=/"):
        assert part in value
    assert "Secure" not in value
    again, answer = seen_by_the_library(gate, cookie=value.split(";")[0])
    assert again["cookie"] == found["cookie"] != "solara-session-id=mine"
    assert "set-cookie" not in answer.headers
    assert "set-cookie" not in ask(gate, "/lianghua/x.css").headers


def test_who_gives_the_code_gets_a_cookie_of_its_own(closed: Gate) -> None:
    planted = f"{COOKIE}={Identity().issue()}"
    assert ask(closed, cookie=planted).status == 401
    first, second = (pass_of(enter(closed, "qianjiang2014")) for _ in range(2))
    assert len({planted, first, second}) == 3
    # Who is in already and comes by a link of another site gives the code again, and stays.
    token = closed.identity.form_token("127.0.0.1")
    fields = {"code": "qianjiang2014", "token": token}
    assert "set-cookie" not in send_form(closed, fields, cookie=first).headers
    assert "set-cookie" in send_form(closed, fields, cookie=planted).headers


@pytest.mark.parametrize("headers", [{"origin": "null"}, {}, {"sec_fetch_site": "cross-site"}])
def test_forms_of_another_site_lock_nobody_out(closed: Gate, headers: dict[str, str]) -> None:
    other = closed.identity.form_token("10.9.9.9")  # what an attacker is served
    for fields in ({}, {"token": ""}, {"token": "é"}, {"token": other}):
        for _ in range(2 * ADDRESS_TRIES):
            assert send_form(closed, {"code": "x", **fields}, **headers).status in (401, 403)
    assert enter(closed, "qianjiang2014").status == 303


def test_sites_next_door_are_others_too(closed: Gate) -> None:
    own = pass_of(enter(closed, "qianjiang2014"))
    for site in ("cross-site", "same-site"):
        assert ask(closed, "/x", "POST", cookie=own, sec_fetch_site=site).status == 403
    assert ask(closed, "/x", "POST", cookie=own, sec_fetch_site="same-origin").status == 200


@pytest.mark.parametrize(
    ("path", "method", "body", "headers", "status"),
    [
        ("/", "POST", b"", {"origin": "http://["}, 403),
        ("/", "POST", b"&".join([b"a=1"] * 6), {"content_type": FORM}, 400),
        ("/x%00y", "GET", b"", {}, 400),
        ("/x%0Ay", "GET", b"", {}, 400),
        ("/", "POST", b"", {"content_length": "9" * 5000}, 413),
        ("/wrong", "GET", b"", {}, 500),
    ],
)
def test_what_is_wrong_is_one_line_and_tells_nothing(
    closed: Gate, path: str, method: str, body: bytes, headers: dict[str, str], status: int,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    answer = ask(
        closed, path, method, body, cookie=pass_of(enter(closed, "qianjiang2014")), **headers
    )
    assert answer.status == status
    assert answer.body.count("\n") == 1
    assert "secret" not in answer.body
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert len(caplog.records) == (status == 500)


def test_a_websocket_that_goes_wrong_is_turned_away(clock: Clock) -> None:
    gate = Gate(behind, hosts_of("127.0.0.1"), None, COOKIE)
    cookie = pass_of(ask(gate))
    assert ask(gate, "/wrong", kind="websocket", origin=OWN, cookie=cookie).status == 403
