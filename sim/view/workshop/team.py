"""A team's page: its levers of the year, what they cost, why, a preview, the vote, the memo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from html import escape

import solara

from sim.view.choice import Plan, scenario_of
from sim.view.controls.levers import Levers
from sim.view.plans import changed, values_of
from sim.view.problems import framed
from sim.view.server.clock import now
from sim.view.snapshot import FEWEST_PAIRS
from sim.view.workshop.board import BOARD
from sim.view.workshop.common_board import CommonBoard, interval_said
from sim.view.workshop.facilitator import Memo
from sim.view.workshop.held import Pass
from sim.view.workshop.limits import LONGEST_NOTE, YEARS
from sim.view.workshop.live import use_attempt, use_results
from sim.view.workshop.looks import Countdown, Problem, Sure, button, html, phase_said, raw, region
from sim.view.workshop.moves import (
    CITY_KINDS,
    budget_key,
    budget_of,
    city_name,
    completed,
    move_of,
    plan_cost,
    prefix_of,
)
from sim.view.workshop.said import Words, action, instruments_of, title
from sim.view.workshop.scores import COST, OUTCOMES, team_scores
from sim.view.workshop.state import Move, Rules, Session, Team, plan_of

PREVIEW_RUNS = FEWEST_PAIRS
"""Paired runs of a draft."""
MOST_TIMES = 4.0
"""How many times the document's money an action can have."""


@solara.component
def TeamPage(
    who: Pass, session: Session, lang: str, look: Callable[[], None], leave: Callable[[], None],
    large: bool = False, address: str = "",
) -> None:  # fmt: skip
    """What a team sees: its own decision first, then the common board."""
    words = Words(lang)
    team = session.team(who.who)
    if team is None:
        return
    with solara.Div(classes=["lh-card", "lianghua-room-team"]):
        name = team.name + (f" · {city_name(team.city, lang)}" if team.city else "")
        html("h1", name)
        with solara.Div(classes=["lh-row"]):
            html("span", phase_said(session, words), "lh-status lianghua-room-phase", role="status",
                 data_phase=session.phase, data_year=str(session.year))  # fmt: skip
            if session.phase == "commit":
                Countdown(session.deadline, words)
        if session.phase == "commit" and session.accepting(now()):
            before = tuple(one for one in team.moves if one.year < session.year)
            key = f"{session.year}-{hash(before)}"
            Draft(who, session, team, lang, look).key(key)
        elif session.phase in ("commit", "locked"):
            html("p", words("closed_for_moves"), "lh-soft")
        elif session.phase == "vote":
            Vote(who, session, team, lang, look)
        elif session.phase in ("lobby", "reveal"):
            last = session.phase == "reveal" and session.year == YEARS[-1]
            html("p", words("wait_end" if last else "wait_open"), "lh-soft")
        html("p", words("your_word", word=BOARD.word(who) if BOARD.holds(who) else ""), "lh-soft")
        with solara.Div(classes=["lh-row"]):
            if session.revealed >= YEARS[0]:
                Memo(session, team.key, words("memo"), lang)
            word = BOARD.word(who) if BOARD.holds(who) else ""
            Sure(words("leave"), words("sure_leave_team", word=word), leave, "leave", words)
    CommonBoard(session, lang, large, address)


@solara.component
def Draft(who: Pass, session: Session, team: Team, lang: str, look: Callable[[], None]) -> None:
    """The decision of the year that is open, from what the team has committed so far."""
    words, year, rules = Words(lang), session.year, session.rules
    committed = team.move(year)
    plan, set_plan = solara.use_state(plan_of(rules, team.moves))
    note, set_note = solara.use_state(committed.note if committed else "")
    problem, attempt, _ = use_attempt(lang)
    month = "" if year == YEARS[0] else f"{year}-01"
    draft = _drafted(rules, team, plan, year, note)

    def commit() -> None:
        move = draft.move(year)
        attempt(lambda: BOARD.commit(who, move.settings if move else (), note))
        look()

    html("h2", words("year_move", year=year))
    if rules.mode == "package":
        ActionMoney(plan, set_plan, year, lang)
        More(plan, set_plan, month, lang)
    else:
        CityMoney(plan, set_plan, year, team.city, lang)
    over = CostBar(rules, draft, lang)
    with solara.Div(classes=["lianghua-room-note"]):
        # As it is typed: an event that the field was left can overtake what was typed in it.
        # The library's own area loses its label once something stands in it.
        solara.v.Textarea(
            label=words("note"), v_model=note, on_v_model=lambda value: set_note(value[:LONGEST_NOTE]),
            rows=2, auto_grow=True, outlined=True, hide_details=True, maxlength=LONGEST_NOTE,
        )  # fmt: skip
    Problem(problem)
    with solara.Div(classes=["lh-row"]):
        label = words("commit_again") if committed else words("commit", year=year)
        button(label, commit, "commit", primary=True, disabled=over)
        if committed:
            html("span", words("is_committed", year=year), "lianghua-room-committed", role="status")
    if rules.preview:
        Preview(rules, draft, year, lang)


