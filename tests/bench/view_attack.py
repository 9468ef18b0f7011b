"""`python -m tests.bench.view_attack`: a room at work while somebody tries to freeze its server.

Ten people move levers, first in peace, then for as long beside a process that does all of this at
once, with the code and without it: requests that never end, costly cookies and addresses, links of
hundreds of bad settings, files of thousands of levels, floods of messages, and workers killed. What
is compared is the same room in the same hour: how long an answer takes, whether anybody is lost,
what memory stays, and how fast the server ends while the attack goes on. All of it goes to a server
of its own on this machine, and is bounded.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from typing import Any, NoReturn

import numpy as np
import psutil

from tests.bench.view_load import first_page, health, line, room
from tests.view.hostile import hostile
from tests.view.servers import REAL, ROOT, Running, serving
from tests.view.wire import Page, entered

CODE = "qian-jiang-2014"
HALF_OPEN, HALF_BODIES = 100, 20
FLOODING = 4
"""Pages of one browser that flood."""
FLOOD = 2_000
"""Messages in one burst of the flood."""
REST = 15.0
"""Seconds after a room until its memory is looked at: the library clears up a little later."""
KINDS = ("slow", "costly", "links", "files", "flood", "kills")
KILLS = 15.0
"""Seconds between two killed workers."""
DONE: Counter[str] = Counter()
"""What the attack has done, by kind."""


# ---------------------------------------------------------------- one kind of attack each
async def never_ending(host: str, port: int, body: bool) -> None:
    """A request whose headers, or whose body, come a byte every two seconds."""
    opening = f"POST / HTTP/1.1\r\nHost: {host}:{port}\r\nX-Slow: ".encode()
    if body:
        opening = opening[:-8] + b"Content-Type: text/plain\r\nContent-Length: 60000\r\n\r\n"
    while True:
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(opening)
            DONE["requests without end"] += 1
            while not reader.at_eof() and not writer.is_closing():
                writer.write(b"a")
                await writer.drain()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(reader.read(1000), 2.0)
            writer.close()
        await asyncio.sleep(1.0)


async def costly_requests(host: str, port: int) -> None:
    """Requests that cost much to read, before anyone has shown the code."""
    head = f"Host: {host}:{port}\r\n"
    kinds = [
        f'GET / HTTP/1.1\r\n{head}Cookie: lianghua-{port}="' + "\\" * 60_000 + '"\r\n\r\n',
        f"GET /?{'&'.join(['a=b'] * 8_000)} HTTP/1.1\r\n{head}\r\n",
        f"POST / HTTP/1.1\r\n{head}Origin: http://[\r\nContent-Length: 0\r\n\r\n",
        f"GET /static/%00 HTTP/1.1\r\n{head}\r\n",
        f"GET / HTTP/1.1\r\n{head}" + "X-A: b\r\n" * 20_000 + "\r\n",
    ]
    for kind in itertools.cycle(kinds):
        with contextlib.suppress(OSError, TimeoutError):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(kind.encode())
            DONE["costly requests"] += 1
            await asyncio.wait_for(reader.read(10_000), 5.0)
            writer.close()
        await asyncio.sleep(0.2)


async def hostile_links(address: str, cookie: str) -> None:
    """Pages opened by links of hundreds of settings that the scenario refuses."""
    for turn in itertools.count():
        page = Page(address, cookie)
        with contextlib.suppress(Exception):
            DONE["hostile links"] += 1
            await page.open(f"?{hostile(turn)}")
            await asyncio.sleep(2.0)
        with contextlib.suppress(Exception):
            await page.close()
        await asyncio.sleep(1.0)


async def hostile_files(address: str, cookie: str) -> None:
    """Scenario files of tens of thousands of levels, one every two seconds."""
    files = ["a=" + "[" * 57_000, "[" + "a." * 28_000 + "a]", "a = 0x" + "f" * 50_000,
             "extends" + ".a" * 20_000 + " = 1"]  # fmt: skip
    page = Page(address, cookie)
    await page.open()
    control = await page.until(lambda: page.board_with("accept"), 60)
    for content in itertools.cycle(files):
        await page.event(control[0], {"name": "plan.toml", "text": content})
        DONE["hostile files"] += 1
        await asyncio.sleep(2.0)


async def flood(address: str, cookie: str) -> None:
    """Messages as fast as the server takes them: widgets to open, events, nonsense."""
    while True:
        page = Page(address, cookie)
        with contextlib.suppress(Exception):
            await page.open()
            for n in range(FLOOD):
                state = {"_model_module": "@jupyter-widgets/controls", "_model_name": "HTMLModel"}
                opening = {"state": {**state, "value": "x" * 1_000}}
                await page.channel("jupyter.widget", opening, "2.1.0")
                await page.event(f"w{n}", {"value": n})
                DONE["messages of a flood"] += 2
        with contextlib.suppress(Exception):
            await asyncio.gather(*(page.close() for _ in range(20)))
        await asyncio.sleep(1.0)


async def killed_workers(server: int) -> None:
    """Every so often one of the server's workers dies."""
    while True:
        await asyncio.sleep(KILLS)
        for child in psutil.Process(server).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if child.cpu_times().user > 1.0:
                    child.kill()
                    DONE["killed workers"] += 1
                    break


