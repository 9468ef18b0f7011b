"""The board as a page lives with it: looked at once a second, runs asked for, browsers known."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

import solara
from solara.lab import use_task

from sim.core.errors import InputError
from sim.view import live
from sim.view.choice import Choice, Plan
from sim.view.problems import framed, plain
from sim.view.server.clock import now
from sim.view.server.gate import CLIENT_ADDRESS
from sim.view.snapshot import Progress, Track
from sim.view.workshop.board import BOARD
from sim.view.workshop.held import Origin, Pass
from sim.view.workshop.limits import RefusedError
from sim.view.workshop.state import Session

log = logging.getLogger("lianghua.view")
PAUSE = 1.0
"""Seconds between two looks. A look makes what its reader may see, and the page is drawn anew where
that has changed; a page that was away for a
while, or a browser that was offline, has the newest state at its next look, whatever it missed."""
UNSEEN = (-2, False, "")


def use_session(code: str, who: Pass | None) -> tuple[Session | None, Callable[[], None]]:
    """The session as a page may see it, always the newest, and a function that looks at once.

    None when there is none, or when the pass no longer holds.
    """
    seen = solara.use_reactive(UNSEEN)

    def look() -> None:
        state = _state(code, who)
        if state != seen.value:
            seen.value = state

    async def follow() -> None:
        while True:
            look()
            await asyncio.sleep(PAUSE)

    use_task(follow, dependencies=[code, who], raise_error=False)
    session = solara.use_memo(lambda: _session(code, who), [code, who, seen.value])
    return session, look


def _state(code: str, who: Pass | None) -> tuple[int, bool, str]:
    """What makes a page draw itself anew: the version, whether moves are still taken, and what
    keeps the session from being saved."""
    session = _session(code, who)
    if session is None:
        return (-1, False, "")
    return session.version, session.accepting(now()), unsaved(who)


def unsaved(who: Pass | None) -> str:
    """Why the session is not being saved, for its facilitator; empty if it is."""
    try:
        return BOARD.unsaved(who) if who is not None else ""
    except RefusedError:
        return ""


def _session(code: str, who: Pass | None) -> Session | None:
    try:
        return BOARD.see(who) if who is not None else BOARD.look(code)
    except RefusedError:
        return None


def browser() -> str:
    """What the server knows a browser by: its session's cookie; empty outside a server."""
    try:
        return str(solara.get_session_id())
    except (AssertionError, RuntimeError, KeyError, AttributeError):
        return ""


def origin() -> Origin:
    """Where a request comes from: the browser, and its address where the gate says it."""
    known = browser()
    try:
        given = (solara.lab.headers.value or {}).get(CLIENT_ADDRESS, [])
    except (AssertionError, RuntimeError, KeyError, AttributeError):
        given = []
    return Origin(known, given[0] if given else known)


def use_attempt(
    lang: str,
) -> tuple[str, Callable[[Callable[[], object]], bool], Callable[[], None]]:
    """What was refused last, a function that tries something and tells whether it went well, and
    one that takes the message away."""
    problem, set_problem = solara.use_state("")

    def attempt(action: Callable[[], object]) -> bool:
        try:
            action()
        except RefusedError as error:
            set_problem(error.say(lang))
            return False
        except Exception as error:  # else the message of what was tried before would stay
            if not isinstance(error, InputError):
                log.error("a step of a workshop failed", exc_info=error)
            set_problem(framed(plain(error), lang))
            return False
        set_problem("")
        return True

    return problem, attempt, lambda: set_problem("")


@dataclass(frozen=True, eq=False)
class Results:
    """Runs of several plans and of their baseline, as far as they are there."""

    baseline: Track | None = None
    tracks: dict[Plan, Track] = field(default_factory=dict)
    progress: Progress = field(default_factory=Progress)

    def complete(self, plans: tuple[Plan, ...]) -> bool:
        """Have all of these and the baseline the same runs, two at least?"""
        if self.progress.running or self.progress.error or self.baseline is None:
            return False
        found = [self.tracks.get(plan) for plan in plans]
        counts = {len(one.members) if one is not None else 0 for one in found}
        return bool(found) and counts == {len(self.baseline.members)} and min(counts) > 1


NO_RESULTS = Results()


def use_results(plans: tuple[Plan, ...], baseline: str, replicates: int) -> Results:
    """Runs of plans (none for no runs), paired with the baseline's, anew whenever some come in."""
    first = plans[0] if plans else Plan(baseline)
    others = tuple(dict.fromkeys(plans[1:]))
    choice = Choice(plan=first, saved=others, baseline=baseline)
    snapshot, progress = live.use_runs(choice, replicates, paused=not plans)

    def found() -> Results:
        if not plans:
            return NO_RESULTS
        there = [one for one in (snapshot.current, *snapshot.saved) if one and one.members]
        tracks = {plan: track for plan in plans if (track := _track(plan, there)) is not None}
        base = snapshot.baseline if snapshot.baseline and snapshot.baseline.members else None
        base = base or _track(Plan(baseline), there)
        return Results(base, tracks, progress)

    return solara.use_memo(found, [snapshot, progress, plans, baseline])


def _track(plan: Plan, tracks: list[Track]) -> Track | None:
    """A plan's own track; runs of a former plan may still be shown in its place."""
    wanted = plan.scenario()
    for one in tracks:
        if one.scenario is wanted:
            return one
    return next((one for one in tracks if one.scenario.hash == wanted.hash), None)
