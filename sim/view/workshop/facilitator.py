"""The facilitator's page: the pace, the teams, the runs behind a reveal, export and memos."""

from __future__ import annotations

import time
from collections.abc import Callable
from html import escape

import solara

from sim.view.problems import framed
from sim.view.server.clock import now
from sim.view.workshop.board import BOARD
from sim.view.workshop.common_board import CommonBoard, team_mark
from sim.view.workshop.held import Pass
from sim.view.workshop.limits import LONGEST_ROUND, YEARS, RefusedError
from sim.view.workshop.live import NO_RESULTS, Results, unsaved, use_attempt, use_results
from sim.view.workshop.looks import Problem, Sure, button, html, raw, region
from sim.view.workshop.memo import filename, memo
from sim.view.workshop.record import export
from sim.view.workshop.said import Words
from sim.view.workshop.scores import MOST_PAIRS, team_scores
from sim.view.workshop.state import Session, TeamScores, plans_at

FEW, MANY = MOST_PAIRS, 8
"""Paired runs of each plan: with up to four plans, and with more."""
Do = Callable[[Callable[[], object]], bool]
"""Tries something, shows what came of it, and tells whether it went well."""


@solara.component
def Facilitator(
    who: Pass, session: Session, lang: str, look: Callable[[], None], leave: Callable[[], None],
    large: bool = False, address: str = "",
) -> None:  # fmt: skip
    """Everything that only the facilitator sees, above the common board; in large type the board
    alone, with the pace under it."""
    words = Words(lang)
    problem, attempt, _ = use_attempt(lang)

    def do(action: Callable[[], object]) -> bool:
        well = attempt(action)
        look()
        return well

    results = use_scores(who, session, do)
    if large:
        CommonBoard(session, lang, large, address)
    with solara.Div(classes=["lh-card", "lianghua-room-pace"]):
        Problem(problem)
        Unsaved(who, words)
        Pace(who, session, lang, do)
        Progress(results, words)
    if large:
        return
    if session.teams:  # the board says that there is none
        with solara.Div(classes=["lh-card"]):
            TeamList(who, session, lang, do)
    CommonBoard(session, lang, False, address)
    with solara.Div(classes=["lh-card"]):
        Papers(who, session, lang)
        Handle(who, session, lang, do, leave)


def use_scores(who: Pass, session: Session, do: Do) -> Results:
    """Have the plans run from the closing of a round on; publish the outcomes after the reveal."""
    year = session.year
    closed = session.phase in ("locked", "reveal", "vote", "closed")
    there = {one.team for one in session.scores_of(year)} >= {one.key for one in session.teams}
    there = there and year not in session.from_file
    plans = plans_at(session, year) if closed and not there else {}
    each = tuple(dict.fromkeys(plans.values()))
    results = use_results(each, session.rules.baseline, FEW if len(each) <= 4 else MANY)
    ready = bool(each) and session.revealed == year and results.complete(each)

    def publish() -> None:
        base = results.baseline
        if not ready or base is None:
            return
        rules = session.rules
        rows: list[TeamScores] = [
            team_scores(rules.mode, year, one.key, one.city, base, results.tracks[plans[one.key]])
            for one in session.teams
        ]
        do(lambda: BOARD.score(who, year, plans, rows))

    solara.use_effect(publish, [ready, session.version])
    return results if each else NO_RESULTS


def Unsaved(who: Pass, words: Words) -> None:
    """That the session would be lost with the server, while it cannot be written down."""
    if why := unsaved(who):
        html(
            "p",
            words("unsaved", why=words(f"disk_{why}")),
            "lh-error lianghua-room-unsaved",
            role="alert",
        )