async def attack(address: str, server: int, seconds: float, only: list[str]) -> None:
    """All kinds at once, or some of them.

    An attacker would be on another machine: this process takes what the server and its workers
    leave of this one.
    """
    os.nice(19)
    host, _, given = address.removeprefix("http://").partition(":")
    port, cookie = int(given), await asyncio.to_thread(entered, address, CODE)
    kinds = {
        "slow": [
            *(never_ending(host, port, False) for _ in range(HALF_OPEN)),
            *(never_ending(host, port, True) for _ in range(HALF_BODIES)),
        ],
        "costly": [costly_requests(host, port)],
        "links": [hostile_links(address, cookie) for _ in range(3)],
        "files": [hostile_files(address, cookie)],
        "flood": [flood(address, cookie) for _ in range(FLOODING)],
        "kills": [killed_workers(server)],
    }
    wanted = [one for name in KINDS if name in only for one in kinds[name]]
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, ended)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await asyncio.gather(*(kept_up(one) for one in wanted))
    ended()


def ended() -> NoReturn:
    """Say what was done, and leave: threads of the loop may wait for an answer that never comes."""
    print(f"the attack: {dict(DONE)}", flush=True)
    os._exit(0)


async def kept_up(kind: Any) -> None:
    """An attacker whom the server has thrown out does not stop the others."""
    try:
        await kind
    except Exception as error:
        print(f"an attacker gave up: {error!r}", file=sys.stderr)


# ---------------------------------------------------------------- the room
def measure(running: Running, options: argparse.Namespace) -> dict[str, Any]:
    """The room in peace, then under attack; then SIGTERM, while the attack goes on."""
    address = running.address
    asyncio.run(first_page(address, CODE))
    found: dict[str, Any] = {}
    for name in ("quiet", "attacked"):
        attackers = None
        if name == "attacked":
            attackers = subprocess.Popen(
                [sys.executable, "-m", "tests.bench.view_attack", "--attack", address,
                 "--server", str(running.process.pid), "--seconds", str(options.seconds + 60),
                 "--only", *options.only],
                cwd=ROOT,
            )  # fmt: skip
        try:
            room_options = argparse.Namespace(
                sessions=options.honest, seconds=options.seconds, interval=options.interval,
                alike=False, code=CODE, first=options.honest if attackers else 0,
            )  # fmt: skip
            answers = asyncio.run(room(address, room_options))
        finally:
            if attackers is not None:
                stop(attackers)
        time.sleep(REST)
        memory = health(address)["memory_mb"]
        found[name] = {
            "answers": answers.changes, "unanswered": answers.unanswered, "lost": answers.lost,
            "memory": memory, "log": running.log.stat().st_size,
        }  # fmt: skip
    attackers = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.view_attack", "--attack", address,
         "--server", str(running.process.pid), "--seconds", "60"], cwd=ROOT,
    )  # fmt: skip
    try:
        time.sleep(10.0 + random.random())
        family = running.family()
        began = time.monotonic()
        running.process.send_signal(signal.SIGTERM)
        psutil.wait_procs(family, timeout=60)
        found["ended"] = time.monotonic() - began
        found["left"] = sum(one.is_running() for one in family)
    finally:
        stop(attackers)
    return found


def stop(attackers: subprocess.Popen[bytes]) -> None:
    """End the attack; it says what it did."""
    attackers.send_signal(signal.SIGINT)
    if attackers.wait(20):
        raise RuntimeError("the attack itself failed")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--honest", type=int, default=10, help="people who move levers")
    parser.add_argument("--seconds", type=float, default=60, help="how long each part lasts")
    parser.add_argument("--interval", type=float, default=10, help="seconds between two changes")
    parser.add_argument("--warm", type=float, default=45, help="seconds the server is given first")
    parser.add_argument("--only", nargs="+", choices=KINDS, default=list(KINDS),
                        help="kinds of attack")  # fmt: skip
    parser.add_argument("--attack", help=argparse.SUPPRESS)
    parser.add_argument("--server", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.attack:
        asyncio.run(attack(options.attack, options.server, options.seconds, options.only))
    with serving("--code", CODE, module=REAL) as running:
        time.sleep(options.warm)
        found = measure(running, options)
    late = {
        name: float(np.percentile(found[name]["answers"], 95)) for name in ("quiet", "attacked")
    }
    for name in late:
        part = found[name]
        print(f"{name}: {line('lever to headline', part['answers'])}; unanswered "
              f"{part['unanswered']}, lost {part['lost']}; memory afterwards {part['memory']} MB; "
              f"log {part['log']} bytes")  # fmt: skip
    print(f"p95 under attack over p95 in peace: {late['attacked'] / late['quiet']:.2f}")
    memory = found["attacked"]["memory"] / found["quiet"]["memory"] - 1
    print(f"memory after the attack against after the quiet room: {memory:+.0%}")
    print(f"seconds from SIGTERM to the end, under attack: {found['ended']:.1f}; "
          f"processes left: {found['left']}")  # fmt: skip
    print(json.dumps(found["attacked"] | {"answers": None}))


if __name__ == "__main__":
    main()
