"""The room: join, lead or look on; the one component that the page routes to."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import solara

from sim.view.controls.file import take_file
from sim.view.controls.pick import Pick
from sim.view.live import use_answer
from sim.view.pool import reading_pool
from sim.view.problems import framed
from sim.view.workshop.board import BOARD
from sim.view.workshop.common_board import CommonBoard
from sim.view.workshop.facilitator import Facilitator
from sim.view.workshop.held import FACILITATOR, NOWHERE, Origin, Pass
from sim.view.workshop.limits import LONGEST_NAME, LONGEST_TITLE, RefusedError
from sim.view.workshop.live import browser, origin, use_attempt, use_session
from sim.view.workshop.looks import STYLE, Problem, button, html
from sim.view.workshop.moves import cities, city_name, usual_budget
from sim.view.workshop.record import LARGEST, SessionFile
from sim.view.workshop.said import Words
from sim.view.workshop.state import MODES, Session
from sim.view.workshop.team import TeamPage

Enter = Callable[[Pass], None]
NO_FILE: tuple[SessionFile | None, Origin] = (None, NOWHERE)
"""No file is being read; or which, and where it comes from."""


@solara.component
def Room(
    lang: str = "zh",
    large: bool = False,
    on_lang: Callable[[str], None] | None = None,
    on_large: Callable[[bool], None] | None = None,
    address: str = "",
) -> None:
    """The room in a language. `address` is where others open the page, shown large on the board.

    Without `on_lang` and `on_large` the room keeps language and size itself, and has the buttons. Who somebody is stays
    on the server and in this page's state; nothing of it stands in an address.
    """
    own_lang, set_own_lang = solara.use_state(lang)
    own_large, set_own_large = solara.use_state(large)
    lang = lang if on_lang else own_lang
    large = large if on_large else own_large
    who, set_who = solara.use_state(None)
    watched, watch = solara.use_state("")
    words = Words(lang)
    shown: Pass | None = who

    def leave() -> None:
        if shown is not None:
            BOARD.leave(shown)
        set_who(None)
        watch("")

    solara.Style(STYLE)
    with solara.Div(classes=["lh-room", *(["lh-large"] if large else [])]):
        if on_lang is None or on_large is None:
            with solara.Div(classes=["lh-row"], style={"justify-content": "flex-end"}):
                other = "en" if lang == "zh" else "zh"
                button(words("lang"), lambda: set_own_lang(other), "lang")
                size = words("large_off" if large else "large")
                button(size, lambda: set_own_large(not large), "large")
        if shown is None and not watched:
            Door(lang, set_who, watch)
        else:
            code = shown.code if shown is not None else watched
            Inside(code, shown, lang, large, address, leave).key(f"{code}-{shown}")


@solara.component
def Inside(
    code: str, who: Pass | None, lang: str, large: bool, address: str, leave: Callable[[], None]
) -> None:
    """The page of a role; when the session is gone, the way back."""
    session, look = use_session(code, who)
    if session is None:
        left = "ended" if BOARD.version(code) < 0 else "removed"
        html("p", RefusedError("code" if who is None else left).say(lang), "lh-error", role="alert")
        button(Words(lang)("leave"), leave, "leave")
    elif who is None:
        CommonBoard(session, lang, large, address)
        button(Words(lang)("leave"), leave, "leave")
    elif who.who == FACILITATOR:
        Facilitator(who, session, lang, look, leave, large, address)
    else:
        TeamPage(who, session, lang, look, leave, large, address)


@solara.component
def Door(lang: str, enter: Enter, watch: Callable[[str], None]) -> None:
    """Come back, join, or lead."""
    words = Words(lang)
    leading, lead = solara.use_state(False)
    html("h1", words("room"))
    Back(lang, enter)
    with solara.Div(classes=["lh-card", "lianghua-room-join-form"]):
        Join(lang, enter, watch)
    with solara.Div(classes=["lh-card"]):
        mark = "▾ " if leading else "▸ "
        button(mark + words("lead"), lambda: lead(not leading), "lead")
        if leading:
            Open(lang, enter)


@solara.component
def Back(lang: str, enter: Enter) -> None:
    """Roles that this browser has already, one press away."""
    words = Words(lang)
    known = BOARD.recall(browser())
    if not known:
        return
    with solara.Div(classes=["lh-card", "lianghua-room-back"]):
        html("h2", words("welcome_back"))
        with solara.Div(classes=["lh-row"]):
            for one in known:
                session = BOARD.see(one) if BOARD.holds(one) else None
                if session is not None:
                    said = words(
                        "continue_as", who=_role(session, one, words), title=session.rules.title
                    )
                    button(said, partial(enter, one), f"back-{one.who}", primary=True)


def _role(session: Session, one: Pass, words: Words) -> str:
    team = session.team(one.who)
    return team.name if team is not None else words("facilitator")


@solara.component
def Join(lang: str, enter: Enter, watch: Callable[[str], None]) -> None:
    """First the code; then a new team, a team that is there, or the board alone."""
    words = Words(lang)
    code, set_code = solara.use_state("")
    found, set_found = solara.use_state("")
    name, set_name = solara.use_state("")
    word, set_word = solara.use_state("")
    city, set_city = solara.use_state("")
    # Each message stands where the press was that it answers.
    problem, attempt, _ = use_attempt(lang)
    wrong_word, attempt_word, _ = use_attempt(lang)

    def find() -> None:
        set_found("")
        attempt(lambda: set_found(BOARD.find(code, origin())))

    def join() -> None:
        attempt(lambda: enter(BOARD.join(found, name, city, origin())))

    def join_again() -> None:
        attempt_word(lambda: enter(BOARD.join_again(found, word, origin())))

    html("h2", words("join"))
    _field(words("code"), code, set_code, 20, "code-field")
    session = _looked(found)
    if session is None:
        Problem(problem)
        button(words("next"), find, "find", primary=True)
        return
    html("p", session.rules.title, "lh-status")
    _field(words("team_name"), name, set_name, LONGEST_NAME, "name-field")
    if session.rules.mode == "city":
        taken = {one.city for one in session.teams}
        names = [(one, city_name(one, lang)) for one in cities() if one not in taken]
        Pick(words("city"), [("", words("city_none")), *names], city, set_city, "room-city")
    Problem(problem)
    with solara.Div(classes=["lh-row"]):
        button(words("join_new"), join, "join", primary=True)
        button(words("look"), lambda: watch(found), "look")
    _field(words("join_word"), word, set_word, 20, "word-field")
    Problem(wrong_word)
    button(words("join_again"), join_again, "join-again")


def _looked(code: str) -> Session | None:
    try:
        return BOARD.look(code) if code else None
    except RefusedError:
        return None


def _field(label: str, value: str, on_value: Callable[[str], None], most: int, name: str) -> None:
    """A line of text; what is far too long for it is cut before it is looked at."""
    solara.InputText(
        label, value=value, on_value=lambda given: on_value(str(given)[: 10 * most]),
        continuous_update=True, classes=[f"lianghua-room-{name}"], style={"max-width": "28em"},
    )  # fmt: skip


@solara.component
def Open(lang: str, enter: Enter) -> None:
    """A new session; a session from a file; or one that is led from another device."""
    words = Words(lang)
    title, set_title = solara.use_state(words("title_default"))
    mode, set_mode = solara.use_state("package")
    budget, set_budget = solara.use_state(None)
    preview, set_preview = solara.use_state(True)
    code, set_code = solara.use_state("")
    key, set_key = solara.use_state("")
    problem, attempt, _ = use_attempt(lang)
    wrong_file, attempt_file, _ = use_attempt(lang)
    wrong_key, attempt_key, _ = use_attempt(lang)
    shown = usual_budget(mode) / 1e4 if budget is None else budget

    def open_() -> None:
        money = None if budget is None else 1e4 * budget
        attempt(lambda: enter(BOARD.open(title, mode, money, preview, origin())))

    (file, by), ask = solara.use_state(NO_FILE)
    answer = use_answer(file, reading_pool)

    def begin() -> None:
        """Enter the session of the file, once it has been read."""
        if file is None or answer.question != file or answer.waiting:
            return
        ask(NO_FILE)
        found = answer.value
        if answer.error:
            found = RefusedError("file", where=framed(answer.error, lang))
        attempt_file(lambda: enter(_placed(found, by)))

    solara.use_effect(begin, [answer])
    _field(words("title"), title, set_title, LONGEST_TITLE, "title-field")

    def choose(one: str) -> None:
        set_mode(one)
        set_budget(None)

    modes = [(one, words(f"mode_{one}")) for one in MODES]
    Pick(words("mode"), modes, mode, choose, "room-mode")
    html("p", words(f"mode_{mode}_how"), "lh-soft")
    solara.InputFloat(
        words("budget"), value=round(shown, 4), on_value=lambda value: set_budget(float(value or 0.0)),
        classes=["lianghua-room-budget"], style={"max-width": "28em"},
    ).key(mode)  # fmt: skip
    if mode == "city":
        html("p", words("budget_city_note"), "lh-soft")
    solara.Checkbox(label=words("preview"), value=preview, on_value=set_preview)
    Problem(problem)
    button(words("open"), open_, "open", primary=True)
    html("h2", words("restore"))
    reading = "" if file is None else words("restore_reading")
    take_file(words("restore_file"), lambda _, content: ask((SessionFile(content), origin())),
              "room-restore", ".json,application/json", LARGEST,
              words("refused_file", where=f"> {LARGEST / 1e6:.1f} MB"), reading)  # fmt: skip
    Problem(wrong_file)
    html("h2", words("lead_again"))
    _field(words("code"), code, set_code, 20, "lead-code-field")
    _field(words("key"), key, set_key, 20, "key-field")

    def lead_again() -> None:
        attempt_key(lambda: enter(BOARD.lead(code, key, origin())))

    Problem(wrong_key)
    button(words("next"), lead_again, "lead-again")


def _placed(found: tuple[Session, str] | RefusedError, by: Origin) -> Pass:
    """The pass of a session that has been read of a file; raises RefusedError."""
    if isinstance(found, RefusedError):
        raise found
    return BOARD.place(*found, by)