@solara.component
def Progress(results: Results, words: Words) -> None:
    """How far the runs are."""
    if results.progress.error:
        html(
            "p",
            words("run_error", why=framed(results.progress.error, words.lang)),
            "lh-error",
            role="alert",
        )
    elif results.progress.running:
        share = 100.0 * results.progress.done / max(results.progress.total, 1)
        html("p", words("running", done=results.progress.done, total=results.progress.total),
             "lh-soft lianghua-room-running", role="status")  # fmt: skip
        raw("div", f'<div style="width:{share:.0f}%"></div>', "lh-meter", aria_hidden="true")


@solara.component
def Pace(who: Pass, session: Session, lang: str, do: Do) -> None:
    """Open, close, reveal, rewind, start over; only what can be done now."""
    words = Words(lang)
    minutes, set_minutes = solara.use_state(0)
    phase, year = session.phase, session.year
    accepting = session.accepting(now())
    following = year + 1 if phase == "reveal" else year
    may_open = phase in ("lobby", "locked") or (phase == "commit" and not accepting)
    may_open = may_open or (phase == "reveal" and year < YEARS[-1])
    with solara.Div(classes=["lh-row"]):
        if may_open:
            solara.InputInt(
                words("minutes"), value=minutes, on_value=lambda value: set_minutes(value or 0),
                classes=["lianghua-room-minutes"], style={"max-width": "16em"},
            )  # fmt: skip
            reopened = phase in ("locked", "commit")
            label = words("reopen" if reopened else "open_round", year=following)
            chosen = min(max(minutes, 0), LONGEST_ROUND)
            button(label, lambda: do(lambda: BOARD.open_round(who, chosen)), "open-round",
                   primary=not reopened, disabled=not session.teams)  # fmt: skip
        if phase == "commit" and accepting:
            button(words("close_round"), lambda: do(lambda: BOARD.close_round(who)), "close-round")
        missing = [one.name for one in session.teams if one.move(year) is None]
        if phase == "commit" and accepting and missing:
            question = words("sure_reveal", year=year, names=words("list_join").join(missing))
            Sure(words("reveal", year=year), question, lambda: do(lambda: BOARD.reveal(who)),
                 "reveal", words)  # fmt: skip
        elif phase in ("commit", "locked"):
            button(words("reveal", year=year), lambda: do(lambda: BOARD.reveal(who)), "reveal",
                   primary=True)  # fmt: skip
        if phase == "reveal" and year == YEARS[-1]:
            button(words("start_vote"), lambda: do(lambda: BOARD.start_vote(who)), "start-vote",
                   primary=True, disabled=len(session.teams) < 2)  # fmt: skip
        if phase == "vote" or (phase == "reveal" and year == YEARS[-1]):
            Sure(words("finish"), words("sure_finish", year=year), lambda: do(lambda: BOARD.finish(who)),
                 "finish", words)  # fmt: skip
        back = session.revealed
        if back >= YEARS[0]:
            Sure(words("rewind", year=back), words("sure_rewind", year=back),
                 lambda: do(lambda: BOARD.rewind(who)), "rewind", words)  # fmt: skip
        if phase != "lobby":
            Sure(
                words("reset"),
                words("sure_reset"),
                lambda: do(lambda: BOARD.reset(who)),
                "reset",
                words,
            )


@solara.component
def TeamList(who: Pass, session: Session, lang: str, do: Do) -> None:
    """The teams; a team can be taken out. Their words let anyone in who reads them, and this screen
    may be projected: they are shown when they are asked for."""
    words = Words(lang)
    shown, show = solara.use_state(False)
    html("h2", words("teams", count=len(session.teams)))
    for one in session.teams:
        with solara.Div(classes=["lh-row"]).key(one.key):
            mark = team_mark(session, one, lang)
            if shown:
                said = words("word_is", word=BOARD.word(who, one.key))
                mark += f' <span class="lh-soft lianghua-room-word">{escape(said)}</span>'
            raw("span", mark, "lh-team")
            Sure(words("dismiss"), words("sure_dismiss", name=one.name), lambda key=one.key: do(lambda: BOARD.dismiss(who, key)),
                 f"dismiss-{one.key}", words)  # fmt: skip
    button(words("words_hide" if shown else "words_show"), lambda: show(not shown), "words")
    if shown:
        html("p", words("words_note"), "lh-soft")


