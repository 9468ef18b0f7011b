"""The page: what is chosen on the left, what comes of it on the right."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import solara
from solara.lab import use_task

from sim.view import history as steps
from sim.view.address import decode, encode, has_plans, without_plans
from sim.view.choice import Choice, Plan
from sim.view.controls import Downloads, History, Levers, PlayBar, Presets, Saved, Share, Upload
from sim.view.frame import Bar, Guarded, Status, Tabs
from sim.view.live import use_answer, use_runs
from sim.view.looking import View, stay
from sim.view.panels import (
    adoption,
    barriers,
    indices,
    money,
    network,
    results,
    scorecard,
    story,
    work,
)
from sim.view.panels import map as city_map
from sim.view.panels.headline import Headline
from sim.view.pool import reading_pool
from sim.view.problems import framed
from sim.view.reading import Address
from sim.view.settings import ADDRESS
from sim.view.snapshot import Snapshot
from sim.view.words import text
from sim.view.workshop import room as workshop

STYLE = Path(__file__).parent / "assets" / "page.css"
PANELS: dict[str, Callable[[View], Any]] = {
    "adoption": adoption.Panel, "barriers": barriers.Panel, "map": city_map.Panel, "work": work.Panel,
    "money": money.Panel, "indices": indices.Panel, "scorecard": scorecard.Panel,
    "network": network.Panel, "story": story.Panel,
}  # fmt: skip
"""What can be looked at, by its name in the address; the first one is shown at first."""
PAGE_KEY = "page"
"""Key of the address that names the page, besides those of the choice."""
SETTLED = 0.8
"""Seconds without a change before the address follows."""


@solara.component
def Page() -> None:
    """The policy room, the workshop, or finished studies."""
    router = solara.use_router()
    search = router.search or ""
    first = solara.use_memo(lambda: (*_at_once(search), _asked(search)), [])
    history = solara.use_reactive(steps.History(first[0]))
    told = solara.use_reactive(tuple(first[1]))
    page = solara.use_reactive(first[2])
    asked = solara.use_reactive(first[3])
    opened = solara.use_reactive(first[3] is None)
    written = solara.use_ref(search)
    choice = history.value.present

    def choose(after: Choice) -> None:
        history.value = history.value.chosen(after)

    def follow_address() -> None:
        """Back and forward of the browser, or a pasted address."""
        if search == written.current:
            return
        written.current, asked.value = search, _asked(search)
        after, problems, page.value = _at_once(search)
        if asked.value is None:
            history.value = history.value.chosen(after)
            told.value, opened.value = tuple(problems), True

    solara.use_effect(follow_address, [search])
    answer = use_answer(asked.value, reading_pool)

    def take_answer() -> None:
        """What has been read of an address with plans; the first one is no step."""
        if asked.value is None or answer.question != asked.value or answer.waiting:
            return
        if answer.error:
            told.value = (framed(answer.error, choice.lang),)
        else:
            after, problems = answer.value
            told.value = tuple(problems)
            history.value = history.value.chosen(after) if opened.value else steps.History(after)
        opened.value, asked.value = True, None

    solara.use_effect(take_answer, [answer])
    query = solara.use_memo(lambda: _query(choice, page.value), [choice, page.value])
    settled = asked.value is None

    async def write_address() -> None:
        await asyncio.sleep(SETTLED)
        if settled and query != written.current:
            written.current = query
            router.push(f"?{query}" if query else "?")

    use_task(write_address, dependencies=[query, settled], raise_error=False)
    solara.Style(STYLE)
    with solara.Div(classes=["lianghua-page", *(["lianghua-large"] if choice.large else [])]):
        Bar(choice, page.value, choose, page.set)
        if told.value:
            _Told(told.value, choice.lang, lambda: told.set(()))
        if page.value == "workshop":
            Guarded(_workshop, choice.lang, choice, choose)
        elif page.value == "results":
            Guarded(_results, choice.lang, choice)
        elif opened.value:
            Room(history, choose)
        else:
            with solara.v.Html(tag="p", attributes={"role": "status"}, class_="lianghua-first"):
                solara.Text(text("page.reading", choice.lang))


@solara.component
def Room(history: Any, choose: Callable[[Choice], None]) -> None:
    """Choosing a plan and seeing what comes of it."""
    choice = history.value.present
    attempt = solara.use_reactive(0)
    given_up = solara.use_reactive(NOTHING_GIVEN_UP)
    branch = solara.use_reactive("")
    wanted = (choice.plan, choice.baseline, choice.saved)
    paused = given_up.value == wanted
    snapshot, progress = use_runs(choice, paused=paused, attempt=attempt.value)
    # Panels are drawn anew when runs have come in, controls when the choice has changed.
    view = solara.use_memo(lambda: View(snapshot, stay), [snapshot])
    still = solara.use_memo(lambda: View(Snapshot(choice), choose), [choice])
    taking = solara.use_reactive(False)
    # Until the first run of a plan just chosen is in, what is drawn is of the former one.
    former = snapshot.ready and snapshot.choice.plan != choice.plan
    busy = former and not paused and not progress.error

    def again() -> None:
        given_up.value = NOTHING_GIVEN_UP
        attempt.value += 1

    def move(plan: Plan) -> None:
        choose(replace(history.value.present, plan=plan))

    with solara.Div(classes=["lianghua-room"]):
        with solara.Div(classes=["lianghua-left"]):
            Presets(still)
            History(history.value, history.set, choice.lang)
            Saved(still)
            Levers(choice.plan, move, choice.lang, month=branch.value)
            Upload(still)
        with solara.Div(classes=["lianghua-look"]):
            with solara.Div(classes=["lianghua-over"]):
                Status(progress, choice.lang, paused, lambda: given_up.set(wanted), again)
                Share(still)
                with solara.v.Html(tag="details", class_="lianghua-take"):
                    summary = solara.v.Html(tag="summary", children=[still.say("page.take")])
                    solara.v.use_event(summary, "click", lambda *_: taking.set(True))
                    if taking.value:
                        Guarded(Downloads, view.lang, view, progress, former)
            if not snapshot.ready:
                solara.Text(still.say("page.first"), classes=["lianghua-first"])
            else:
                with solara.Div(**_state(former, busy)):
                    Guarded(Headline, view.lang, view).key("headline")
                PlayBar(still, branch)
                _panels(view, still, former, busy)


def _state(former: bool, busy: bool) -> dict[str, Any]:
    """How figures look and are told while they are of the former plan."""
    return {
        "classes": ["lianghua-figures", *(["lianghua-former"] if former else [])],
        "attributes": {"aria-busy": "true" if busy else "false"},
    }


def _panels(view: View, still: View, former: bool, busy: bool) -> None:
    choice = still.choice
    tabs = [(name, still.say(f"page.{name}")) for name in PANELS]
    name = choice.panel if choice.panel in PANELS else next(iter(PANELS))
    Tabs(tabs, name, still.say("page.panels"), lambda one: still.choose(replace(choice, panel=one)))
    with (
        solara.v.Html(
            tag="section",
            attributes={
                "id": "lianghua-panel",
                "role": "tabpanel",
                "aria-labelledby": f"tab-{name}",
            },
            class_="lianghua-panel",
        ),
        solara.Div(**_state(former, busy)),
    ):
        Guarded(PANELS[name], view.lang, view).key(name)


@solara.component
def _Told(problems: tuple[str, ...], lang: str, on_close: Callable[[], None]) -> None:
    """What of the address could not be used."""
    with solara.v.Html(tag="div", attributes={"role": "alert"}, class_="lianghua-told"):
        solara.Text(text("page.address", lang))
        with solara.v.Html(tag="ul"):
            for one in problems:
                solara.v.Html(tag="li", children=[one])
        solara.Button(text("page.dismiss", lang), on_click=on_close, text=True)


def _workshop(choice: Choice, choose: Callable[[Choice], None]) -> None:
    workshop.Room(
        choice.lang,
        choice.large,
        on_lang=lambda lang: choose(replace(choice, lang=lang)),
        on_large=lambda large: choose(replace(choice, large=large)),
        address=os.environ.get(ADDRESS, ""),
    )


def _results(choice: Choice) -> None:
    results.Panel(View(Snapshot(choice), stay))


def _at_once(search: str) -> tuple[Choice, list[str], str]:
    """Choice, problems and page of an address; of one with plans, without them."""
    light = without_plans(search) if has_plans(search) else search
    choice, problems = decode(light, tuple(PANELS), (PAGE_KEY,))
    pairs = dict(part.partition("=")[::2] for part in search.lstrip("?").split("&"))
    page = pairs.get(PAGE_KEY, "room")
    return choice, problems, page if page in ("workshop", "results") else "room"


def _asked(search: str) -> Address | None:
    """What a worker is to read: an address with plans."""
    return Address(search, tuple(PANELS), (PAGE_KEY,)) if has_plans(search) else None


def _query(choice: Choice, page: str) -> str:
    parts = [encode(choice), f"{PAGE_KEY}={page}" if page != "room" else ""]
    return "&".join(part for part in parts if part)


NOTHING_GIVEN_UP: tuple[Any, ...] = ()
