"""Sessions of a former server, taken up when the next one starts: its records, and a file given."""

from __future__ import annotations

import time
from pathlib import Path

from sim.core.errors import InputError, printable
from sim.view.server.clock import now
from sim.view.server.records import Records
from sim.view.workshop import limits
from sim.view.workshop.board import Board
from sim.view.workshop.held import digest
from sim.view.workshop.limits import RefusedError
from sim.view.workshop.record import LARGEST_OWN, restore, taken
from sim.view.workshop.said import Words
from sim.view.workshop.state import Session


def take_up(board: Board, records: Records, file: Path | None = None) -> list[str]:
    """Have the board hold what a killed server left; returns what to say of it, a line each.

    What was not touched for long stays where it is, and so does a record that cannot be read; none
    of them keeps the server from starting. A `file` that cannot be taken does, and a folder that
    another server uses: raises InputError.
    """
    try:
        records.claim()
    except OSError as error:
        wanted = "of its own" if isinstance(error, BlockingIOError) else "that can be written"
        allowed = f"a folder {wanted} ({error.strerror})"
        raise InputError("--workshops", "", str(records.folder), allowed) from None
    board.keep_in(records)
    lines = []
    idle = 3600.0 * limits.IDLE_HOURS
    # By the files' own times, which are the machine's: what is old need not be read.
    written_since = time.time() - idle
    old = len(records.older(written_since))
    for code, content in records.read(written_since, LARGEST_OWN).items():
        path = records.path(code)
        try:
            held = taken(content, records.key, now())
            if held is None or held.session.code != code:
                lines.append(
                    f"  not taken up 未恢复: {path} (not of this server 不是本服务器的记录)"
                )
            elif held.touched < now() - idle:
                old += 1
            elif board.take(held):
                lines.append(_line(held.session))
        except RefusedError as error:
            lines.append(f"  not taken up 未恢复: {path} ({error.say('en')} {error.say('zh')})")
        except Exception as error:  # whatever a record does, the others are taken up
            lines.append(f"  not taken up 未恢复: {path} ({type(error).__name__})")
    if old:
        lines.append(
            f"  left 未恢复: {old} not touched for {limits.IDLE_HOURS:.0f} h "
            f"超过{limits.IDLE_HOURS:.0f}小时未用, {records.folder}; --session FILE takes one up 可恢复"
        )
    if file is not None:
        lines += _given(board, records, file)
    return [printable(line) for line in lines]


def _given(board: Board, records: Records, file: Path) -> list[str]:
    """A file of the command line: a record of this server goes on as it was, any other begins anew."""
    content = _content(file)
    source = digest(content)
    if board.came_from(source):
        return []  # the same command again, once its server was killed
    try:
        held = taken(content, records.key, now())
        if held is not None:
            held.touched = now()
            return [_line(held.session)] if board.take(held) else []
        lead = restore(board, content, source=source)
    except RefusedError as error:
        raise InputError(
            "--session", "", str(file), f"a session's file: {error.say('en')}"
        ) from None
    line, key = _line(board.see(lead)), board.key(lead)
    board.leave(lead)
    return [line, f"    facilitator's key 主持密钥: {key}"]


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST_OWN + 1)
    except OSError as error:
        raise InputError(
            "--session", "", str(file), f"a file that can be read ({error.strerror})"
        ) from None


def _line(session: Session) -> str:
    phases = " ".join(
        Words(lang)(f"phase_{session.phase}", year=session.year) for lang in ("en", "zh")
    )
    return (
        f"  workshop 研讨: {session.rules.title} · {session.code} · {phases}"
        f" · teams 队伍 {len(session.teams)}"
    )