@solara.component
def Papers(who: Pass, session: Session, lang: str) -> None:
    """The session's file, and each team's memo."""
    words = Words(lang)
    with solara.Div(classes=["lh-row", "lianghua-room-export"]):
        solara.FileDownload(
            lambda: export(BOARD, who), filename=f"lianghua-{session.code}.json",
            mime_type="application/json", label=words("export"),
        )  # fmt: skip
    if session.teams:
        html("h2", words("memos"))
    with solara.Div(classes=["lh-row", "lianghua-room-memos"]):
        for one in session.teams:
            Memo(session, one.key, one.name, lang)


@solara.component
def Memo(session: Session, key: str, label: str, lang: str) -> None:
    """A memo to take away, made when it is asked for."""
    solara.FileDownload(
        lambda: memo(session, key, lang), filename=filename(session, key, lang),
        mime_type="text/html", label=label,
    )  # fmt: skip


@solara.component
def Handle(
    who: Pass, session: Session, lang: str, do: Do,
    leave: Callable[[], None],
) -> None:  # fmt: skip
    """Preview on or off, the facilitator's key, the log, leaving and deleting."""
    words = Words(lang)
    shown, show = solara.use_state(False)
    log, set_log = solara.use_state(False)
    solara.Checkbox(
        label=words("preview"), value=session.rules.preview,
        on_value=lambda value: do(lambda: BOARD.change(who, preview=value)),
    )  # fmt: skip
    with solara.Div(classes=["lh-row"]):
        button(words("key_hide" if shown else "key_show"), lambda: show(not shown), "key")
        Sure(words("key_renew"), words("sure_key_renew"), lambda: do(lambda: BOARD.renew_key(who)),
             "key-renew", words)  # fmt: skip
        button(words("log"), lambda: set_log(not log), "log")
        Sure(words("leave"), words("sure_leave"), leave, "leave", words)

        def end() -> None:
            if do(lambda: BOARD.end(who)):
                leave()

        Sure(words("delete"), words("sure_delete"), end, "delete", words)
    if shown:
        html("p", words("key_note"), "lh-soft")
        html("pre", _key(who), "lianghua-room-secret")
    if log:
        raw(
            "div",
            log_table(session, lang),
            "lh-scroll lianghua-room-logged",
            **region(words("log")),
        )


def _key(who: Pass) -> str:
    """The facilitator's key; none for a device that has left meanwhile."""
    try:
        return BOARD.key(who)
    except RefusedError:
        return ""


def log_table(session: Session, lang: str) -> str:
    """Markup of the last hundred events."""
    words = Words(lang)
    names = {one.key: one.name for one in session.teams} | {"facilitator": words("facilitator")}
    rows = "".join(
        f"<tr><td>{time.strftime('%H:%M:%S', time.localtime(one.time))}</td>"
        f'<td class="lh-text">{escape(names.get(one.who, one.who))}</td>'
        f'<td class="lh-text">{escape(event_said(one.what, words))}</td>'
        f'<td class="lh-text">{escape(one.detail)}</td></tr>'
        for one in reversed(session.events[-100:])
    )
    return f"<table><tbody>{rows}</tbody></table>"


EVENTS = frozenset(
    [
        "opened", "restored", "restored_other", "joined", "round", "committed", "closed_round", "revealed", "scored",
        "vote", "voted", "finished", "rewound", "reset", "dismissed", "rules", "renewed_key",
    ]
)  # fmt: skip
"""What the board writes into the log."""


def event_said(what: str, words: Words) -> str:
    """An event in words; one of another version by its own name."""
    return words(f"event_{what}") if what in EVENTS else what
