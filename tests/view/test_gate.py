"""The gate: names, code, cookie, other sites, sizes, headers."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse

from sim.core.errors import InputError
from sim.view.server import gate as gate_module
from sim.view.server.code import FREE_TRIES, LETTERS, VALID, Code, checked_code, drawn_code
from sim.view.server.gate import FORM, LARGEST_BODY, Gate
from sim.view.server.hosts import hosts_of
from tests.view.asking import Answer, ask

COOKIE = "lianghua-8765"


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


async def behind(scope: Any, receive: Any, send: Any) -> None:
    """The application behind the gate: repeats what it is sent."""
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
    body = urlencode({"code": code}).encode()
    return ask(gate, address, "POST", body, client=client, content_type=FORM)


def pass_of(answer: Answer) -> str:
    return answer.headers["set-cookie"].split(";")[0]


@pytest.mark.parametrize("path", ["/", "/_solara/cdn/x.js", "/static/x.css", "/lianghua/x.woff2"])
def test_without_the_code_every_address_shows_the_form(closed: Gate, path: str) -> None:
    answer = ask(closed, path, accept_language="zh-CN")
    assert (answer.status, "inside" in answer.body) == (401, False)
    assert '<html lang="zh-CN">' in answer.body
    assert "口令" in answer.body
    assert "Enter the code" in answer.body
    assert answer.headers["cache-control"] == "no-store"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "src=" not in answer.body
    assert "href=" not in answer.body


def test_the_form_is_in_the_language_of_the_browser(closed: Gate) -> None:
    assert '<html lang="en">' in ask(closed, accept_language="en-GB,zh").body
    assert '<html lang="en">' in ask(closed, "/?lang=en", accept_language="zh").body


def test_the_right_code_lets_in_and_keeps_the_address(closed: Gate) -> None:
    answer = enter(closed, "qianjiang 2014", "/?plan=a%20b&lang=en")
    assert (answer.status, answer.headers["location"]) == (303, "/?plan=a%20b&lang=en")
    said = answer.headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=strict" in said
    assert "qian" not in str(answer).lower().replace("plan", "")
    assert ask(closed, cookie=f"other=1; {pass_of(answer)}").body == "inside "
    assert ask(closed, "/k", kind="websocket", origin="http://127.0.0.1:8765",
               cookie=pass_of(answer)).status == 0  # fmt: skip


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
    for _ in range(FREE_TRIES):
        assert enter(closed, "wrong-code", client="10.0.0.9").status == 401
    answer = enter(closed, "qianjiang2014", client="10.0.0.9")
    assert answer.status == 429
    assert int(answer.headers["retry-after"]) >= 1
    assert "稍候" in answer.body
    assert enter(closed, "qianjiang2014", client="10.0.0.8").status == 303
    clock.now += 2
    assert enter(closed, "qianjiang2014", client="10.0.0.9").status == 303


def test_waiting_grows_and_what_is_remembered_is_bounded(clock: Clock) -> None:
    code = Code("qianjiang2014", clock)
    for _ in range(20):
        clock.now += code.wait("10.0.0.9")
        assert not code.right("10.0.0.9", "wrong")
    assert code.wait("10.0.0.9") == 60
    # One machine has a whole network of IPv6 addresses.
    for number in range(FREE_TRIES):
        code.right(f"2001:db8::{number}", "wrong")
    assert code.wait("2001:db8::ffff") > 0
    assert code.wait("2001:db8:1::1") == 0
    for number in range(5000):
        code.right(f"host{number}", "wrong")
    assert len(code._tries) <= 2048


def test_a_cookie_is_signed_by_this_process_and_grows_old(clock: Clock) -> None:
    code = Code("qianjiang2014", clock)
    cookie = code.cookie()
    assert code.lets_in(cookie)
    assert not Code("qianjiang2014", clock).lets_in(cookie)
    moment, _, rest = cookie.partition(".")
    tampered = [f"{int(moment) + 1}.{rest}", cookie[:-1] + ("0" if cookie[-1] != "0" else "1"),
                "", ".", "..", "1.2.3", cookie + "é", "qianjiang2014"]  # fmt: skip
    assert not any(code.lets_in(one) for one in tampered)
    clock.now += VALID + 1
    assert not code.lets_in(cookie)


def test_a_websocket_needs_the_cookie_and_a_page_of_this_server(closed: Gate) -> None:
    cookie = pass_of(enter(closed, "qianjiang2014"))
    own = "http://127.0.0.1:8765"
    assert ask(closed, "/k", kind="websocket", origin=own).status == 403
    assert ask(closed, "/k", kind="websocket", origin=own, cookie=COOKIE + "=1.2.3").status == 403
    open_gate = Gate(behind, hosts_of("127.0.0.1"), None, COOKIE)
    for gate in (closed, open_gate):
        for origin in ("http://evil.example", "http://127.0.0.1:9999", "null", "", "file://"):
            answer = ask(gate, "/k", kind="websocket", origin=origin, cookie=cookie)
            assert answer.status == 403, origin
    assert ask(open_gate, "/k", kind="websocket", origin=own).status == 0


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
    socket = ask(gate, "/k", kind="websocket", host=host, origin=f"http://{host}")
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
    with pytest.raises(ClientDisconnect):  # the application sees its client go
        ask(gate, "/x", "POST", chunks=many)


def test_security_headers_are_on_every_answer(closed: Gate) -> None:
    for answer in (ask(closed), ask(closed, "/healthz"), ask(closed, host="evil.example")):
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