def _drafted(rules: Rules, team: Team, plan: Plan, year: int, note: str) -> Team:
    """The team as if it had committed what the plan sets in a year."""
    kept = tuple(one for one in team.moves if one.year < year)
    settings = completed(rules, kept, year, move_of(plan, year))
    return replace(team, moves=(*kept, Move(year, settings, note)))


def CostBar(rules: Rules, draft: Team, lang: str) -> bool:
    """What the draft costs of the budget; True when that is too much."""
    words = Words(lang)
    prefix = prefix_of(draft.city) if rules.mode == "city" else ""
    total = plan_cost(plan_of(rules, draft.moves), prefix).total
    most = budget_of(rules, draft.city)
    over = total > most + 0.5
    share = min(100.0, 100.0 * total / most) if most else (100.0 if total else 0.0)
    said = words("cost", total=_yuan(total), budget=_yuan(most))
    rest = words("cost_over" if over else "cost_left", left=_yuan(abs(most - total)))
    html("p", f"{said} · {rest}", "lianghua-room-cost lh-error" if over else "lianghua-room-cost",
         role="status", data_over=str(over).lower())  # fmt: skip
    raw("div", f'<div style="width:{share:.1f}%"></div>', "lh-meter lh-over" if over else "lh-meter",
        aria_hidden="true")  # fmt: skip
    return over


@solara.component
def ActionMoney(plan: Plan, on_plan: Callable[[Plan], None], year: int, lang: str) -> None:
    """A slider an action: its instruments' budgets of the year as multiples of the document's."""
    words = Words(lang)
    html("p", words("action_money", year=year), "lh-soft")
    with solara.Div(classes=["lh-grid", "lianghua-room-actions"]):
        for code, money in action_money(plan, year).items():
            times = action_times(plan, code, year)
            said = words(
                "action_now", action=action(code, lang), times=f"{times:g}", money=_yuan(money)
            )
            solara.SliderFloat(
                said, value=times, min=0.0, max=MOST_TIMES, step=0.1,
                on_value=lambda value, code=code: on_plan(with_times(plan, code, year, value)),
                thumb_label=False,
            ).key(f"{code}-{year}")  # fmt: skip


def action_money(plan: Plan, year: int) -> dict[str, float]:
    """What each action may spend in a year, 10k CNY."""
    found = dict.fromkeys(instruments_of(scenario_of(Plan(plan.preset))), 0.0)
    for line in plan_cost(plan).lines:
        if line.year == year:
            found[line.action] = found.get(line.action, 0.0) + line.amount
    return found


def _yuan(amount: float) -> str:
    return f"{amount / 1e4:,.2f}"


def action_times(plan: Plan, code: str, year: int) -> float:
    """Money of an action in a year over that of the preset, as its instruments' budgets have it."""
    preset = scenario_of(Plan(plan.preset))
    held = dict(plan.settings)
    for one in plan.revisions:
        if one.month <= f"{year}-01":
            held |= dict(one.settings)
    had = has = 0.0
    for name in instruments_of(preset)[code]:
        amount = preset.instruments[name].budget.get(str(year), 0.0)
        had += amount
        has += float(held.get(budget_key(name, year), amount))  # type: ignore[arg-type]
    return min(MOST_TIMES, round(has / had, 1)) if had else 1.0


def with_times(plan: Plan, code: str, year: int, times: float) -> Plan:
    """The plan with the budgets of an action from a year on at a multiple of the preset's."""
    preset = scenario_of(Plan(plan.preset))
    new = {
        budget_key(name, one): round(times, 1) * preset.instruments[name].budget[str(one)]
        for name in instruments_of(preset)[code]
        for one in range(year, YEARS[-1] + 1)
        if str(one) in preset.instruments[name].budget
    }
    return changed(plan, new, "" if year == YEARS[0] else f"{year}-01")


@solara.component
def More(plan: Plan, on_plan: Callable[[Plan], None], month: str, lang: str) -> None:
    """All other levers, opened on demand."""
    words = Words(lang)
    opened, set_opened = solara.use_state(False)
    button(
        ("▾ " if opened else "▸ ") + words("more_levers"), lambda: set_opened(not opened), "more"
    )
    if opened:
        Levers(plan, on_plan, lang, None, False, month)


