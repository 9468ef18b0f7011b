"""How the room's pages look, and the small parts that they share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from html import escape
from typing import Any

import solara
from solara.lab import use_task

from sim.view.colours import CURRENT, GRID, MUTED, SAVED, SOFT, SURFACE, TEXT
from sim.view.controls.press import press
from sim.view.server.clock import now
from sim.view.workshop.said import Words
from sim.view.workshop.state import Session

TEAM_COLOURS = (
    CURRENT, *SAVED, "#2a8fbd", "#5b5fc7", "#7a5230", "#b08900", "#52606d", "#8c3312", "#08335a",
)  # fmt: skip
"""Colours of teams in their order; names stand beside them everywhere."""
STYLE = f"""
.lh-room {{ width: 100%; max-width: 1100px; margin: 0 auto; box-sizing: border-box; padding: 12px 16px 48px; color: {TEXT};
  font-size: 16px; line-height: 1.5; overflow-wrap: anywhere; }}
.lh-room.lh-large {{ max-width: none; font-size: 26px; padding: 12px 3vw 48px; }}
.lh-room .lh-card {{ border: 1px solid {GRID}; border-radius: 8px; padding: 14px 18px; margin: 0 0 16px;
  background: {SURFACE}; }}
.lh-room h1 {{ font-size: 1.5em; line-height: 1.25; margin: 0; }}
.lh-room h2 {{ font-size: 1.15em; margin: 0 0 8px; }}
.lh-room .lh-soft {{ color: {MUTED}; }}
.lh-room .lh-status {{ font-weight: 600; color: {CURRENT}; font-size: 1.1em; }}
.lh-room .lh-code {{ font: 700 1.5em/1.2 ui-monospace, Consolas, monospace; letter-spacing: .12em;
  white-space: nowrap; color: {CURRENT}; }}
.lh-large .lh-code {{ font-size: min(17vw, 7em); }}
.lh-large .lh-address {{ font-size: 1.5em; }}
.lh-room table {{ border-collapse: collapse; width: 100%; }}
.lh-room th, .lh-room td {{ padding: .3em .6em; text-align: right; border-bottom: 1px solid {GRID};
  font-variant-numeric: tabular-nums; vertical-align: top; }}
.lh-room th {{ color: {MUTED}; font-weight: 600; }}
.lh-room th:first-child, .lh-room td:first-child, .lh-room .lh-text {{ text-align: left; }}
.lh-room .lh-scroll {{ overflow-x: auto; overflow-wrap: normal; }}
.lh-room .lh-scroll th, .lh-room .lh-scroll td:not(.lh-text) {{ white-space: nowrap; }}
.lh-room .lh-scroll td.lh-text {{ min-width: 7em; }}
.lh-room .lh-scroll td.lh-text:first-child {{ min-width: 7em; }}
.lh-room .lianghua-room-ranks td:first-child {{ min-width: 2.5em !important; }}
.lh-room .lianghua-room-teams {{ margin: 0 0 8px; }}
.lh-room .lh-error {{ border-left: 5px solid {SAVED[0]}; background: {SOFT}; padding: 8px 12px; margin: 8px 0;
  color: {TEXT}; }}
.lh-room .lh-team {{ display: inline-flex; align-items: center; gap: .4em; border: 1px solid {GRID};
  border-radius: 999px; padding: .1em .8em; margin: 0 .4em .4em 0; background: {SOFT}; }}
.lh-room .lh-dot {{ width: .7em; height: .7em; border-radius: 50%; flex: none; display: inline-block; }}
.lh-room .lh-meter {{ height: 10px; background: {GRID}; border-radius: 5px; overflow: hidden; margin: 4px 0; }}
.lh-room .lh-meter > div {{ height: 100%; background: {CURRENT}; }}
.lh-room .lh-meter.lh-over > div {{ background: {SAVED[0]}; }}
.lh-room .lh-row {{ display: flex; flex-wrap: wrap; gap: 10px 16px; align-items: center; }}
.lh-room .lh-grid {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 280px), 1fr));
  gap: 4px 24px; }}
.lh-room .lh-button:not(.lh-plain) {{ font-size: 1em; min-height: 40px; padding: 6px 16px; margin: 0;
  overflow-wrap: anywhere; max-width: 100%; width: fit-content; }}
.lh-room .v-btn {{ font-size: 1em; min-height: 40px; height: auto !important; padding: 6px 16px !important;
  white-space: normal; background: {SURFACE} !important; color: {CURRENT}; border: 1px solid {CURRENT};
  box-shadow: none !important; width: fit-content; max-width: 100%; }}
.lh-room .v-btn__content {{ white-space: normal; flex: 1 1 auto; }}
.lh-room .v-btn .v-icon {{ color: inherit; }}
.lh-room .v-text-field:not(.v-text-field--outlined) {{ margin-top: 6px; }}
.lh-room .v-text-field:not(.v-text-field--outlined) .v-label--active {{ transform: translateY(-1.1em) scale(.85); }}
.lh-room .primary {{ background-color: {CURRENT} !important; border-color: {CURRENT} !important; }}
.lh-room .primary.lighten-3 {{ background-color: {GRID} !important; border-color: {GRID} !important; }}
.lh-room .primary--text {{ color: {CURRENT} !important; caret-color: {CURRENT} !important; }}
.lh-room .v-label, .lh-room .v-input, .lh-room .v-input input, .lh-room .v-input textarea,
.lh-room .v-select__selection {{ font-size: 1em; line-height: 1.4; color: {TEXT}; }}
.lh-room .v-text-field--outlined .v-label, .lh-room .v-messages {{ color: {MUTED} !important; }}
.lh-large .v-btn, .lh-large .lh-button {{ font-size: .8em !important; }}
.lh-room .v-text-field .v-label {{ height: auto; line-height: 1.4; overflow: visible; }}
.lh-large .v-text-field, .lh-large .v-select {{ padding-top: 1em; }}
.lh-room .lh-grid .v-input__slot {{ flex-wrap: wrap; margin: 0; height: auto !important; }}
.lh-room .lh-grid .v-input__slider {{ padding: 0; margin: 0 0 6px; }}
.lh-room .lh-grid .v-input__slider .v-label {{ flex: 1 0 100%; max-width: 100%; margin: 0 !important; height: auto; position: static; white-space: normal;
  overflow: visible; }}
.lh-room .lh-grid .v-slider--horizontal {{ margin: 0 8px; min-height: 28px; flex: 1 1 auto; }}
.lh-room p, .lh-room h2 {{ margin: 6px 0; }}
.lh-room .lh-error:empty, .lh-room div[role=alert]:empty {{ display: none; }}
"""


def html(tag: str, content: str, classes: str = "", **attributes: str) -> None:
    """An element with a text, escaped."""
    solara.HTML(
        tag=tag, unsafe_innerHTML=escape(content), classes=classes.split(),
        attributes={key.replace("_", "-"): value for key, value in attributes.items()},
    )  # fmt: skip


def raw(tag: str, content: str, classes: str = "", **attributes: str) -> None:
    """An element whose content is markup of ours, every text in it escaped."""
    solara.HTML(
        tag=tag, unsafe_innerHTML=content, classes=classes.split(),
        attributes={key.replace("_", "-"): value for key, value in attributes.items()},
    )  # fmt: skip


def region(label: str) -> dict[str, str]:
    """Attributes of what scrolls by itself: reached by keyboard, and named."""
    return {"tabindex": "0", "role": "region", "aria_label": label}


@solara.component
def Problem(message: str) -> None:
    """What was refused, told to screen readers too; an empty place while there is nothing."""
    html("div", message, "lh-error lianghua-room-problem" if message else "", role="alert")


def button(
    label: str,
    on_click: Callable[[], Any],
    name: str,
    primary: bool = False,
    disabled: bool = False,
) -> None:
    """A button; tests find it as `lianghua-room-NAME`."""
    classes = f"lianghua-room-{name}{' lh-primary' if primary else ''}"
    press(label, on_click, name, classes, disabled)


@solara.component
def Sure(
    label: str, question: str, on_yes: Callable[[], Any], name: str, words: Words,
    disabled: bool = False,
) -> None:  # fmt: skip
    """A button that asks before it acts."""
    asking, ask = solara.use_state(False)

    def yes() -> None:
        ask(False)
        on_yes()

    if not asking or disabled:
        button(label, lambda: ask(True), name, disabled=disabled)
        return
    with solara.Div(classes=["lh-row"]):
        html("span", question, role="status")
        button(words("sure"), yes, f"{name}-yes", primary=True)
        button(words("not_sure"), lambda: ask(False), f"{name}-no")


@solara.component
def Countdown(deadline: float, words: Words) -> None:
    """The time that is left of a round."""
    left, set_left = solara.use_state(_left(deadline))

    async def tick() -> None:
        while deadline:
            set_left(_left(deadline))
            await asyncio.sleep(1.0)

    use_task(tick, dependencies=[deadline], raise_error=False)
    rest = min(left, _left(deadline)) if deadline else 0
    if deadline:
        html("span", words("left", time=f"{rest // 60}:{rest % 60:02d}"), "lianghua-room-clock",
             role="timer")  # fmt: skip


def _left(deadline: float) -> int:
    return max(0, round(deadline - now()))


def phase_said(session: Session, words: Words) -> str:
    """The phase in words; a round whose time is over is closed."""
    phase: str = session.phase
    if phase == "commit" and not session.accepting(now()):
        phase = "locked"
    return words(f"phase_{phase}", year=session.year)


def colour_of(session: Session, key: str) -> str:
    """A team's colour."""
    place = [one.key for one in session.teams].index(key)
    return TEAM_COLOURS[place % len(TEAM_COLOURS)]


def dot(colour: str) -> str:
    """Markup of a team's mark."""
    return f'<span class="lh-dot" style="background:{colour}" aria-hidden="true"></span>'