@solara.component
def CityMoney(plan: Plan, on_plan: Callable[[Plan], None], year: int, city: str, lang: str) -> None:
    """Money of the year for each of a city's instruments, and what share its grants pay."""
    words = Words(lang)
    month = "" if year == YEARS[0] else f"{year}-01"
    preset, values = scenario_of(Plan(plan.preset)), values_of(plan, f"{year}-01")

    def set_value(keys: list[str], value: float, most: float) -> None:
        on_plan(changed(plan, dict.fromkeys(keys, min(max(float(value), 0.0), most)), month))

    html("p", words("city_money", year=year), "lh-soft")
    with solara.Div(classes=["lh-grid"]):
        for kind in CITY_KINDS:
            name = prefix_of(city) + kind
            key = budget_key(name, year)
            keys = [budget_key(name, one) for one in range(year, YEARS[-1] + 1)]
            solara.InputFloat(
                title(preset.instruments[name], lang), value=_whole(float(values.get(key, 0.0))),
                on_value=lambda value, keys=keys: set_value(keys, value or 0.0, 1e8),
                classes=[f"lianghua-room-{kind}"],
            ).key(key)  # fmt: skip
        for kind in ("machines", "software"):
            key = f"instruments.{prefix_of(city)}{kind}.rate"
            colon = ":" if lang == "zh" else ": "
            label = (
                title(preset.instruments[prefix_of(city) + kind], lang) + colon + words("city_rate")
            )
            solara.SliderFloat(
                label, value=float(values[key]), min=0.0, max=0.5, step=0.01,
                on_value=lambda value, key=key: set_value([key], round(value, 2), 1.0),
                thumb_label=False,
            ).key(key)  # fmt: skip


def _whole(amount: float) -> float:
    """As a field shows it: without the point of a whole number."""
    return int(amount) if amount.is_integer() else amount


@solara.component
def Preview(rules: Rules, draft: Team, year: int, lang: str) -> None:
    """The draft's own result, worked out when it is asked for; nobody else sees it."""
    words = Words(lang)
    plan = plan_of(rules, draft.moves)
    asked, ask = solara.use_state(None)
    plans = (plan,) if asked == plan else ()
    results = use_results(plans, rules.baseline, PREVIEW_RUNS)
    html("h2", words("preview_title"))
    button(words("preview_start"), lambda: ask(plan), "preview", disabled=asked == plan)
    notes = [words("preview_note")] + ([words("preview_city")] if rules.mode == "city" else [])
    html("p", ("" if lang == "zh" else " ").join(notes), "lh-soft")
    if not plans:
        return
    if results.progress.error:
        html(
            "p",
            words("run_error", why=framed(results.progress.error, lang)),
            "lh-error",
            role="alert",
        )
    elif not results.complete(plans) or results.baseline is None:
        html(
            "p",
            words("running", done=results.progress.done, total=results.progress.total),
            "lh-soft",
            role="status",
        )
    else:
        track = results.tracks[plan]
        found = team_scores(rules.mode, year, draft.key, draft.city, results.baseline, track)
        lines = []
        for score in found.scores:
            one = next(each for each in OUTCOMES[rules.mode] if each.name == score.outcome)
            more = one.written(score.more, lang, score.outcome != COST)
            lines.append((one.label(lang), more, interval_said(one, score, words)))
        table = preview_table(lines, words)
        raw("div", table, "lh-scroll lianghua-room-previewed", **region(words("preview_title")))


def preview_table(lines: list[tuple[str, str, str]], words: Words) -> str:
    """Markup of a draft's outcomes."""
    head = "".join(
        f'<th scope="col">{escape(words(key))}</th>' for key in ("outcome", "more", "interval")
    )
    rows = "".join(
        f'<tr><td class="lh-text">{escape(label)}</td>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in figures)
        + "</tr>"
        for label, *figures in lines
    )
    return f"<table><tr>{head}</tr>{rows}</table>"


@solara.component
def Vote(who: Pass, session: Session, team: Team, lang: str, look: Callable[[], None]) -> None:
    """A vote for another team."""
    words = Words(lang)
    problem, attempt, _ = use_attempt(lang)

    def vote(key: str) -> None:
        attempt(lambda: BOARD.vote(who, key))
        look()

    html("h2", words("vote_title"))
    html("p", words("vote_note"), "lh-soft")
    Problem(problem)
    chosen = session.team(team.vote)
    if chosen is not None:
        html("p", words("vote_given", name=chosen.name), "lh-status", role="status")
    with solara.Div(classes=["lh-row"]):
        for one in session.teams:
            if one.key != team.key:
                button(words("vote_for", name=one.name), partial(vote, one.key),
                       f"vote-{one.key}", disabled=one.key == team.vote)  # fmt: skip
